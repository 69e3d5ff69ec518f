"""Errors on the wire: the one table that maps error classes to gRPC statuses, and their data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError

from session_sharing import errors
from session_sharing.errors import SharingError
from session_sharing.text import shorten
from session_sharing.wire.failed_call import FailedCall
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.session import session_from_wire, session_to_wire
from session_sharing.wire.times import seconds_from_wire, seconds_to_wire

STATUS: dict[type[SharingError], grpc.StatusCode] = {
    errors.InvalidRequestError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.ResourceNameError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.ValueTypeError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.TooLargeError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.CertificateFileError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.NotFoundError: grpc.StatusCode.NOT_FOUND,
    errors.SessionNotFoundError: grpc.StatusCode.NOT_FOUND,
    errors.ResourceNotFoundError: grpc.StatusCode.NOT_FOUND,
    errors.AlreadyExistsError: grpc.StatusCode.ALREADY_EXISTS,
    errors.SessionExistsError: grpc.StatusCode.ALREADY_EXISTS,
    errors.AccessDeniedError: grpc.StatusCode.PERMISSION_DENIED,
    errors.CallerRefusedError: grpc.StatusCode.PERMISSION_DENIED,
    errors.OtherCertificateError: grpc.StatusCode.PERMISSION_DENIED,
    errors.AuthenticationError: grpc.StatusCode.UNAUTHENTICATED,
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
    errors.ServiceStoppingError: grpc.StatusCode.UNAVAILABLE,
    errors.SessionAbortedError: grpc.StatusCode.ABORTED,
    errors.OutcomeUnknownError: grpc.StatusCode.DEADLINE_EXCEEDED,
    errors.InternalError: grpc.StatusCode.INTERNAL,
}
"""The status of every error class."""

_FIRST_OF_STATUS = {status: error for error, status in reversed(list(STATUS.items()))}
_CODES = {status.value[0]: status for status in grpc.StatusCode}
_BY_REASON = {error.__name__: error for error in STATUS}

_FOREIGN = {
    grpc.StatusCode.CANCELLED: errors.OutcomeUnknownError,
    grpc.StatusCode.UNIMPLEMENTED: errors.UnavailableError,
}
"""Statuses that gRPC itself gives: a call was broken off; the service is another one."""

DETAILS_KEY = "grpc-status-details-bin"
_TYPE_PREFIX = "type.googleapis.com/"
_DETAIL_TYPE = _TYPE_PREFIX + "session_sharing.v1.ErrorDetail"
_RETRY_TYPE = _TYPE_PREFIX + "google.rpc.RetryInfo"

# Trailing metadata is bounded by peers (8 KiB by default, details by a third larger in base64):
# what does not fit is left out.
_MAXIMUM_DETAIL = 2_200
_MAXIMUM_TEXT = 2_000
_MAXIMUM_NAME = 500
_MAXIMUM_HOLDERS = 100
_MAXIMUM_PLAIN_TEXT = 1_500
_MAXIMUM_OTHER_TEXT = 500  # Every byte that is not plain takes three.
_PLAIN = re.compile(r"[ -$&-~]*")


def status_of(error: SharingError) -> grpc.StatusCode:
    """Return the status of an error; a class that a service derived has that of its base."""
    return STATUS[_known_class(error)]


def text_of(error: SharingError) -> str:
    """Return the text for the status itself, which generic clients show.

    It may be shorter than the text in the trailing metadata, which our clients show.
    """
    return status_text(error.message)


def status_text(text: str) -> str:
    """Return a text that has room in a status: peers drop longer ones, with the error."""
    plain = shorten(text, _MAXIMUM_PLAIN_TEXT)
    return plain if _PLAIN.fullmatch(plain) else shorten(text, _MAXIMUM_OTHER_TEXT)


def _known_class(error: SharingError) -> type[SharingError]:
    known = (base for base in type(error).__mro__ if base in STATUS)
    return next(known, errors.InternalError)


def error_to_trailers(error: SharingError) -> tuple[tuple[str, bytes], ...]:
    """Return the trailing metadata that carries an error's data, as google.rpc.Status."""
    return ((DETAILS_KEY, error_to_status(error).SerializeToString()),)


def error_to_status(error: SharingError) -> session_pb2.Status:
    """Return an error with its data as google.rpc.Status."""
    detail = session_pb2.ErrorDetail(
        reason=_known_class(error).__name__,
        resource_name=shorten(error.resource_name, _MAXIMUM_NAME),
        session=_session(error),
        retry_delay=seconds_to_wire(error.retry_delay),
        size=error.size or 0,
        limit=error.limit or 0,
        maybe_done=error.maybe_done,
    )
    while detail.ByteSize() > _MAXIMUM_DETAIL and detail.session.attachments:
        del detail.session.attachments[-1]
    if detail.ByteSize() > _MAXIMUM_DETAIL:
        detail.ClearField("session")
    status = session_pb2.Status(
        code=status_of(error).value[0], message=shorten(error.message, _MAXIMUM_TEXT)
    )
    status.details.add(type_url=_DETAIL_TYPE, value=detail.SerializeToString())
    if error.retry_delay is not None:
        retry = _retry_info(detail.retry_delay)
        status.details.add(type_url=_RETRY_TYPE, value=retry)
    return status


def call_from_status(status: session_pb2.Status) -> FailedCall:
    """Return what a call raises that fails with this status: its error and data are the same."""
    code = _CODES.get(status.code, grpc.StatusCode.UNKNOWN)
    return FailedCall(code, status.message, ((DETAILS_KEY, status.SerializeToString()),))


def _session(error: SharingError) -> session_pb2.SessionInformation | None:
    """Convert the session of an error, with no more of it than could ever fit."""
    session = error.session
    if session is None:
        return None
    shortened = replace(
        session,
        resource_name=shorten(session.resource_name, _MAXIMUM_NAME),
        resource_key=shorten(session.resource_key, _MAXIMUM_NAME),
        attachments=session.attachments[:_MAXIMUM_HOLDERS],
    )
    return session_to_wire(shortened)


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
    otherwise = _FIRST_OF_STATUS.get(code) or _FOREIGN.get(code, errors.InternalError)
    for told, detail in _details(trailers or ()):
        return _from_detail(detail, told or text, otherwise)
    return otherwise(text)


def is_told(error: grpc.RpcError) -> bool:
    """Return whether a service of ours raised the error itself, and so told its data."""
    trailers = error.trailing_metadata() if isinstance(error, grpc.Call) else None
    return any(True for _ in _details(trailers or ()))


def _details(
    trailers: Sequence[tuple[str, str | bytes]],
) -> Iterator[tuple[str, session_pb2.ErrorDetail]]:
    """Yield the text and the data that a service of ours put into the trailing metadata."""
    for key, value in trailers:
        if key != DETAILS_KEY or not isinstance(value, bytes):
            continue
        try:
            status = session_pb2.Status.FromString(value)
        except DecodeError:
            return
        for detail in _status_details(status):
            yield status.message, detail


def _status_details(status: session_pb2.Status) -> Iterator[session_pb2.ErrorDetail]:
    """Yield the data that a service of ours put into a status."""
    for detail in status.details:
        if detail.type_url == _DETAIL_TYPE:
            with suppress(DecodeError):
                yield session_pb2.ErrorDetail.FromString(detail.value)


def _from_detail(
    detail: session_pb2.ErrorDetail, text: str, otherwise: type[SharingError]
) -> SharingError:
    delay = seconds_from_wire(detail.retry_delay) if detail.HasField("retry_delay") else None
    error = _BY_REASON.get(detail.reason, otherwise)(
        text,
        resource_name=detail.resource_name,
        session=session_from_wire(detail.session) if detail.HasField("session") else None,
        retry_delay=delay,
        size=detail.size or None,
        limit=detail.limit or None,
    )
    error.maybe_done = detail.maybe_done
    return error
