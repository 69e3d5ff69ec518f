"""What is reserved and registered, and who asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from local_station.pin_map.model import Connection, SelectedSession


@dataclass(frozen=True)
class Session:
    """A session, or a multiplexer session, as programs are told of it.

    Attributes:
        name: Its name, which identifies it.
        resource_name: What a driver opens.
        type_id: The type of the instrument, or of the multiplexer.
        channel_list: The channels that were asked for; empty for multiplexers.
        connections: The pins of these channels; empty for multiplexers.
        annotations: What clients noted: who registered it, and who reserved it.
    """

    name: str
    resource_name: str = ""
    type_id: str = ""
    channel_list: str = ""
    connections: tuple[Connection, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def selected(selection: SelectedSession) -> Session:
        """Return the session that pins, sites and type of a request have selected."""
        return Session(
            name=selection.session.name,
            resource_name=selection.session.resource_name,
            type_id=selection.session.instrument_type_id,
            channel_list=selection.channel_list,
            connections=selection.connections,
        )

    def is_of(self, type_id: str) -> bool:
        """Tell whether the session is of a type; the empty type is every type."""
        return type_id in ("", self.type_id)

    def without_channels(self) -> Session:
        """Return the session as it is told to those who did not ask for its channels."""
        return replace(self, channel_list="", connections=())

    def annotated(self, *annotations: Mapping[str, str]) -> Session:
        """Return the session with further annotations; later ones win."""
        merged = dict(self.annotations)
        for more in annotations:
            merged.update(more)
        return replace(self, annotations=merged)


@dataclass(frozen=True)
class Caller:
    """Who asked for something.

    Attributes:
        peer: The connection by which the request came, as gRPC writes it.
        annotations: What the client said of itself.
    """

    peer: str
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def user(self) -> str:
        """The user, as the client said; empty if it did not."""
        return self.annotations.get("ni/reserved.username", "")

    @property
    def host(self) -> str:
        """The computer, as the client said; empty if it did not."""
        return self.annotations.get("ni/reserved.hostname", "")
