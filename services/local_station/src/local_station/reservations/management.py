"""The station's session management, as its operator calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import grpc

from local_station.session_management.wire import SERVICE_NAME, messages, stubs
from session_sharing.discovery import DiscoveryConnection, DiscoveryPlace, find_discovery
from session_sharing.discovery.address import channel_options
from session_sharing.errors import UnavailableError

CALL_SECONDS = 5.0

A = TypeVar("A")


class Management:
    """A connection to session management. All methods block; `close` ends it.

    Args:
        place: Where discovery is.
        address: Where session management is, as host:port.
    """

    def __init__(self, place: DiscoveryPlace, address: str) -> None:
        self._place = place
        self._address = address
        options = [*channel_options(address), ("grpc.max_receive_message_length", -1)]
        self._channel = grpc.insecure_channel(address, options)
        self._stub = stubs.SessionManagementServiceStub(self._channel)

    @classmethod
    def found(cls) -> Management:
        """Return the one of this machine.

        Raises:
            NoStationError: No station runs.
            SharingError: It cannot be found.
        """
        place = find_discovery()
        with DiscoveryConnection(place) as discovery:
            location = discovery.resolve(SERVICE_NAME, SERVICE_NAME)
        return cls(place, location.insecure_address)

    @property
    def discovery(self) -> str:
        """The host:port of discovery."""
        return self._place.address

    @property
    def port(self) -> int:
        """Where session management listens."""
        return int(self._address.rpartition(":")[2])

    @property
    def key_file(self) -> Path | None:
        """The key file that told where discovery is; None if something else did."""
        return self._place.key_file

    def reserved(self) -> list[messages.SessionInformation]:
        """Return the sessions that are reserved.

        Raises:
            UnavailableError: It does not answer.
        """
        request = messages.GetSessionsRequest()
        answer = self._call(lambda: self._stub.GetSessions(request, timeout=CALL_SECONDS))
        return [one for one in answer.sessions if one.session_reserved]

    def unreserve(self, names: Iterable[str]) -> None:
        """Free sessions, whoever has them.

        Raises:
            UnavailableError: It does not answer.
        """
        request = messages.UnreserveSessionsRequest()
        for name in names:
            request.sessions.add().session.name = name
        self._call(lambda: self._stub.UnreserveSessions(request, timeout=CALL_SECONDS))

    def _call(self, call: Callable[[], A]) -> A:
        try:
            return call()
        except grpc.RpcError as failure:
            details = failure.details() if isinstance(failure, grpc.Call) else failure
            raise UnavailableError(
                f"Session management at {self._address} did not answer: {details}. "
                "`python -m session_sharing doctor` looks closer."
            ) from failure

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def __enter__(self) -> Management:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
