"""The client side of a session: the base that a service's client is a few lines on top of."""

from __future__ import annotations

import logging
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, ClassVar, TypeVar

import grpc

from session_sharing.behavior import behavior_from_number
from session_sharing.client.calling import call, stream
from session_sharing.client.halfway import failed_half_way
from session_sharing.client.pool import CONNECTIONS
from session_sharing.client.releasing import AttachmentRelease, Terms
from session_sharing.core import Released, ReleaseMode
from session_sharing.discovery import resolve_address
from session_sharing.discovery.resolve import LOOK_UP_SECONDS, ResolvingClient
from session_sharing.errors import (
    AttachmentEndedError,
    InvalidRequestError,
    SharingError,
)
from session_sharing.wire.generated import session_pb2

_log = logging.getLogger(__name__)
Response = TypeVar("Response")
S = TypeVar("S", bound="SessionClient")

WAIT_SECONDS = 30.0
GIVE_UP_SECONDS = 2.0
MAXIMUM_SECONDS = 1_000_000.0
"""The longest that may be waited for: eleven days, which every platform can."""


class SessionClient(ABC):
    """Holds an attachment to a session of a service, from construction to release.

    A subclass names its service and calls the two RPCs in which its proto embeds the messages of
    sessions. As a context manager it releases as its behaviour says; `close()` always asks to
    close; `detach()` never does. The first of them counts; all may be repeated.

    Methods may be called from any thread: what changes after construction is in `AttachmentRelease`
    and in the connection, which guard themselves; and `_used`, which is only ever set.

    Args:
        resource: The resource name, as it stands in a pin map.
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        discovery_client: An NI `DiscoveryClient` to find the service by; by default discovery is
            found by the environment, NI's software, or the local station's key file.
        address: host:port of the service; then discovery is not asked.
        wait: How long a call waits for the service, in seconds, at most 1,000,000.
        wait_closed: How long a close waits, in seconds, for others to let go; if they still hold
            the session then, `ClosePendingError` is raised. None: a warning is logged at once.

    Raises:
        SharingError: The service cannot be reached, or refuses the session.
    """

    PROVIDED_INTERFACE: ClassVar[str]
    """The full name of the gRPC service, as registered in discovery."""

    SERVICE_CLASS: ClassVar[str]
    """The class of the service, as registered in discovery."""

    constructor: object = None
    """The `SessionConstructor` that opened it, if one did."""

    def __init__(
        self,
        resource: str,
        behavior: int = 0,
        *,
        discovery_client: ResolvingClient | None = None,
        address: str | None = None,
        wait: float = WAIT_SECONDS,
        wait_closed: float | None = None,
    ) -> None:
        self._behavior = behavior_from_number(behavior)
        self._wait = _seconds("wait", wait)
        wait_closed = None if wait_closed is None else _seconds("wait_closed", wait_closed)
        self._attachment = session_pb2.AttachmentReference(attachment_id=uuid.uuid4().hex)
        address = address or resolve_address(
            self.PROVIDED_INTERFACE,
            self.SERVICE_CLASS,
            discovery_client=discovery_client,
            timeout=min(self._wait, LOOK_UP_SECONDS),
        )
        self._connection = CONNECTIONS.acquire(address, self._wait)
        terms = Terms(
            behavior=self._behavior,
            own=self._connection.identity,
            client_id=self._connection.client_id,
            wait=self._wait,
            wait_closed=wait_closed,
        )
        self._releasing = AttachmentRelease(self._attachment, terms, self._call_close)
        try:
            self._initialize(resource)
            self._used = False  # Initializing is no use of it.
        except BaseException:
            self._give_up()
            raise

    # What a subclass writes

    @abstractmethod
    def _call_initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        """Call the service's Initialize with this message embedded, by `_call`."""

    @abstractmethod
    def _call_close(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        """Call the service's Close with this message embedded, by `_call`."""

    # What a subclass uses

    @property
    def _channel(self) -> grpc.Channel:
        """The channel to the service."""
        return self._connection.channel

    def _call(
        self,
        method: Callable[..., Response],
        request: object,
        *,
        timeout: float | None = None,
    ) -> Response:
        """Call a unary RPC of the service.

        Args:
            method: The method of a stub.
            request: Its request.
            timeout: How long to wait for the answer, in seconds; the client's `wait` by default.

        Raises:
            SharingError: The service raised it, does not answer, or this is a forked child.
        """
        self._used = True
        limit = self._wait if timeout is None else timeout
        return call(self._connection, method, request, limit)

    def _stream(
        self, method: Callable[..., Any], request: object, *, until_released: bool
    ) -> Generator[Any, None, None]:
        """Read a stream of the service; closing the generator cancels the call.

        Args:
            method: The method of a stub.
            request: Its request.
            until_released: Whether the release of this client is an end like any other.

        Raises:
            AttachmentEndedError: This client was released while it read.
            SharingError: The service raised it or went away, or this is a forked child.
        """
        self._used = True
        try:
            yield from stream(self._connection, method, request, self._wait)
        except SharingError as error:
            if not self._releasing.begun:
                raise
            if not until_released:
                raise AttachmentEndedError(
                    "This client was closed while it read, so it cannot read on. Read to the end "
                    "before closing it."
                ) from error

    # What users use

    @property
    def session_name(self) -> str:
        """The name of the session, the same for all who share it. It is a secret."""
        return self._attachment.session_name

    @property
    def new_session(self) -> bool:
        """Whether this client created the session."""
        return self._response.new_session

    @property
    def public_id(self) -> str:
        """What people are shown of the session, as in `python -m session_sharing list`."""
        return self._response.public_id

    @property
    def released(self) -> Released | None:
        """What became of the session when this client released it; None as long as it has not."""
        return self._releasing.released

    def close(self) -> Released:
        """Release the session and ask to close it: it closes when nobody holds it any more.

        Raises:
            ClosePendingError: Others still held it after `wait_closed` seconds.
            SharingError: The service cannot be reached, or closing failed.
        """
        return self._release(ReleaseMode.ASK_TO_CLOSE)

    def detach(self) -> Released:
        """Release the session without asking to close it.

        Raises:
            SharingError: The service cannot be reached.
        """
        return self._release(ReleaseMode.LEAVE_OPEN)

    def __enter__(self: S) -> S:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        unused = self.new_session and not self._used
        undo = unused and failed_half_way(error, self.constructor)
        try:
            self._release(ReleaseMode.ASK_TO_CLOSE if undo else ReleaseMode.BY_BEHAVIOR)
        except SharingError as failure:
            if error is None:
                raise
            _log.warning("Releasing the session failed as well: %s", failure.message)

    # How it is done

    def _initialize(self, resource: str) -> None:
        request = session_pb2.InitializeRequest(
            resource_name=resource,
            initialization_behavior=int(self._behavior),  # type: ignore[arg-type]  # open enum
            client_id=self._connection.client_id,
            attachment_id=self._attachment.attachment_id,
        )
        self._response = self._call_initialize(request, self._wait)
        self._attachment.session_name = self._response.session_name

    def _give_up(self) -> None:
        """Initialize failed or was interrupted: see to it that nothing is held because of it."""
        try:
            self._releasing.ask(ReleaseMode.BY_BEHAVIOR, 0.0, GIVE_UP_SECONDS)
        except SharingError as error:
            _log.debug("Nothing was left to release: %s", error.message)
        finally:
            CONNECTIONS.release(self._connection)

    def _release(self, mode: ReleaseMode) -> Released:
        self._connection.refuse_after_fork()
        return self._releasing.release(
            mode,
            created=self.new_session,
            at_end=lambda: CONNECTIONS.release(self._connection),
        )


def _seconds(option: str, value: float) -> float:
    if not 0 <= value <= MAXIMUM_SECONDS:
        raise InvalidRequestError(
            f"{option}={value!r} cannot be waited for. Give seconds from 0 to {MAXIMUM_SECONDS:g}."
        )
    return value
