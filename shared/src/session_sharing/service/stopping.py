"""How a server process ends: on a signal, in steps with a limit each, and by force at last."""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any

from session_sharing.signals import stop_signals

_LAST_WORDS = 0.3  # seconds

logger = logging.getLogger(__name__)


def install_stop_signals(stop: asyncio.Event, on_signal: Callable[[], None]) -> None:
    """From now on let each stop signal set `stop` on the running loop.

    Call it in the main thread, in the loop. The handlers stay when the loop has ended, and then do
    no more than call `on_signal`; `ignore_stop_signals` is for the time after.

    Args:
        stop: Set by the first signal; further ones change nothing.
        on_signal: Called at once for every signal, even while the loop is stuck. It runs in the
            signal handler, so it must not take a lock.
    """
    loop = asyncio.get_running_loop()

    def handle(number: int, _frame: FrameType | None) -> None:
        on_signal()
        if not loop.is_closed():
            # Not loop.add_signal_handler: the loops of Windows have none.
            loop.call_soon_threadsafe(_request_stop, stop, signal.Signals(number).name)

    for number in stop_signals():
        signal.signal(number, handle)


def ignore_stop_signals() -> None:
    """Ignore the stop signals from now on: the process ends already.

    The interpreter gives every handler back to the system as one of its last steps. A second Ctrl-C
    in that moment would kill the process and spoil its exit code; ignored signals stay ignored.
    """
    for number in stop_signals():
        signal.signal(number, signal.SIG_IGN)


def _request_stop(stop: asyncio.Event, name: str) -> None:
    logger.info("%s: %s", name, "stopping already" if stop.is_set() else "stopping")
    stop.set()


async def within(limit: float, step: Coroutine[Any, Any, None], what: str) -> None:
    """Run a step of the stop; return when it ends, fails or has used up its time.

    A failure, or time that ran out, is logged and does not keep the later steps from being run.

    Args:
        limit: Seconds. What takes longer is cancelled, and not waited for: it may not listen.
        step: What to run.
        what: The step's name in the log and among the tasks.
    """
    task = asyncio.create_task(step, name=what)
    done, _ = await asyncio.wait({task}, timeout=limit)
    if not done:
        logger.warning("%s did not end within %.1f s; the stop goes on without it", what, limit)
        task.cancel()
    elif task.cancelled():
        logger.warning("%s was cancelled; the stop goes on without it", what)
    elif (error := task.exception()) is not None:
        logger.error("%s failed; the stop goes on", what, exc_info=error)


class Watchdog:
    """Ends the process by force when, some time after `arm`, it has not ended by itself.

    Python waits for ever at its end: `asyncio.run` for its executor, the interpreter for every
    thread that is no daemon. A thread stuck in a driver or on a dead share would keep the process.

    Two threads, which wait for `arm` from the beginning because none can be started once the
    interpreter ends: the first logs what it does; the second does it even if the log is stuck.
    """

    def __init__(self, limit: float) -> None:
        """Start the threads.

        Args:
            limit: Seconds from `arm` to the end by force; 0.3 s more if the log is stuck.
        """
        self._limit = limit
        self._orders: tuple[queue.SimpleQueue[int], ...] = (
            queue.SimpleQueue(),
            queue.SimpleQueue(),
        )
        for order, watch, name in zip(
            self._orders, (self._warn, self._end), ("stop-warning", "stop-watchdog"), strict=True
        ):
            threading.Thread(target=watch, args=(order,), name=name, daemon=True).start()

    def arm(self, exit_code: int = 0) -> None:
        """Let the time run; only the first call counts. Safe in a signal handler.

        Args:
            exit_code: What the process ends with if it must be ended by force.
        """
        for order in self._orders:
            order.put(exit_code)  # takes no lock of Python's, unlike Event.set

    def _warn(self, order: queue.SimpleQueue[int]) -> None:
        exit_code = order.get()
        time.sleep(self._limit)
        logger.warning(
            "The process does not end by itself; ending it. Still at work: %s", _threads_at_work()
        )
        flush_standard_streams()
        os._exit(exit_code)

    def _end(self, order: queue.SimpleQueue[int]) -> None:
        exit_code = order.get()
        time.sleep(self._limit + _LAST_WORDS)
        os._exit(exit_code)


def _threads_at_work() -> str:
    names = sorted(thread.name for thread in threading.enumerate() if not thread.daemon)
    return ", ".join(names) or "no thread"


def flush_standard_streams() -> None:
    """Flush standard output and error; whose reader has gone away is led to nowhere.

    Otherwise Python would try once more at its end, fail, and make the exit code 120.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is None or stream.closed:
            continue
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
