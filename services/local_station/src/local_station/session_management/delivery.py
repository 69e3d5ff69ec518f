"""Undoing what a call has done, if its answer does not leave the station."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def undone_unless_sent(undo: Callable[[], None]) -> Iterator[None]:
    """Undo what a method does within if it fails, is cancelled, or gRPC cannot send its answer.

    To be used on the event loop by a method that returns its answer from within, without waiting
    for anything after that. An answer has been sent when the connection has taken all of it: that
    it was on its way when the caller gave up, nobody tells this side.

    Args:
        undo: Called once, if at all; also after the method has returned.
    """
    try:
        yield
    except BaseException:
        undo()
        raise
    # By then the method has returned, and its task waits until gRPC has sent the answer.
    asyncio.get_running_loop().call_soon(_undo_unless_sent, asyncio.current_task(), undo)


def _undo_unless_sent(task: asyncio.Task[Any] | None, undo: Callable[[], None]) -> None:
    """Undo if the sending that a task waits for fails, or was not even begun.

    gRPC keeps a failure to itself, and calls back in the same way when an answer was sent and when
    it was not. So this looks at what the task waits for, which asyncio has no public name for. If
    it had none at all any more, an answer would count as sent.
    """
    sending: asyncio.Future[None] | None = getattr(task, "_fut_waiter", None)
    if task is not None and task.done():
        undo()
    elif sending is not None:
        sending.add_done_callback(lambda sent: undo() if _has_failed(sent) else None)


def _has_failed(sent: asyncio.Future[None]) -> bool:
    return sent.cancelled() or sent.exception() is not None
