"""What gRPC itself says of a connection that was lost, and what a caller of a plug-in is told."""

from __future__ import annotations

import grpc

from session_sharing.wire.failed_call import FailedCall

_LOST = (
    "stream removed",
    "socket closed",
    "failed to connect",
    "connection reset",
    "connection refused",
    "connection aborted",
    "broken pipe",
    "goaway",
    "endpoint closing",
    "recvmsg:",
    "ping timeout",
    "keepalive watchdog",
)
"""What gRPC's own texts begin with. Within others they are quoted, by somebody who lives."""


def is_lost(text: str) -> bool:
    """Tell whether the text of a failed call is gRPC's own word for a lost connection."""
    return text.lower().startswith(_LOST)


def told(failure: grpc.RpcError, plug_in: str) -> grpc.RpcError:
    """Return what a caller is told: of a lost connection, whose it was and what to do.

    Args:
        failure: What a call of the plug-in failed with.
        plug_in: The plug-in, in words.

    Returns:
        The failure itself, if the plug-in told it.
    """
    if not isinstance(failure, grpc.Call) or failure.code() is not grpc.StatusCode.UNAVAILABLE:
        return failure
    text = failure.details() or ""
    if not is_lost(text):
        return failure
    return FailedCall(
        failure.code(),
        f"{plug_in} does not answer: it has ended, or the connection to it ({text}). What was "
        "under way may have logged records already: look there before you repeat it. See the log "
        "of the plug-in, start it again, and make a new client: it may listen elsewhere then.",
    )
