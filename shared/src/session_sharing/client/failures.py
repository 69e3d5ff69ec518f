"""What a failed call means for the user of a client."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

import grpc

from session_sharing.errors import (
    AccessDeniedError,
    AuthenticationError,
    InternalError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PreconditionError,
    ResourceExhaustedError,
    ServiceNotFoundError,
    ServiceStoppingError,
    SharingError,
    UnavailableError,
)
from session_sharing.information import clock, sentence
from session_sharing.wire.status import error_from_call, is_told

REFUSALS = (
    AccessDeniedError,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    PreconditionError,
    ResourceExhaustedError,
)
"""Errors after which nothing was done, unless an attempt before may have done it."""

Named = Callable[[], str]
"""Names what a call was for, where a failure tells of it: "logging records 5 to 8"."""

_AWAY = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}


def what_was_asked() -> str:
    """Name what a call was for, where there is no better name."""
    return "what was asked"


def is_unanswered(failure: grpc.RpcError) -> bool:
    """Tell whether a call may be repeated: nobody answered, or only that the service stops.

    A call that was answered, with whatever error, is never repeated. One that had no answer in its
    whole time (DEADLINE_EXCEEDED) is not either: its time is over.

    Args:
        failure: What gRPC raised, of a call that this process did not cancel.
    """
    if is_told(failure):
        return isinstance(error_from_call(failure), ServiceStoppingError)
    return isinstance(failure, grpc.Call) and failure.code() in _AWAY


def is_not_begun(failure: grpc.RpcError) -> bool:
    """Tell whether a service that stops refused a call before it began with it.

    Args:
        failure: What gRPC raised.
    """
    error = error_from_call(failure)
    refused = is_told(failure) and isinstance(error, ServiceStoppingError)
    return refused and not error.maybe_done


def may_come(failure: grpc.RpcError | SharingError) -> bool:
    """Tell whether a service that could not be connected to may just not be there yet.

    Args:
        failure: What looking for it, or connecting, ended with.
    """
    if isinstance(failure, grpc.RpcError):
        return is_unanswered(failure)
    return isinstance(failure, (ServiceNotFoundError, OutcomeUnknownError))


def explain_connecting(failure: grpc.RpcError | SharingError, address: str) -> SharingError:
    """Return why a service could not be connected to.

    Args:
        failure: What looking for it, or connecting, ended with.
        address: host:port where it should have been.
    """
    if isinstance(failure, SharingError):
        return failure
    error = error_from_call(failure)
    if is_told(failure) or not isinstance(error, (UnavailableError, OutcomeUnknownError)):
        return error
    return UnavailableError(
        f"Nothing usable answers at {address}: {sentence(error.message)} Start the service "
        "there, or if it runs elsewhere, check how it is found "
        "(`python -m session_sharing list`)."
    )


def connecting_defect(defect: Exception) -> InternalError:
    """Return the error for what should never be raised while a service is connected to."""
    return InternalError(
        f"Connecting failed by a defect of this library: {type(defect).__name__}: {defect}."
    )


def explain_failure(
    failure: grpc.RpcError,
    address: str,
    limit: float,
    named: Named = what_was_asked,
    *,
    is_repeat: bool = False,
) -> SharingError:
    """Return the error that a call failed with; what the service did not tell is explained.

    Args:
        failure: What gRPC raised.
        address: host:port of the service.
        limit: How long its answer was waited for, in seconds.
        named: What the call was for.
        is_repeat: Whether an attempt before may have been carried out.
    """
    error = error_from_call(failure)
    if is_told(failure) or type(error) not in (OutcomeUnknownError, UnavailableError):
        return error
    unknown = _outcome(named, maybe_done=True)
    if isinstance(failure, grpc.Call) and failure.code() is grpc.StatusCode.UNIMPLEMENTED:
        return UnavailableError(
            f"What answers at {address} does not know this call: it is a service of another kind, "
            f"or of another version. {_outcome(named, maybe_done=is_repeat)} Update the older of "
            "both."
        )
    if type(error) is UnavailableError:
        return UnavailableError(
            f"The service at {address} is away: {sentence(error.message)} {unknown} Start it again."
        )
    return OutcomeUnknownError(
        f"The service at {address} gave no answer ({_why(failure, limit)}). {unknown} Look at its "
        "log; `python -m session_sharing list` shows whether it answers at all."
    )


def gave_up(
    reason: str, away: str, seconds: float, named: Named, *, maybe_done: bool = True
) -> UnavailableError:
    """Return the error of a call whose service did not come back in time.

    Args:
        reason: Why the last attempt failed.
        away: Which service is away, and since when.
        seconds: How long it was waited for.
        named: What the call was for.
        maybe_done: Whether an attempt may have reached the service.
    """
    return UnavailableError(
        f"{away}, and was waited for {seconds_text(seconds)}: {sentence(reason)} "
        f"{_outcome(named, maybe_done=maybe_done)} What was acknowledged before is safe. Start the "
        "service again: this client goes on by itself when it is back."
    )


def broken_off(away: str, named: Named, *, maybe_done: bool) -> SharingError:
    """Return the error of a call that was broken off while it waited for its service.

    Args:
        away: Which service is away, and since when.
        named: What the call was for.
        maybe_done: Whether an attempt may have reached the service.
    """
    kind = OutcomeUnknownError if maybe_done else UnavailableError
    return kind(
        f"The call was broken off while it waited for its service. {away}. "
        f"{_outcome(named, maybe_done=maybe_done)} What was acknowledged before is safe."
    )


def cut_short(reason: str, address: str, named: Named) -> OutcomeUnknownError:
    """Return the error of a call that had no answer, and must not be carried out twice.

    Args:
        reason: What the attempt ended with.
        address: host:port of the service.
        named: What the call was for.
    """
    error = OutcomeUnknownError(
        f"The service at {address} went away before it answered: {sentence(reason)} "
        f"{_outcome(named, maybe_done=True)} It was not sent again, lest it be done twice. Look "
        "at what there is now, then ask again if need be; this client finds the service by itself."
    )
    error.maybe_done = True
    return error


def never_sent(seconds: float, named: Named, *, broken_off: bool) -> UnavailableError:
    """Return the error of a call that ended while other calls of its client were before it.

    Args:
        seconds: How long it was to wait in all.
        named: What the call was for.
        broken_off: Whether it was broken off; else its time was over.
    """
    why = "was broken off" if broken_off else f"did not come to its turn in {seconds_text(seconds)}"
    return UnavailableError(
        f"The call {why}, as calls of other threads that log through this client were before it: "
        f"nothing was sent. {_outcome(named, maybe_done=False)} The service may be slow or away: "
        "look at its log, or give the client a longer `wait`."
    )


def not_inherited(process_id: int) -> PreconditionError:
    """Return the error of a forked child that uses what its parent opened.

    Args:
        process_id: The parent's.
    """
    return PreconditionError(
        f"This session was opened by process {process_id}, before the fork that made process "
        f"{os.getpid()}. A session is not inherited: initialize a client in the child, or start "
        "children with `spawn` (multiprocessing) or subprocess."
    )


def stream_broken(away: str, reason: str) -> UnavailableError:
    """Return the error of a stream whose service went away in the middle of it.

    Args:
        away: Which service is away, and since when.
        reason: What the stream ended with.
    """
    return UnavailableError(
        f"{away}; the stream that was read from it ended with that: {sentence(reason)} What came "
        "before is good. Begin to read again to go on: this client finds the service by itself, "
        "and what came before comes again."
    )


def refused_repeat(error: SharingError, named: Named) -> SharingError:
    """Return the answer to a repeat, when an attempt before it may have been carried out.

    Args:
        error: The answer.
        named: What the call was for.
    """
    text = (
        f"{sentence(error.message)} This is the answer to a repeat: a first attempt was cut short, "
        "as the service went away."
    )
    unknown = _outcome(named, maybe_done=True)
    if unknown not in text:
        text = f"{text} {unknown}"
    error.message, error.args, error.maybe_done = text, (text,), True
    return error


def away_since(address: str, since: datetime) -> str:
    """Say which service is away, and since when; the sentence goes on."""
    return f"The service at {address} is away since {clock(since)}"


def seconds_text(seconds: float) -> str:
    """Say how long something was waited for, to a tenth of a second."""
    return f"{seconds:.1f}".removesuffix(".0") + " s"


def _outcome(named: Named, *, maybe_done: bool) -> str:
    what = named()
    if maybe_done:
        return f"Whether {what} was done is unknown."
    return f"{what[:1].upper()}{what[1:]} was not done."


def _why(failure: grpc.RpcError, limit: float) -> str:
    cut = isinstance(failure, grpc.Call) and failure.code() is grpc.StatusCode.CANCELLED
    return "the call was broken off" if cut else f"no answer within {seconds_text(limit)}"
