"""The interpreters of a run: one for each scope that asks for one."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from teststand_runner.interpreters.errors import InterpreterClosedError
from teststand_runner.interpreters.interpreter import START_SECONDS, Interpreter

_MOST_AT_ONCE = 8


class InterpreterScope(enum.Enum):
    """Which steps share an interpreter; the values are those of sequence files."""

    THREAD = 1
    EXECUTION = 2
    GLOBAL = 3


@dataclass(frozen=True)
class InterpreterKey:
    """What an interpreter is for.

    Attributes:
        scope: Which steps share it.
        owner: Which thread or execution that is; empty for the global one.
        python: The Python that it runs in.
    """

    scope: InterpreterScope
    owner: str
    python: Path

    def __str__(self) -> str:
        return f"{self.scope.name.lower()} {self.owner}".rstrip()


class InterpreterPool:
    """Starts an interpreter when its scope first asks for one, and closes it with the scope.

    Any thread may use it. A lock guards the table; nothing is started or closed under it. Who asks
    for an interpreter that another thread is starting waits for it. In the place of one that has
    ended, because it died or a step of it was ended, there is a new one the next time, so that
    Cleanup can run; what the modules of the old one held is gone.

    Args:
        start: Starts an interpreter for a key, and raises `InterpreterStartError` if it cannot.
    """

    def __init__(self, start: Callable[[InterpreterKey], Interpreter]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._interpreters: dict[InterpreterKey, Future[Interpreter]] = {}
        self._is_closed = False

    def get(self, key: InterpreterKey) -> Interpreter:
        """Return the interpreter of a scope.

        Raises:
            InterpreterStartError: It cannot be started.
            InterpreterClosedError: The pool is closed.
        """
        with self._lock:
            if self._is_closed:
                raise InterpreterClosedError(f"The run is ending: no interpreter for {key}.")
            known = self._interpreters.get(key)
            if known is not None and _is_usable(known):
                old = None
            else:
                known, old = None, known
                started = self._interpreters[key] = Future[Interpreter]()
        if known is not None:
            return known.result(START_SECONDS * 2)
        return self._started(key, started, old)

    def close_owner(self, scope: InterpreterScope, owner: str) -> None:
        """Close the interpreters of a thread or an execution that has ended."""
        with self._lock:
            known = list(self._interpreters)
            keys = [key for key in known if (key.scope, key.owner) == (scope, owner)]
            ended = [self._interpreters.pop(key) for key in keys]
        _close(ended)

    def close(self) -> None:
        """Close all interpreters, at the same time; none is started from here on."""
        with self._lock:
            self._is_closed = True
            ended = list(self._interpreters.values())
            self._interpreters.clear()
        _close(ended)

    def _started(
        self, key: InterpreterKey, started: Future[Interpreter], old: Future[Interpreter] | None
    ) -> Interpreter:
        try:
            started.set_result(self._start(key))
        except BaseException as error:
            started.set_exception(error)  # who waits for it learns of it, too
            raise
        finally:
            if old is not None:
                _close([old])
        return started.result()


def _is_usable(known: Future[Interpreter]) -> bool:
    """Return whether it runs or is just starting."""
    if not known.done():
        return True
    return known.exception() is None and known.result().is_running


def _close(futures: list[Future[Interpreter]]) -> None:
    if not futures:
        return
    with ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="closing interpreters") as threads:
        for _ in threads.map(_close_one, futures):
            pass


def _close_one(future: Future[Interpreter]) -> None:
    if future.exception(START_SECONDS * 2) is None:  # it may be starting still
        future.result().close()
