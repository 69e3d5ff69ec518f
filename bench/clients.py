"""Client processes that repeat a call, for as long as they are told, all at once."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import TypeAlias

from bench.measuring import Slice, repeat

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection as Connection
else:
    from multiprocessing.connection import Connection

ANSWER_SECONDS = 60.0
END_SECONDS = 10.0
Target: TypeAlias = "Callable[[ExitStack], Callable[[], object]]"
"""Opens what is needed for a call, and returns the call; it is sent to the processes."""


class Clients:
    """Some client processes; as a context manager it starts and ends them.

    Used by one thread.

    Args:
        count: How many.
        targets: What they call, by name.
    """

    def __init__(self, count: int, targets: Mapping[str, Target]) -> None:
        self._count = count
        self._targets = dict(targets)
        self._stack = ExitStack()
        self._pipes: list[Connection] = []

    def run(self, target: str, seconds: float) -> list[Slice]:
        """Let all call the target at once; return what each of them met.

        Raises:
            RuntimeError: A client has ended, or does not answer.
        """
        for pipe in self._pipes:
            pipe.send((target, seconds))
        return [_answer(pipe) for pipe in self._pipes]

    def __enter__(self) -> Clients:
        with ExitStack() as stack:
            for number in range(self._count):
                self._pipes.append(_start(number, self._targets, stack))
            for pipe in self._pipes:
                _answer(pipe)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()


def _start(number: int, targets: Mapping[str, Target], stack: ExitStack) -> Connection:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(
        target=_serve, args=(theirs, targets), name=f"client {number}", daemon=True
    )
    process.start()
    theirs.close()
    stack.callback(process.join, END_SECONDS)
    stack.callback(ours.close)
    return ours


def _answer(pipe: Connection) -> Slice:
    if not pipe.poll(ANSWER_SECONDS):
        raise RuntimeError(f"A client process did not answer within {ANSWER_SECONDS} s.")
    try:
        answer: Slice = pipe.recv()
    except EOFError as error:
        raise RuntimeError("A client process has ended; its error stands above.") from error
    return answer


def _serve(pipe: Connection, targets: Mapping[str, Target]) -> None:
    """Do what the pipe tells until it ends: the main function of a client process."""
    with ExitStack() as stack:
        calls = {name: target(stack) for name, target in targets.items()}
        for call in calls.values():
            call()
        pipe.send(None)
        while True:
            try:
                name, seconds = pipe.recv()
            except EOFError:
                return
            pipe.send(repeat(calls[name], seconds))
