"""What failed calls of services say."""

from __future__ import annotations

import grpc


def text_of(error: grpc.RpcError) -> str:
    """Return the text of a failed call, and its status."""
    code = getattr(error, "code", None)
    details = getattr(error, "details", None)
    if not callable(code) or not callable(details):
        return str(error)
    return f"{details() or 'no text'} ({code().name})"


def is_cancelled(error: grpc.RpcError) -> bool:
    """Return whether a call was cancelled."""
    code = getattr(error, "code", None)
    return callable(code) and code() == grpc.StatusCode.CANCELLED
