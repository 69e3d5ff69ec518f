"""A call that failed, as gRPC raises it in a client, where gRPC itself saw no failure."""

from __future__ import annotations

from collections.abc import Callable
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

    def initial_metadata(self) -> Any:  # noqa: ANN401 - grpc's type for it is private
        """Return the initial metadata: there is none."""
        return ()

    def is_active(self) -> bool:
        """Tell whether the call goes on: it has failed."""
        return False

    def time_remaining(self) -> float:
        """Return what is left of its time: nothing."""
        return 0.0

    def cancel(self) -> bool:
        """Break the call off; return whether that was possible."""
        return False

    def add_callback(self, callback: Callable[[], None]) -> bool:
        """Ask to be called back at its end; return whether that lies ahead."""
        return False
