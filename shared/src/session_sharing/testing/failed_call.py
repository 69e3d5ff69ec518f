"""A call that failed, as gRPC raises it in a client: without a server and a connection."""

from __future__ import annotations

from typing import Any

import grpc


class FailedCall(grpc.RpcError, grpc.Call):
    """What a client catches when a call fails.

    Args:
        code: The status.
        text: The text of the status.
        trailers: The trailing metadata.
    """

    def __init__(
        self, code: grpc.StatusCode, text: str, trailers: tuple[tuple[str, Any], ...] = ()
    ) -> None:
        self._code = code
        self._text = text
        self._trailers = trailers

    def code(self) -> grpc.StatusCode:
        """Return the status."""
        return self._code

    def details(self) -> str:
        """Return the text."""
        return self._text

    def trailing_metadata(self) -> Any:  # noqa: ANN401 - grpc's type for it is private
        """Return the trailing metadata."""
        return self._trailers


FailedCall.__abstractmethods__ = frozenset()  # What a running call can do, a failed one need not.
