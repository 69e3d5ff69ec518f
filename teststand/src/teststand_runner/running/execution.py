"""One execution: a sequence, and the threads that it starts."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from session_sharing.utc import utc_now
from teststand_runner.interpreters import InterpreterScope
from teststand_runner.model import Sequence
from teststand_runner.results import (
    ExecutionEnded,
    ExecutionResult,
    ExecutionStarted,
    SequenceResult,
    worst,
)
from teststand_runner.running.frames import Frame, Shared
from teststand_runner.running.sequence_run import SequenceRun
from teststand_runner.running.step_context import ActionRunner
from teststand_runner.running.threads import Threads
from teststand_runner.running.variables import Parameters, container_of


class Execution:
    """One execution of a sequence.

    `run` is called once, by a thread of the execution's own; what it shares has a `stop`, which any
    thread may use.

    Args:
        shared: What its threads share.
        sequence: The sequence.
        run_action: Does what steps do.
    """

    def __init__(self, shared: Shared, sequence: Sequence, run_action: ActionRunner) -> None:
        self.shared = shared
        self._sequence = sequence
        self._run_action = run_action

    def run(self) -> ExecutionResult:
        """Run the sequence, and wait for all threads; return what came of it."""
        shared, sequence = self.shared, self._sequence
        began, started = time.monotonic(), utc_now()
        shared.tell(ExecutionStarted(shared.socket, sequence.name, started, len(sequence.steps)))
        threads = Threads(f"execution {shared.socket}", self._end_thread)
        parameters = Parameters(container_of(sequence.parameters))
        frame = Frame(shared, sequence, parameters, "main")
        try:
            main = SequenceRun(frame, self._run_action, threads).run()
        finally:
            self._end_thread(frame.thread)
            others = threads.results()
            shared.pool.close_owner(InterpreterScope.EXECUTION, str(shared.number))
        result = replace(self._result(main, others, started), duration=time.monotonic() - began)
        shared.tell(ExecutionEnded(result))
        return result

    def _end_thread(self, name: str) -> None:
        self.shared.pool.close_owner(InterpreterScope.THREAD, self.shared.owner(name))

    def _result(
        self, main: SequenceResult, others: list[SequenceResult], started: datetime
    ) -> ExecutionResult:
        errors = [f"{each.thread}: {each.error}" for each in others if each.error]
        return ExecutionResult(
            socket=self.shared.socket,
            file=str(self.shared.path),
            sequence=main.name,
            started=started,
            duration=0.0,
            status=worst([main.status, *(each.status for each in others)]),
            error=main.error or "; ".join(errors),
            main=main,
            threads=tuple(others),
        )
