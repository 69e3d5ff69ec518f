"""How a driver's functions answer on the wire, and how those that are not simulated do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import Any

import grpc
import grpc.aio

from local_station.instruments.driver_error import DriverError, unsimulated
from local_station.instruments.turns import LargeTurns
from local_station.instruments.wire import Message
from session_sharing.wire.status import status_text

ERROR_KEY = "ni-error"
"""The trailing metadata in which NI gRPC Device Server sends a driver's code."""

Function = Callable[[Message], Message]
Context = grpc.aio.ServicerContext[Any, Any]
Method = Callable[[Message, Context], Awaitable[Message]]


def servicer(
    driver: str, methods: Sequence[str], parts: Sequence[object], turns: LargeTurns
) -> SimpleNamespace:
    """Return what answers all methods of an interface.

    A function takes a request and returns a response. It never waits, so that functions run one
    after the other in the event loop, which guards all that they share. Calls for many readings
    leave time for others.

    Args:
        driver: What the driver is called in errors.
        methods: The names of the interface's methods.
        parts: Have the functions that are simulated, under the names of the methods.
        turns: Those of all drivers.
    """
    answers = {
        name: _answer(_function(name, parts) or _refusal(f"{driver} {name}"), turns)
        for name in methods
    }
    return SimpleNamespace(**answers)


def _function(name: str, parts: Sequence[object]) -> Function | None:
    return next((getattr(part, name) for part in parts if hasattr(part, name)), None)


def _refusal(what: str) -> Function:
    def refuse(_request: Message) -> Message:
        raise unsimulated(what)

    return refuse


def _answer(function: Function, turns: LargeTurns) -> Method:
    async def answer(request: Message, context: Context) -> Message:
        try:
            async with turns.one(_readings(request)):
                return function(request)
        except DriverError as error:
            code, text = error.code, error.text
        # Never UNIMPLEMENTED or NOT_FOUND: NI's clients take these for a server that is too old.
        context.set_trailing_metadata(((ERROR_KEY, str(code)),))
        await context.abort(grpc.StatusCode.UNKNOWN, status_text(text))
        raise AssertionError("abort always raises")

    return answer


def _readings(request: Message) -> int:
    """Return how many readings a request asks for, by NI's names of that."""
    return max(getattr(request, "count", 0), getattr(request, "array_size", 0))
