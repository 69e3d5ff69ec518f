"""NI's messages, and what they say in this package's terms. Nothing else imports NI's stubs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2_grpc as stubs

from local_station.pin_map.model import Connection
from local_station.session_management.model import Session
from local_station.sizes import check_number, counted
from session_sharing.errors import InvalidRequestError, TooLargeError

__all__ = [
    "SERVICE_NAME",
    "PinMapContext",
    "ReserveRequest",
    "annotations_from_wire",
    "groups_to_wire",
    "messages",
    "multiplexer_from_wire",
    "multiplexer_to_wire",
    "names_from_wire",
    "session_from_wire",
    "session_to_wire",
    "stubs",
    "timeout_from_wire",
]

SERVICE_NAME = messages.DESCRIPTOR.services_by_name["SessionManagementService"].full_name

MAX_ANNOTATIONS = 32_768
"""How long the annotations of a session may be together, in bytes."""


class ReserveRequest(Protocol):
    """What both ways to reserve tell in their requests."""

    @property
    def timeout_in_milliseconds(self) -> int:
        """How long to wait."""

    @property
    def annotations(self) -> Mapping[str, str]:
        """What the client says of itself."""


class PinMapContext(Protocol):
    """Which pin map a request is about, and which of its sites."""

    @property
    def pin_map_id(self) -> str:
        """Its id; empty for none."""

    @property
    def sites(self) -> Sequence[int]:
        """The site numbers; none for all."""


def timeout_from_wire(milliseconds: int) -> float | None:
    """Return a time-out in seconds; None if there is none.

    Raises:
        InvalidRequestError: It is less than -1.
    """
    if milliseconds < -1:
        raise InvalidRequestError(
            f"The time-out is {milliseconds} ms. Give -1 to wait for ever, 0 not to wait, or a "
            "positive number of milliseconds."
        )
    return None if milliseconds == -1 else milliseconds / 1000


def names_from_wire(
    sessions: Collection[messages.SessionInformation | messages.MultiplexerSessionInformation],
) -> list[str]:
    """Return the names of sessions, each once.

    Raises:
        InvalidRequestError: There are too many.
    """
    check_number("sessions", sessions)
    return list(dict.fromkeys(message.session.name for message in sessions))


def annotations_from_wire(annotations: Mapping[str, str]) -> dict[str, str]:
    """Return what a client notes with a session, or with all that it reserves at once.

    Raises:
        TooLargeError: It is too much: an answer has to have room for that of all sessions.
    """
    size = sum(len(text.encode()) for pair in annotations.items() for text in pair)
    if size > MAX_ANNOTATIONS:
        raise TooLargeError(
            f"The annotations have {size} bytes; {MAX_ANNOTATIONS} are allowed. Nothing was done. "
            "Shorten them.",
            size=size,
            limit=MAX_ANNOTATIONS,
        )
    return dict(annotations)


def session_from_wire(message: messages.SessionInformation) -> Session:
    """Return what a message tells of a session.

    Raises:
        TooLargeError: It has too many annotations.
    """
    return Session(
        name=message.session.name,
        resource_name=message.resource_name,
        type_id=message.instrument_type_id,
        channel_list=message.channel_list,
        connections=tuple(map(_connection_from_wire, message.channel_mappings)),
        annotations=annotations_from_wire(message.annotations),
    )


def session_to_wire(
    session: Session, *, exists: bool, reserved: bool
) -> messages.SessionInformation:
    """Return the message that tells of a session.

    Args:
        session: The session.
        exists: Whether it is registered.
        reserved: Whether it is reserved.
    """
    message = messages.SessionInformation(
        resource_name=session.resource_name,
        channel_list=session.channel_list,
        instrument_type_id=session.type_id,
        session_exists=exists,
        session_reserved=reserved,
        channel_mappings=map(_connection_to_wire, session.connections),
        annotations=session.annotations,
    )
    message.session.name = session.name
    return message


def multiplexer_from_wire(message: messages.MultiplexerSessionInformation) -> Session:
    """Return what a message tells of a multiplexer session.

    Raises:
        TooLargeError: It has too many annotations.
    """
    return Session(
        name=message.session.name,
        resource_name=message.resource_name,
        type_id=message.multiplexer_type_id,
        annotations=annotations_from_wire(message.annotations),
    )


def multiplexer_to_wire(
    session: Session, *, exists: bool
) -> messages.MultiplexerSessionInformation:
    """Return the message that tells of a multiplexer session.

    Args:
        session: The session.
        exists: Whether it is registered.
    """
    message = messages.MultiplexerSessionInformation(
        resource_name=session.resource_name,
        multiplexer_type_id=session.type_id,
        session_exists=exists,
        annotations=session.annotations,
    )
    message.session.name = session.name
    return message


def groups_to_wire(
    groups: Mapping[str, Sequence[str]],
) -> dict[str, messages.ResolvedPinsOrRelays]:
    """Return the messages that tell which pins or relays are in groups."""
    resolved = (messages.ResolvedPinsOrRelays(pin_or_relay_names=each) for each in groups.values())
    return dict(zip(groups, counted(resolved), strict=True))


def _connection_from_wire(message: messages.ChannelMapping) -> Connection:
    return Connection(
        name=message.pin_or_relay_name,
        site=message.site,
        channel=message.channel,
        multiplexer=message.multiplexer_resource_name,
        route=message.multiplexer_route,
    )


def _connection_to_wire(connection: Connection) -> messages.ChannelMapping:
    return messages.ChannelMapping(
        pin_or_relay_name=connection.name,
        site=connection.site,
        channel=connection.channel,
        multiplexer_resource_name=connection.multiplexer,
        multiplexer_route=connection.route,
    )
