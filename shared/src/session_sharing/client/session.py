"""The client side of a session: the base that a service's client is a few lines on top of."""

from __future__ import annotations

import logging
import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import ClassVar, TypeVar

import grpc

from session_sharing.behavior import behavior_from_number
from session_sharing.client.failures import explain_failure
from session_sharing.client.pending import asked_to_close, insists_on_close, pends_on_others
from session_sharing.client.pool import CONNECTIONS
from session_sharing.core import Outcome, Released, ReleaseMode
from session_sharing.discovery import resolve_address
from session_sharing.discovery.resolve import ResolvingClient
from session_sharing.errors import (
    AttachmentEndedError,
    ClosePendingError,
    InvalidRequestError,
    SessionNotFoundError,
    SharingError,
)
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.session import mode_to_wire, released_from_wire
from session_sharing.wire.times import seconds_to_wire

_log = logging.getLogger(__name__)
Request = TypeVar("Request")
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

    Methods may be called from any thread. `_guard` guards `_released`; no call is made under it.

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
        self._wait_closed = None if wait_closed is None else _seconds("wait_closed", wait_closed)
        self._guard = threading.Lock()
        self._released: Future[Released] | None = None
        self._attachment = session_pb2.AttachmentReference(attachment_id=uuid.uuid4().hex)
        address = address or resolve_address(
            self.PROVIDED_INTERFACE, self.SERVICE_CLASS, discovery_client=discovery_client
        )
        self._connection = CONNECTIONS.acquire(address, self._wait)
        try:
            self._initialize(resource)
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
        limit = self._wait if timeout is None else timeout
        try:
            return self._start(method, request, timeout=limit)
        except grpc.RpcError as failure:
            raise explain_failure(failure, self._connection.address, limit) from failure

    def _start(
        self, method: Callable[..., Response], request: object, timeout: float | None = None
    ) -> Response:
        """Start an RPC of the service; for a stream, return it.

        Raises:
            AttachmentEndedError: This client was released, and its connection is closed.
            PreconditionError: This is a forked child.
        """
        self._connection.refuse_after_fork()
        try:
            return method(request, timeout=timeout)
        except ValueError as closed:  # grpc's word for a channel that is closed
            raise AttachmentEndedError(
                "This client has released its session, so nothing was done. Initialize a new "
                "client to go on."
            ) from closed

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
        released = self._released
        if released is None or not released.done() or released.exception() is not None:
            return None
        return released.result()

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
        try:
            self._release(ReleaseMode.BY_BEHAVIOR)
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
            self._ask_release(ReleaseMode.BY_BEHAVIOR, 0.0, GIVE_UP_SECONDS)
        except SharingError as error:
            _log.debug("Nothing was left to release: %s", error.message)
        finally:
            CONNECTIONS.release(self._connection)

    def _release(self, mode: ReleaseMode) -> Released:
        self._connection.refuse_after_fork()
        with self._guard:
            first = self._released is None
            self._released = self._released or Future()
        if not first:
            return self._released.result()
        try:
            released = self._release_and_wait(mode)
        except BaseException as error:
            self._released.set_exception(error)
            raise
        finally:
            CONNECTIONS.release(self._connection)
        self._released.set_result(released)
        self._report_pending(released, mode)
        return released

    def _release_and_wait(self, mode: ReleaseMode) -> Released:
        """Release; if others keep open what was to be closed, ask again and wait for them."""
        released = self._ask_release(mode, 0.0, self._wait)
        if self._wait_closed and self._pends_on_others(released, mode):
            return self._ask_release(mode, self._wait_closed, self._wait)
        return released

    def _pends_on_others(self, released: Released, mode: ReleaseMode) -> bool:
        created = self.new_session
        return asked_to_close(mode, self._behavior, created=created) and pends_on_others(
            released, self._connection.identity
        )

    def _ask_release(self, mode: ReleaseMode, wait_closed: float, timeout: float) -> Released:
        request = session_pb2.ReleaseRequest(
            attachment=self._attachment,
            client_id=self._connection.client_id,
            mode=mode_to_wire(mode),
            wait_closed=seconds_to_wire(wait_closed),
        )
        try:
            return released_from_wire(self._call_close(request, wait_closed + timeout))
        except SessionNotFoundError as error:
            _log.info("The session was gone already: %s", error.message)
            return Released(Outcome.CLOSED)

    def _report_pending(self, released: Released, mode: ReleaseMode) -> None:
        """Say that others hold what was to be closed: as an error if it was waited for."""
        session = released.session
        if session is None or not self._pends_on_others(released, mode):
            return
        text = f"The close is pending: {session}. {session.how_to_close()}"
        if self._wait_closed is not None:
            raise ClosePendingError(text, resource_name=session.resource_name, session=session)
        if insists_on_close(mode, self._behavior):
            _log.warning("%s", text)


def _seconds(option: str, value: float) -> float:
    if not 0 <= value <= MAXIMUM_SECONDS:
        raise InvalidRequestError(
            f"{option}={value!r} cannot be waited for. Give seconds from 0 to {MAXIMUM_SECONDS:g}."
        )
    return value
