"""A measurement's context without a server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace

import grpc


class AbortedError(grpc.RpcError):
    """What aborting raises; like the SDK's own it is no `grpc.Call`."""

    def __init__(self, code: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class FakeContext:
    """Stands for the SDK's `MeasurementContext`, which is known in the run's own thread alone.

    What it has of gRPC, `grpc_context`, is for all threads.

    Args:
        time_remaining: What is left of the deadline, in seconds.
        active: Whether the call still runs.
    """

    def __init__(self, time_remaining: float = 60.0, *, active: bool = True) -> None:
        self._thread = 0  # of the run: the first one that asks for the time
        self._remaining = time_remaining
        self.grpc_context = SimpleNamespace(
            is_active=self.is_active, time_remaining=lambda: self._remaining
        )
        self._active = active
        self._callbacks: list[Callable[[], None]] = []

    @property
    def time_remaining(self) -> float:
        """What is left of the deadline, in seconds; anybody may change it."""
        self._thread = self._thread or threading.get_ident()
        if threading.get_ident() != self._thread:
            raise LookupError("The SDK knows no measurement in this thread.")
        return self._remaining

    @time_remaining.setter
    def time_remaining(self, seconds: float) -> None:
        self._remaining = seconds

    def is_active(self) -> bool:
        """Tell whether the call still runs."""
        return self._active

    def add_cancel_callback(self, callback: Callable[[], None]) -> None:
        """Remember what to call; of a call that is over it is never called, as grpc has it."""
        if self._active:
            self._callbacks.append(callback)

    def cancel(self) -> None:
        """Do what happens when the caller cancels."""
        self._active = False
        for callback in self._callbacks:
            callback()

    def abort(self, code: grpc.StatusCode, text: str) -> None:
        """Raise, as aborting does."""
        raise AbortedError(code, text)
