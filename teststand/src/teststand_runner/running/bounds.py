"""Work of steps that blocks, and knows no end of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from teststand_runner.interpreters import Cancellation
from teststand_runner.running.errors import StepFailedError, StepStoppedError

_T = TypeVar("_T")

BEYOND = 1.0
"""How much longer a call of a service may take than its step, which tells more: in seconds."""


def within(
    seconds: float,
    halt: Cancellation,
    work: Callable[[], _T],
    *,
    late: str,
    discard: Callable[[_T], object] = lambda _: None,
) -> _T:
    """Do something in a thread of its own; return what comes of it, or raise what it raises.

    Args:
        seconds: How long it may take. It is not waited for any longer, and goes on alone.
        halt: Breaks the wait off.
        work: What to do.
        late: What to say if it takes longer.
        discard: Gets what comes of it when nobody waits any more.

    Raises:
        StepFailedError: It took too long.
        StepStoppedError: The execution ended meanwhile.
    """
    future: Future[_T] = Future()
    over = threading.Event()
    future.add_done_callback(lambda _: over.set())
    threading.Thread(target=_fill, args=(future, work), name="a service asked", daemon=True).start()
    with halt.on_cancel(over.set):
        over.wait(seconds)
    if future.done():
        return future.result()
    future.add_done_callback(lambda _: None if future.exception() else discard(future.result()))
    if halt.is_set:
        raise StepStoppedError("The execution ended before the step had begun its work.")
    raise StepFailedError(late)


def _fill(future: Future[_T], work: Callable[[], _T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - handed over whole to the one who waits
        future.set_exception(error)
