"""A random client's connection to a service: what it sends, and what comes back or is lost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable

import grpc
import grpc.aio

from session_sharing.testing.history import UNANSWERED, Recorder
from session_sharing.testing.session_calls import (
    CLOSED,
    LEFT_OPEN,
    PENDING,
    Initialize,
    Refused,
    Release,
)
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.status import DETAILS_KEY

OUTCOMES = {
    session_pb2.RELEASE_OUTCOME_CLOSED: CLOSED,
    session_pb2.RELEASE_OUTCOME_CLOSE_PENDING: PENDING,
    session_pb2.RELEASE_OUTCOME_LEFT_OPEN: LEFT_OPEN,
}
_MODES = {
    None: session_pb2.RELEASE_MODE_UNSPECIFIED,
    True: session_pb2.RELEASE_MODE_ASK_TO_CLOSE,
    False: session_pb2.RELEASE_MODE_LEAVE_OPEN,
}


class AnswerLostError(Exception):
    """The connection ended before the answer came.

    Attributes:
        killed: The service was killed: so it did not notice that nobody waits any more.
    """

    def __init__(self, *, killed: bool) -> None:
        super().__init__("the service was killed" if killed else "the connection was cut")
        self.killed = killed


class Door(ABC):
    """One client's connection to a service.

    Its methods raise what gRPC raises, and `AnswerLostError`. This one never loses its connection.

    Args:
        name: The name of the client.

    Attributes:
        name: The name of the client; who is not known any more goes on under another one.
        client_id: The id by which the service knows it.
    """

    can_leave = False
    """Whether `leave` and `begin_anew` may be called."""

    def __init__(self, name: str, client_id: str = "") -> None:
        self.name = name
        self.client_id = client_id

    async def ready(self, recorder: Recorder) -> bool:
        """Wait until it is connected; return whether it had to come back for that.

        Args:
            recorder: Is told when the client was given up meanwhile.
        """
        return False

    async def leave(self, recorder: Recorder) -> None:
        """Lose the connection; the next `ready` comes back."""
        raise NotImplementedError

    def begin_anew(self, recorder: Recorder) -> None:
        """After `leave`: never come back, but go on as another client."""
        raise NotImplementedError

    @abstractmethod
    async def initialize(
        self, request: session_pb2.InitializeRequest, timeout: float
    ) -> session_pb2.InitializeResponse:
        """Call the service's Initialize."""

    @abstractmethod
    async def release(
        self, request: session_pb2.ReleaseRequest, timeout: float
    ) -> session_pb2.ReleaseResponse:
        """Call the service's Close."""

    @abstractmethod
    async def log(
        self, attachment: session_pb2.AttachmentReference, number: int, timeout: float
    ) -> None:
        """Log a record by which its attachment and number can be told."""

    @abstractmethod
    async def close_session(self, public_id: str, timeout: float, *, force: bool) -> str:
        """Close a session as an operator does; return whether it is CLOSED or PENDING."""


def initialize_request(
    call: Initialize, resource: str, client_id: str
) -> session_pb2.InitializeRequest:
    """Return the message for a call."""
    return session_pb2.InitializeRequest(
        resource_name=resource + (f"?client={call.alias}" if call.alias else ""),
        initialization_behavior=call.behavior,  # type: ignore[arg-type]  # an open enumeration
        client_id=client_id,
        attachment_id=call.attachment,
    )


def release_request(call: Release, session: str, client_id: str) -> session_pb2.ReleaseRequest:
    """Return the message for a call."""
    reference = session_pb2.AttachmentReference(session_name=session, attachment_id=call.attachment)
    return session_pb2.ReleaseRequest(
        attachment=reference, client_id=client_id, mode=_MODES[call.asks]
    )


def refusal(error: grpc.aio.AioRpcError, *, in_haste: bool) -> Hashable:
    """Return what a failed call says. Only who was in haste may have no answer."""
    told = told_reason(error)
    if told:
        return Refused(told)
    if in_haste and error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return UNANSWERED
    return Refused(f"{error.code().name}: {error.details()}")


def told_reason(error: grpc.aio.AioRpcError) -> str:
    """Return the class of the error that a service raised; empty if gRPC alone says something."""
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS_KEY and isinstance(value, bytes):
            status = session_pb2.Status.FromString(value)
            return session_pb2.ErrorDetail.FromString(status.details[0].value).reason
    return ""


def state_of(session: session_pb2.SessionInformation) -> str:
    """Return what an operator is told of a session that was asked to close."""
    return CLOSED if session.state == session_pb2.SESSION_STATE_CLOSED else PENDING
