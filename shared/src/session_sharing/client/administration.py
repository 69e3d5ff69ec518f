"""Looking into session services from outside: list, watch, close, ask how they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType

import grpc

from session_sharing.client.encryption import why_not_encrypted
from session_sharing.client.failures import is_unanswered
from session_sharing.client.link import channel_options
from session_sharing.core import SessionEvent
from session_sharing.errors import ServiceNotFoundError, SharingError, UnavailableError
from session_sharing.identity import this_client
from session_sharing.information import SessionInformation, sentence
from session_sharing.service_information import ServiceInformation
from session_sharing.tls import TlsFiles, open_channel, tls_from_environment
from session_sharing.wire.events import event_from_wire
from session_sharing.wire.generated import administration_pb2, administration_pb2_grpc
from session_sharing.wire.service import service_from_wire
from session_sharing.wire.session import identity_to_wire, session_from_wire
from session_sharing.wire.status import error_from_call, is_told

LIST_SECONDS = 5.0
ASK_SECONDS = 5.0
CLOSE_SECONDS = 20.0

# gRPC's health contract by hand, as plug-ins have no package for it: the request for the whole
# server is empty, and this is the answer with the status SERVING.
_HEALTH_METHOD, _SERVING = "/grpc.health.v1.Health/Check", b"\x08\x01"


class Administration:
    """An operator's connection to one session service.

    Methods may be called from any thread; grpc's channel guards itself, and there is no other
    state. Use it as a context manager, or `close()` it.

    Args:
        address: host:port of the service.
        tls: The files to encrypt with; None for what the environment says.

    Raises:
        CertificateFileError: A file is missing, or cannot be used.
        InvalidRequestError: The environment is contradictory.
    """

    def __init__(self, address: str, tls: TlsFiles | None = None) -> None:
        self.address = address
        self._tls = tls or tls_from_environment()
        self._channel = open_channel(address, self._tls, channel_options(address))
        self._stub = administration_pb2_grpc.SessionAdministrationStub(self._channel)

    def sessions(self, timeout: float = LIST_SECONDS) -> list[SessionInformation]:
        """Return the sessions that are not closed.

        Args:
            timeout: How long to wait for the answer, in seconds.

        Raises:
            ServiceNotFoundError: What answers there is no session service.
            SharingError: The service does not answer.
        """
        try:
            request = administration_pb2.ListSessionsRequest()
            response = self._stub.ListSessions(request, timeout=timeout)
        except grpc.RpcError as failure:
            raise self._explain(failure) from failure
        return [session_from_wire(session) for session in response.sessions]

    def watch(self) -> Iterator[SessionEvent]:
        """Yield the sessions as they are, then every change, until the service stops.

        Raises:
            SharingError: The service went away, or this watcher was too slow.
        """
        call = self._stub.WatchSessions(administration_pb2.WatchSessionsRequest())
        begun = False
        try:
            for response in call:
                begun = True
                event = event_from_wire(response.event)
                if event is not None:
                    yield event
        except grpc.RpcError as failure:
            error = self._explain(failure)
            if begun and is_unanswered(failure):
                text = f"{sentence(error.message)} Changes until it is watched again are missed."
                raise UnavailableError(text) from failure
            raise error from failure
        finally:
            call.cancel()

    def service(self, timeout: float = ASK_SECONDS) -> ServiceInformation:
        """Return what the service is, and how it is.

        Args:
            timeout: How long to wait for the answer, in seconds.

        Raises:
            ServiceNotFoundError: What answers there is no session service, or one that is older
                than this question.
            SharingError: The service does not answer.
        """
        try:
            request = administration_pb2.GetServiceRequest()
            response = self._stub.GetService(request, timeout=timeout)
        except grpc.RpcError as failure:
            raise self._explain(failure) from failure
        return service_from_wire(response)

    def is_serving(self, timeout: float = ASK_SECONDS) -> bool:
        """Tell whether the whole service is SERVING, by gRPC's health contract.

        Args:
            timeout: How long to wait for the answer, in seconds.

        Raises:
            ServiceNotFoundError: The service answers, but has no health checking.
            SharingError: The service does not answer.
        """
        # Bytes in, bytes out.
        check: Callable[..., bytes] = self._channel.unary_unary(_HEALTH_METHOD)
        try:
            return check(b"", timeout=timeout) == _SERVING
        except grpc.RpcError as failure:
            raise self._explain(failure) from failure

    def close_session(
        self, public_id: str, reason: str = "", *, force: bool = False
    ) -> SessionInformation:
        """Ask to close a session, or close it by force.

        Args:
            public_id: The session, as people are shown it.
            reason: Why; its holders are told.
            force: Close it under its holders; accepted operations get some seconds to finish. Else
                it closes as soon as nobody holds it, and this does not wait for that.

        Returns:
            The session afterwards. Its state tells whether it is closed, closing, or held still.

        Raises:
            SharingError: The service has no such session, or closing it failed.
        """
        request = administration_pb2.CloseSessionRequest(
            public_id=public_id,
            reason=reason,
            requested_by=identity_to_wire(this_client()),
            force=force,
        )
        try:
            response = self._stub.CloseSession(request, timeout=CLOSE_SECONDS)
        except grpc.RpcError as failure:
            raise self._explain(failure) from failure
        return session_from_wire(response.session)

    def close(self) -> None:
        """Close the connection; a watch ends."""
        self._channel.close()

    def _explain(self, failure: grpc.RpcError) -> SharingError:
        why = why_not_encrypted(failure, self.address, self._tls)
        if isinstance(why, SharingError):
            return why
        error = error_from_call(failure)
        if is_told(failure):
            return error
        if isinstance(failure, grpc.Call) and failure.code() is grpc.StatusCode.UNIMPLEMENTED:
            return ServiceNotFoundError(
                f"The service at {self.address} knows no sessions: it is one of another kind. "
                "Give the address of a session service."
            )
        return UnavailableError(f"The service at {self.address} does not answer: {error.message}")

    def __enter__(self) -> Administration:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
