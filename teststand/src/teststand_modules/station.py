"""NI's services as the code modules use them: every call is bounded, every error told."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import grpc
from ni.measurementlink.discovery.v1.client import DiscoveryClient
from ni.measurementlink.pinmap.v1.client import PinMapClient
from ni.measurementlink.sessionmanagement.v1.client import (
    PinMapContext,
    SessionInformation,
    SessionManagementClient,
    SingleSessionReservation,
)
from ni_grpc_extensions.channelpool import GrpcChannelPool

from session_sharing.errors import SharingError
from session_sharing.text import printable
from session_sharing.wire.status import error_from_call
from teststand_modules.wire import session_to_wire

_log = logging.getLogger(__name__)

CALL_SECONDS = 60.0
"""How long a call may take beside what it is told to wait: opening an instrument takes longest."""


class _Details(NamedTuple):
    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: Any
    compression: Any


class _Deadline(grpc.UnaryUnaryClientInterceptor):
    """Bounds each call that has no time-out of its own: NI's clients give none."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def intercept_unary_unary(
        self,
        continuation: Callable[[Any, Any], Any],
        client_call_details: Any,  # noqa: ANN401 - grpc's own type
        request: Any,  # noqa: ANN401 - any message
    ) -> Any:  # noqa: ANN401 - grpc's own type
        """Give the call a time-out, and go on."""
        call = client_call_details
        limit = self._seconds if call.timeout is None else call.timeout
        bounded = _Details(
            call.method,
            limit,
            call.metadata,
            call.credentials,
            call.wait_for_ready,
            getattr(call, "compression", None),
        )
        return continuation(bounded, request)


class BoundedChannels(GrpcChannelPool):
    """Channels on which no call takes for ever, as a station that is frozen would let it.

    Args:
        seconds: How long a call may take that has no time-out of its own.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._deadline = _Deadline(seconds)

    def get_channel(self, target: str) -> grpc.Channel:
        """Return the channel to a target."""
        return grpc.intercept_channel(super().get_channel(target), self._deadline)


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Raise what a service of NI's refuses as the error that stands for its status.

    Args:
        doing: What is done, as the beginning of a sentence.

    Raises:
        SharingError: With the text of the service, who holds what included.
    """
    try:
        yield
    except grpc.RpcError as failure:
        error = error_from_call(failure)
        raise type(error)(f"{doing} failed: {error.message}") from failure


class Station:
    """NI's Discovery, Pin Map and Session Management services. For one thread at a time.

    Use it as a context manager, or `close` it: it closes its connections.

    Args:
        reserve_timeout: How long a reservation may be waited for, in seconds.
    """

    def __init__(self, reserve_timeout: float = 0.0) -> None:
        self._reserve_timeout = reserve_timeout
        self._channels = BoundedChannels(reserve_timeout + CALL_SECONDS)
        discovery = DiscoveryClient(grpc_channel_pool=self._channels)
        self._clients: dict[str, Any] = {
            "discovery_client": discovery,
            "grpc_channel_pool": self._channels,
        }
        self._sessions = SessionManagementClient(**self._clients)

    def update_pin_map(self, path: str | Path) -> str:
        """Register a pin map, or register it anew; return its id.

        Raises:
            SharingError: The pin map service refuses it, or is away.
            OSError: The file cannot be read.
        """
        with told(f"Loading the pin map {str(path)!r}"):
            return PinMapClient(**self._clients).update_pin_map(path)

    @contextmanager
    def reserved(
        self, pin_map_id: str, sites: list[int] | None, types: Sequence[str]
    ) -> Iterator[list[SessionInformation]]:
        """Reserve all that a pin map has of some types; unreserve it when the block ends.

        A failure of the block comes before one of unreserving.

        Yields:
            The sessions, by type in the given order.

        Raises:
            SharingError: It could not be reserved in time, and the text says who holds it; or
                session management is away, also at the end.
        """
        reserved: list[SessionInformation] = []
        try:
            self._reserve(PinMapContext(pin_map_id, sites), types, reserved)
            yield reserved
        except BaseException:
            try:
                self.unreserve(reserved)
            except SharingError as failure:
                _log.warning("%s", printable(failure.message))
            raise
        self.unreserve(reserved)

    def _reserve(
        self, context: PinMapContext, types: Sequence[str], reserved: list[SessionInformation]
    ) -> None:
        deadline = time.monotonic() + self._reserve_timeout
        for each in types:
            left = max(0.0, deadline - time.monotonic())
            with told(f"Reserving what the pin map has of {each}"):
                reservation = self._sessions.reserve_sessions(context, None, each, left)
            reserved += reservation.session_info

    def unreserve(self, sessions: Sequence[SessionInformation]) -> None:
        """Give reservations back.

        Raises:
            SharingError: Session management is away.
        """
        if sessions:
            with told(f"Giving back the reservation of {named(sessions)}"):
                self.reservation(*sessions).unreserve()

    def register(self, sessions: Sequence[SessionInformation]) -> None:
        """Register sessions, all or none.

        Raises:
            SharingError: One of them is registered, or session management is away.
        """
        if sessions:
            with told(f"Registering {named(sessions)}"):
                self._sessions.register_sessions(sessions)

    def unregister(self, sessions: Sequence[SessionInformation]) -> None:
        """Unregister sessions; that one is not registered is no error.

        Raises:
            SharingError: Session management is away.
        """
        if sessions:
            with told(f"Unregistering {named(sessions)}"):
                self._sessions.unregister_sessions(sessions)

    def reservation(self, *sessions: SessionInformation) -> SingleSessionReservation:
        """Return NI's object for sessions that are reserved, which opens NI's drivers."""
        return SingleSessionReservation(
            session_management_client=self._sessions,
            session_info=[session_to_wire(session) for session in sessions],
        )

    def close(self) -> None:
        """Close the connections."""
        self._sessions.close()
        self._channels.close()

    def __enter__(self) -> Station:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def named(sessions: Sequence[SessionInformation]) -> str:
    """Name sessions, for a text."""
    names = [repr(session.session_name) for session in sessions[:3]]
    more = len(sessions) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def warn_all(failures: Sequence[SharingError]) -> None:
    """Log failures that come after the one that is raised."""
    for failure in failures:
        _log.warning("%s", printable(failure.message))
