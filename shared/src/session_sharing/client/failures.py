"""What a failed call means for the user of a client."""

from __future__ import annotations

import grpc

from session_sharing.errors import OutcomeUnknownError, SharingError, UnavailableError
from session_sharing.information import sentence
from session_sharing.wire.status import error_from_call, is_told


def explain_failure(failure: grpc.RpcError, address: str, limit: float) -> SharingError:
    """Return the error that a call failed with; what the service did not tell is explained.

    Args:
        failure: What gRPC raised.
        address: host:port of the service.
        limit: How long its answer was waited for, in seconds.
    """
    error = error_from_call(failure)
    if is_told(failure):
        return error
    if type(error) is OutcomeUnknownError:
        return OutcomeUnknownError(
            f"The service at {address} gave no answer ({_why(failure, limit)}). Whether it did "
            "what was asked is unknown. Look at its log; `python -m session_sharing list` shows "
            "whether it answers at all."
        )
    if type(error) is UnavailableError:
        return UnavailableError(
            f"The service at {address} is away: {sentence(error.message)} Whether it did what "
            "was asked is unknown. Start it again, then initialize again."
        )
    return error


def _why(failure: grpc.RpcError, limit: float) -> str:
    broken_off = isinstance(failure, grpc.Call) and failure.code() is grpc.StatusCode.CANCELLED
    return "the call was broken off" if broken_off else f"no answer within {limit:g} s"
