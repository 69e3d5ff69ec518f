"""Errors on the wire: the one table that maps error classes to gRPC statuses, and their data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError

from session_sharing import errors
from session_sharing.errors import SharingError
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.session import session_from_wire, session_to_wire
from session_sharing.wire.times import seconds_from_wire, seconds_to_wire

STATUS: dict[type[SharingError], grpc.StatusCode] = {
    errors.InvalidRequestError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.ResourceNameError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.ValueTypeError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.TooLargeError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.NotFoundError: grpc.StatusCode.NOT_FOUND,
    errors.SessionNotFoundError: grpc.StatusCode.NOT_FOUND,
    errors.ResourceNotFoundError: grpc.StatusCode.NOT_FOUND,
    errors.SessionExistsError: grpc.StatusCode.ALREADY_EXISTS,
    errors.AccessDeniedError: grpc.StatusCode.PERMISSION_DENIED,
    errors.PreconditionError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.ResourceHeldError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.ResourceReplacedError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.UnknownClientError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.AttachmentEndedError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.ClosePendingError: grpc.StatusCode.FAILED_PRECONDITION,
    errors.ResourceExhaustedError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.UnavailableError: grpc.StatusCode.UNAVAILABLE,
    errors.NoStationError: grpc.StatusCode.UNAVAILABLE,
    errors.ServiceNotFoundError: grpc.StatusCode.UNAVAILABLE,
    errors.SessionAbortedError: grpc.StatusCode.ABORTED,
    errors.OutcomeUnknownError: grpc.StatusCode.DEADLINE_EXCEEDED,
    errors.InternalError: grpc.StatusCode.INTERNAL,
}
"""The status of every error class."""

_FIRST_OF_STATUS = {status: error for error, status in reversed(list(STATUS.items()))}
_BY_REASON = {error.__name__: error for error in STATUS}

DETAILS_KEY = "grpc-status-details-bin"
_TYPE_PREFIX = "type.googleapis.com/"
_DETAIL_TYPE = _TYPE_PREFIX + "session_sharing.v1.ErrorDetail"
_RETRY_TYPE = _TYPE_PREFIX + "google.rpc.RetryInfo"
_MAXIMUM_DETAILS = 4_000
"""Trailing metadata is bounded by peers (8 KiB by default): what does not fit is left out."""


def status_of(error: SharingError) -> grpc.StatusCode:
    """Return the status of an error."""
    return STATUS[type(error)]


def error_to_trailers(error: SharingError) -> tuple[tuple[str, bytes], ...]:
    """Return the trailing metadata that carries an error's data, as google.rpc.Status."""
    detail = session_pb2.ErrorDetail(
        reason=type(error).__name__,
        resource_name=error.resource_name[:1000],
        session=session_to_wire(error.session),
        retry_delay=seconds_to_wire(error.retry_delay),
        size=error.size or 0,
        limit=error.limit or 0,
    )
    while detail.ByteSize() > _MAXIMUM_DETAILS and detail.session.attachments:
        del detail.session.attachments[-1]
    if detail.ByteSize() > _MAXIMUM_DETAILS:
        detail.ClearField("session")
    status = session_pb2.Status(code=status_of(error).value[0], message=error.message[:1000])
    status.details.add(type_url=_DETAIL_TYPE, value=detail.SerializeToString())
    if error.retry_delay is not None:
        retry = _retry_info(detail.retry_delay)
        status.details.add(type_url=_RETRY_TYPE, value=retry)
    return ((DETAILS_KEY, status.SerializeToString()),)


def _retry_info(delay: Duration) -> bytes:
    """Encode a google.rpc.RetryInfo: field 1 is the delay."""
    encoded = delay.SerializeToString()
    return bytes([0x0A, len(encoded)]) + encoded


def error_from_call(error: grpc.RpcError) -> SharingError:
    """Return the error that a call failed with, as the service raised it.

    A service that is none of ours gives the first class of the status.
    """
    code = error.code() if isinstance(error, grpc.Call) else grpc.StatusCode.UNKNOWN
    text = (error.details() if isinstance(error, grpc.Call) else None) or str(error)
    trailers = error.trailing_metadata() if isinstance(error, grpc.Call) else None
    for detail in _details(trailers or ()):
        return _from_detail(detail, text, _FIRST_OF_STATUS.get(code, errors.InternalError))
    return _FIRST_OF_STATUS.get(code, errors.InternalError)(text)


def is_told(error: grpc.RpcError) -> bool:
    """Return whether a service of ours raised the error itself, and so told its data."""
    trailers = error.trailing_metadata() if isinstance(error, grpc.Call) else None
    return any(True for _ in _details(trailers or ()))


def _details(trailers: Sequence[tuple[str, str | bytes]]) -> Iterator[session_pb2.ErrorDetail]:
    for key, value in trailers:
        if key != DETAILS_KEY or not isinstance(value, bytes):
            continue
        try:
            status = session_pb2.Status.FromString(value)
            for detail in status.details:
                if detail.type_url == _DETAIL_TYPE:
                    yield session_pb2.ErrorDetail.FromString(detail.value)
        except DecodeError:
            return


def _from_detail(
    detail: session_pb2.ErrorDetail, text: str, otherwise: type[SharingError]
) -> SharingError:
    delay = seconds_from_wire(detail.retry_delay) if detail.HasField("retry_delay") else None
    return _BY_REASON.get(detail.reason, otherwise)(
        text,
        resource_name=detail.resource_name,
        session=session_from_wire(detail.session) if detail.HasField("session") else None,
        retry_delay=delay,
        size=detail.size or None,
        limit=detail.limit or None,
    )
