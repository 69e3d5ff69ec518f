"""One Python process in which steps run."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from teststand_runner.interpreters.cancellation import Cancellation
from teststand_runner.interpreters.child_process import ChildProcess, Ending, time_limit
from teststand_runner.interpreters.contexts import ContextServer, NoContext
from teststand_runner.interpreters.errors import (
    InterpreterClosedError,
    InterpreterDiedError,
    InterpreterEndedError,
    InterpreterGoneError,
    InterpreterStartError,
    StepCancelledError,
    StepRaisedError,
    StepTimeoutError,
)
from teststand_runner.interpreters.output import last_words
from teststand_runner.interpreters.processes import launch
from teststand_runner.interpreters.questions import reply
from teststand_runner.interpreters.requests import (
    Answer,
    Request,
    decoded,
    request_message,
)

START_SECONDS = 60.0
"""How long a Python may take to start: a cold disk, a virus scanner."""

END_SECONDS = 10.0
"""How long the user's code has to release what it holds when an interpreter is closed."""

_OUTPUT_SECONDS = 1.0
_GRACE_BEYOND = 1.0
_START = 0
_numbers = itertools.count(1)

logger = logging.getLogger(__name__)


class Interpreter:
    """A Python process that keeps its modules and objects from step to step, until it is closed.

    Any thread may use it. A lock lets one step run at a time; further ones wait for it, each of
    them bounded by its own time-out. That is as it is in TestStand, where steps of one interpreter
    share its global interpreter lock, but stricter: a step that sleeps holds up the others.

    Args:
        name: What it is called in errors and names of threads.
        child: The process, which has told that it is ready.
        version: The version of its Python.
        end_seconds: How long the user's code has to release what it holds at the end.
    """

    def __init__(self, name: str, child: ChildProcess, version: str, end_seconds: float) -> None:
        self.name = name
        self.version = version
        self.number = next(_numbers)
        self._child = child
        self._end_seconds = end_seconds
        self._turn = threading.Lock()
        self._steps = itertools.count(_START + 1)

    @classmethod
    def start(
        cls,
        python: Path,
        name: str,
        *,
        folder: Path | None = None,
        variables: Mapping[str, str] | None = None,
        end_seconds: float = END_SECONDS,
    ) -> Interpreter:
        """Start an interpreter.

        Args:
            python: Which Python, of version 3.9 or newer; it needs none of the project's packages.
            name: What it is called in errors and names of threads.
            folder: Its working folder; None for the runner's.
            variables: Its environment; None for the runner's.
            end_seconds: How long the user's code has to release what it holds at the end.

        Raises:
            InterpreterStartError: There is no such Python, or it does not start.
        """
        process = launch(python, end_seconds + _GRACE_BEYOND, folder, variables)
        child = ChildProcess(process, name)
        try:
            with child.listening(_START) as mailbox, time_limit(child, _START, START_SECONDS):
                ready = mailbox.get()
        except BaseException:  # whoever starts it is interrupted
            child.close(0)
            raise
        if ready is None:
            said = f"{child.exit_text()}. {last_words(child.output.of_step(_START, 0))}"
            child.close(0)
            raise InterpreterStartError(
                f"The Python {python} did not become ready: {said} Name a Python 3.9 or newer."
            )
        logger.info("started the interpreter %s: Python %s", name, ready["value"])
        return cls(name, child, ready["value"], end_seconds)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended, as far as is known."""
        return self._child.ending is None

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._child.pid

    def call(
        self,
        request: Request,
        *,
        timeout: float,
        context: ContextServer | None = None,
        cancellation: Cancellation | None = None,
    ) -> Answer:
        """Do what a step asks for, after the steps that wait already.

        Args:
            request: What to do.
            timeout: How long it may take once it has begun, in seconds; the process is ended then.
            context: Answers what the user's code asks of the sequence context, in this thread.
            cancellation: Ends the process if it is cancelled meanwhile.

        Raises:
            StepRaisedError: The user's code raised.
            ValueNotPassedError: An argument cannot go to this interpreter; nothing was done.
            InterpreterEndedError: The process has ended, before or during the step. The class says
                why: `InterpreterDiedError`, `StepTimeoutError`, `StepCancelledError`,
                `InterpreterClosedError`; or `InterpreterGoneError`, if nothing was done of it.
        """
        cancellation = cancellation or Cancellation()
        with self._turn:
            if cancellation.is_set:
                raise StepCancelledError(f"{request.shown} was cancelled before it began.")
            if self._child.ending is not None:
                raise self._gone(request)
            number = next(self._steps)
            message = request_message(request, number, self.number)
            answer = self._converse(message, context or NoContext(), timeout, cancellation)
            output = self._child.output.of_step(number, _OUTPUT_SECONDS)
            if answer is None:
                raise self._ended(request, timeout, output)
        if "raised" in answer:
            raised = answer["raised"]
            raise StepRaisedError(raised["type"], raised["text"], raised["traceback"], output)
        return Answer(decoded(answer["value"], self.number), output)

    def close(self) -> bool:
        """Let it end in good order, so that the user's code releases what it holds; then by force.

        A step that runs is waited for as long as the user's code has for its end, and no step
        begins any more.

        Returns:
            Whether it ended in good order.
        """
        has_turn = self._turn.acquire(timeout=self._end_seconds)
        try:
            in_good_order = self._child.close(self._end_seconds)
        finally:
            if has_turn:
                self._turn.release()
        if not in_good_order:
            logger.warning("the interpreter %s did not end in good order", self.name)
        return in_good_order

    def _converse(
        self,
        message: dict[str, Any],
        context: ContextServer,
        timeout: float,
        cancellation: Cancellation,
    ) -> dict[str, Any] | None:
        """Return the answer to a request; None if the process has ended."""
        child, step = self._child, message["id"]
        with (
            child.listening(step) as mailbox,
            cancellation.on_cancel(lambda: child.end(Ending.CANCELLED, step)),
            time_limit(child, step, timeout),
        ):
            try:
                child.send(message)
                while (answer := mailbox.get()) is not None and "ask" in answer:
                    child.send(reply(answer, context, self.number))
            except BaseException:  # whoever waited is interrupted: the step is in an unknown state
                child.end(Ending.CANCELLED, step)
                raise
        return answer

    def _ended(self, request: Request, timeout: float, output: tuple[str, ...]) -> Exception:
        """Return the error of a step during which the process has ended."""
        ending, said = self._child.ending, last_words(output)
        what = f"{request.shown} in the Python interpreter {self.name}"
        gone = "The interpreter was ended with it, and what its modules held is gone."
        if ending is Ending.TIMED_OUT:
            text = f"{what} had not come back after {timeout:g} s. {gone} {said}"
            return StepTimeoutError(text, output)
        if ending is Ending.CANCELLED:
            return StepCancelledError(f"{what} was cancelled. {gone} {said}", output)
        if ending is Ending.CLOSED:
            return InterpreterClosedError(f"{what} was still running at the end. {gone}", output)
        how = self._child.exit_text()
        text = f"{what} has ended the interpreter's process ({how}). {said}"
        return InterpreterDiedError(text, output)

    def _gone(self, request: Request) -> InterpreterEndedError:
        """Return the error of a step that finds the process ended."""
        ending = self._child.ending or Ending.CLOSED
        text = (
            f"{request.shown} cannot run: the Python interpreter {self.name} has ended before "
            f"({ending.value}; {self._child.exit_text()}). Start another one."
        )
        is_closed = ending is Ending.CLOSED
        return InterpreterClosedError(text) if is_closed else InterpreterGoneError(text)
