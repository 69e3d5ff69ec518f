"""Running a sequence of a file, as often at the same time as there are sockets."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence as SequenceOf
from concurrent.futures import Future
from pathlib import Path
from typing import TypeAlias

from teststand_runner.checking import Problem, SequenceRefusedError, check
from teststand_runner.interpreters import Interpreter, InterpreterPool
from teststand_runner.model import SequenceFile
from teststand_runner.opening import open_sequences
from teststand_runner.results import Event, ExecutionResult, Listener
from teststand_runner.running.execution import Execution
from teststand_runner.running.frames import Shared
from teststand_runner.running.options import RunOptions
from teststand_runner.running.preparing import preparation_problems
from teststand_runner.running.serial_numbers import file_globals_of, serial_number_problems
from teststand_runner.running.step_context import ActionRunner
from teststand_runner.running.steps import run_action
from teststand_runner.running.stopping import Stop, StopRequests

_LOOK_SECONDS = 0.1
"""How long it may take until a request to stop is noticed."""

_Events: TypeAlias = "queue.SimpleQueue[Event | Future[ExecutionResult]]"


def run_file(
    path: Path,
    options: RunOptions | None = None,
    *,
    listener: Listener | None = None,
    requests: StopRequests | None = None,
) -> tuple[ExecutionResult, ...]:
    """Run a sequence of a sequence file, or of a definition; see `run_sequences`.

    Raises:
        SequenceFileError: The file cannot be read.
        SequenceRefusedError: It needs what the runner does not do; no step has run.
    """
    file = open_sequences(path)
    return run_sequences(file, path, options, listener=listener, requests=requests)


def run_sequences(
    file: SequenceFile,
    path: Path,
    options: RunOptions | None = None,
    *,
    listener: Listener | None = None,
    requests: StopRequests | None = None,
    run_action: ActionRunner = run_action,
) -> tuple[ExecutionResult, ...]:
    """Run a sequence of a file that is read; return what came of each execution.

    When it returns, or raises, all executions have ended, and so have their interpreters.

    Args:
        file: The file.
        path: Where it is, or would be: other files are found from its folder on.
        options: How the run is made.
        listener: Is told what happens, in this thread. What it raises ends the run at once.
        requests: Asks the run to stop.
        run_action: Does what steps do.

    Raises:
        SequenceRefusedError: The file needs what the runner does not do; no step has run.
    """
    options = options or RunOptions()
    problems = check_run(file, path, options)
    sequence = file.sequence(options.sequence)
    if problems or sequence is None:
        raise SequenceRefusedError(path.name, problems)
    events: _Events = queue.SimpleQueue()
    pool = InterpreterPool(lambda key: Interpreter.start(key.python, str(key)))
    try:
        executions = [
            Execution(
                Shared(
                    file=file,
                    path=path.resolve(),
                    options=options,
                    socket=socket,
                    pool=pool,
                    tell=events.put,
                    stop=Stop(),
                    file_globals=file_globals_of(file, options, socket),
                ),
                sequence,
                run_action,
            )
            for socket in range(options.sockets)
        ]
        return _Run(executions, events).run(listener, requests or StopRequests())
    finally:
        pool.close()


def check_run(file: SequenceFile, path: Path, options: RunOptions) -> list[Problem]:
    """Return what a run needs and the runner does not do, or does not find on this machine."""
    problems = [*serial_number_problems(file, options), *check(file, options.sequence)]
    return problems or preparation_problems(file, path, options)


class _Run:
    """Executions at the same time, each in a thread named `execution N`.

    It belongs to the thread that calls `run`; events come to it by a queue.
    """

    def __init__(self, executions: SequenceOf[Execution], events: _Events) -> None:
        self._executions = executions
        self._events = events
        self._results: list[Future[ExecutionResult]] = [Future() for _ in executions]

    def run(self, listener: Listener | None, requests: StopRequests) -> tuple[ExecutionResult, ...]:
        """Run them all; see `run_sequences`."""
        for number in range(len(self._executions)):
            threading.Thread(
                target=self._execute, args=(number,), name=f"execution {number}", daemon=True
            ).start()
        try:
            self._listen(listener, requests)
        except BaseException:
            for execution in self._executions:
                execution.shared.stop.kill()
            for result in self._results:
                result.exception()  # ends when the execution has
            raise
        return tuple(result.result() for result in self._results)

    def _listen(self, listener: Listener | None, requests: StopRequests) -> None:
        running, heeded = len(self._executions), 0
        while running:
            if requests.count > heeded:
                heeded += 1
                self._stop(at_once=heeded > 1)
            try:
                event = self._events.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if isinstance(event, Future):
                running -= 1
            elif listener is not None:
                listener(event)

    def _stop(self, *, at_once: bool) -> None:
        for execution in self._executions:
            stop = execution.shared.stop
            (stop.kill if at_once else stop.terminate)()

    def _execute(self, number: int) -> None:
        result = self._results[number]
        try:
            result.set_result(self._executions[number].run())
        except BaseException as error:  # noqa: BLE001 - handed over whole to the thread that runs
            result.set_exception(error)
        finally:
            self._events.put(result)
