"""The client side of a session: the base that a service's client is a few lines on top of."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import ClassVar, TypeVar

from session_sharing.behavior import behavior_from_number
from session_sharing.client.calls import GIVE_UP_SECONDS, CallsService
from session_sharing.client.halfway import failed_half_way
from session_sharing.client.initializing import initialize
from session_sharing.client.owed import is_undelivered
from session_sharing.client.patience import check_seconds
from session_sharing.client.place import ServicePlace
from session_sharing.client.pool import CONNECTIONS
from session_sharing.client.releasing import AttachmentRelease, Terms
from session_sharing.core import Released, ReleaseMode
from session_sharing.discovery.resolve import ResolvingClient
from session_sharing.errors import OutcomeUnknownError, SharingError, UnavailableError
from session_sharing.identity import this_client
from session_sharing.information import SessionInformation
from session_sharing.tls import TlsFiles, tls_from_environment
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.session import session_from_wire

_log = logging.getLogger(__name__)
S = TypeVar("S", bound="SessionClient")

WAIT_SECONDS = 30.0


class SessionClient(CallsService, ABC):
    """Holds an attachment to a session of a service, from construction to release.

    A subclass names its service and calls the two RPCs in which its proto embeds the messages of
    sessions. As a context manager it releases as its behaviour says; `close()` always asks to
    close; `detach()` never does. The first of them that the service answers counts; all may be
    repeated. One that cannot be delivered is sent later, while this process is connected.

    A service that goes away is looked for again, and what it did not answer is repeated, with the
    same ids: so callers merely wait, at most for `wait`. That ends at once when another thread
    closes the client, or sets `give_up`.

    Methods may be called from any thread: what changes after construction is in `AttachmentRelease`
    and in the connection, which guard themselves, and in `CallsService`.

    Args:
        resource: The resource name, as it stands in a pin map.
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        discovery_client: An NI `DiscoveryClient` to find the service by; by default discovery is
            found by the environment, NI's software, or the local station's key file.
        address: host:port of the service; then discovery is not asked.
        wait: How long a call waits for the service, in seconds, at most 1,000,000.
        wait_closed: How long a close waits, in seconds, for other processes to let go; if they
            still hold the session then, `ClosePendingError` is raised. None: a warning is logged at
            once. Where only further clients of this process hold it, none of that is done: the
            answer alone says that the close is pending.
        take_over_orphan: Let a behaviour that creates close a session first that is nobody's any
            more: left open by a creator that is known to be dead.
        give_up: Set it, from any thread, to wait no more for a service that is away. From then on
            each call is tried once.
        tls: The files to encrypt with; None for what the environment says
            (`SESSION_SHARING_TLS_CA`). Where there are files, only encrypted ports are used.

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
        take_over_orphan: bool = False,
        give_up: threading.Event | None = None,
        tls: TlsFiles | None = None,
    ) -> None:
        if wait_closed is not None:
            check_seconds("wait_closed", wait_closed)
        check_seconds("wait", wait)
        terms = Terms(behavior_from_number(behavior), this_client(), wait, wait_closed)
        self._attachment = session_pb2.AttachmentReference()
        releasing = AttachmentRelease(self._attachment, terms, self._call_close)
        super().__init__(releasing, wait, give_up)
        self._place = ServicePlace(
            self.PROVIDED_INTERFACE,
            self.SERVICE_CLASS,
            address or "",
            discovery_client,
            tls or tls_from_environment(),
        )
        patience = self._patience(wait)
        self._connection = CONNECTIONS.acquire(self._place, patience)
        self._is_given_back = False
        wish = session_pb2.InitializeRequest(
            resource_name=resource,
            initialization_behavior=int(terms.behavior),  # type: ignore[arg-type]  # open enum
            take_over_orphan=take_over_orphan,
        )
        try:
            self._response = initialize(
                self._connection, wish, releasing, self._call_initialize, patience
            )
            self._attachment.session_name = self._response.session_name
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
    def took_over(self) -> SessionInformation | None:
        """The orphan that was closed for this client first; None if none was."""
        response = self._response
        return session_from_wire(response.took_over) if response.HasField("took_over") else None

    @property
    def released(self) -> Released | None:
        """What became of the session when this client released it; None as long as it has not."""
        return self._releasing.released

    def close(self) -> Released:
        """Release the session and ask to close it: it closes when nobody holds it any more.

        Raises:
            ClosePendingError: Other processes still held it after `wait_closed` seconds.
            SharingError: The service cannot be reached, or closing failed.
        """
        self._hasty = False  # Who asks anew wants to wait.
        return self._release(ReleaseMode.ASK_TO_CLOSE)

    def detach(self) -> Released:
        """Release the session without asking to close it.

        Raises:
            SharingError: The service cannot be reached.
        """
        self._hasty = False
        return self._release(ReleaseMode.LEAVE_OPEN)

    def __enter__(self: S) -> S:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # After Ctrl-C, or when the service was waited for in vain, it is not waited for again.
        self._hasty = self._hasty or _is_impatient(error)
        unused = self.new_session and not self._used
        undo = unused and failed_half_way(error, self.constructor)
        try:
            self._release(ReleaseMode.ASK_TO_CLOSE if undo else ReleaseMode.BY_BEHAVIOR)
        except SharingError as failure:
            if error is None:
                raise
            _log.warning("Releasing the session failed as well: %s", failure.message)

    # How it is done

    def _give_up(self) -> None:
        """Initialize failed or was interrupted: see to it that nothing is held because of it."""
        self._hasty = True
        mode = ReleaseMode.BY_BEHAVIOR
        try:
            with self._connected(mode):
                self._releasing.ask(mode, GIVE_UP_SECONDS)
        except SharingError as error:
            _log.debug("Nothing is known to be left to release: %s", error.message)

    def _release(self, mode: ReleaseMode) -> Released:
        self._connection.refuse_after_fork()
        return self._releasing.release(
            mode, created=self.new_session, connected=self._connected(mode)
        )

    @contextmanager
    def _connected(self, mode: ReleaseMode) -> Iterator[None]:
        """Have a connection for a release, and give it back; what is not delivered is owed."""
        if self._is_given_back:
            self._connection = CONNECTIONS.acquire(self._place, self._patience(self._wait))
        self._is_given_back = False
        connection = self._connection
        try:
            yield
        except BaseException as error:
            if is_undelivered(error) and self._releasing.client_id:
                connection.owed.add(
                    self._attachment.attachment_id,
                    lambda: self._releasing.ask(mode, GIVE_UP_SECONDS),
                )
            raise
        finally:
            self._is_given_back = True
            CONNECTIONS.release(connection)


def _is_impatient(error: BaseException | None) -> bool:
    """Tell whether a block ended with an error after which nobody wants to wait."""
    interrupted = error is not None and not isinstance(error, Exception)
    return interrupted or isinstance(error, (UnavailableError, OutcomeUnknownError))
