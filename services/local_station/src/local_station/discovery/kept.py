"""Registrations as they are kept for the next run of the station."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from local_station.discovery.directory import Directory
from local_station.discovery.model import Registration
from local_station.keeping import line_of
from session_sharing.discovery import ServiceDescriptor, ServiceLocation

KIND = "service"


class KeptRegistrations:
    """Makes lines of registrations, each once. The one event loop guards what is remembered.

    Args:
        directory: What is registered.
        own: The ids of the station's own services, which are not kept.
    """

    def __init__(self, directory: Directory, own: Collection[str]) -> None:
        self._directory = directory
        self._own = own
        self._lines: dict[str, str] = {}

    def lines(self) -> Iterable[str]:
        """Return a line for each registration, oldest first."""
        known = self._lines
        self._lines = {
            one.registration_id: known.get(one.registration_id) or line_of({KIND: asdict(one)})
            for one in self._directory.all()
            if one.registration_id not in self._own
        }
        return self._lines.values()


def kept_registration(fields: Mapping[str, Any]) -> Registration:
    """Return a registration that was kept.

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
    return registration
