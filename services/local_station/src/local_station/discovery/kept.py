"""Registrations as they are kept for the next run of the station."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from local_station.discovery.model import Registration
from session_sharing.discovery import ServiceDescriptor, ServiceLocation


@dataclass(frozen=True)
class Came:
    """A service has registered, and taken the place of what was registered there."""

    kind: ClassVar[str] = "service"
    registration: Registration

    def value(self) -> object:
        """Return what is written."""
        return self.registration

    @staticmethod
    def read(fields: Mapping[str, Any]) -> Came:
        """Return what was written.

        Raises:
            KeyError, TypeError, ValueError: Another version of the station has written it.
        """
        descriptor = dict(fields["descriptor"])
        for several in ("provided_interfaces", "versions"):
            descriptor[several] = tuple(descriptor[several])
        registration = Registration(
            str(fields["registration_id"]),
            ServiceDescriptor(**descriptor),
            ServiceLocation(**fields["location"]),
        )
        if len(registration.descriptor.versions) != 1:
            raise ValueError("a registration has one version")
        return Came(registration)


@dataclass(frozen=True)
class Went:
    """Services have unregistered, or were found dead."""

    kind: ClassVar[str] = "services gone"
    registration_ids: tuple[str, ...]

    @staticmethod
    def of(registrations: Iterable[Registration]) -> Went:
        """Return that these are gone."""
        return Went(tuple(one.registration_id for one in registrations))

    def value(self) -> object:
        """Return what is written."""
        return self.registration_ids

    @staticmethod
    def read(registration_ids: Iterable[str]) -> Went:
        """Return what was written."""
        return Went(tuple(registration_ids))
