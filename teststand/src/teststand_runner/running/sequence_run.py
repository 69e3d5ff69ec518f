"""Running a sequence: Setup, Main, and Cleanup in any case."""

from __future__ import annotations

import time
from collections.abc import Sequence as SequenceOf

from session_sharing.utc import utc_now
from teststand_runner.checking.blocks import Block, blocks_of
from teststand_runner.errors import TestStandRunnerError
from teststand_runner.model import Flow, Group, Sequence, Step
from teststand_runner.results import (
    Outcome,
    SequenceEnded,
    SequenceResult,
    SequenceStarted,
    StepEnded,
    StepResult,
    StepStarted,
)
from teststand_runner.running.blocks import LOOPS, Position, after_flow
from teststand_runner.running.errors import text_of_any
from teststand_runner.running.frames import Frame
from teststand_runner.running.jumps import post_action, target_of
from teststand_runner.running.life_cycle import StepLife
from teststand_runner.running.step_context import ActionRunner, StartedThread, StepContext
from teststand_runner.running.threads import Threads
from teststand_runner.running.variables import Parameters, step_of

MOST_CALLS = 40
"""How deep sequences may call each other: what Python's stack bears, with room for expressions."""


class SequenceRun:
    """One call of a sequence; it belongs to the thread that it runs in.

    Args:
        frame: What it has.
        run_action: Does what steps do.
        threads: The threads of the execution.
    """

    def __init__(self, frame: Frame, run_action: ActionRunner, threads: Threads) -> None:
        self._frame = frame
        self._run_action = run_action
        self._threads = threads
        self._steps: list[StepResult] = []
        self._started: dict[tuple[Group, int], StartedThread] = {}
        self._joined: list[StartedThread] = []
        self._leaves = False
        self._terminated = False
        self._error = ""

    def run(self) -> SequenceResult:
        """Run the sequence; return what came of it."""
        frame, sequence = self._frame, self._frame.sequence
        began, started = time.monotonic(), utc_now()
        frame.shared.tell(
            SequenceStarted(
                *(frame.shared.socket, frame.thread, frame.depth, sequence.name, started),
                len(sequence.steps),
            )
        )
        try:
            self._group(Group.SETUP, sequence.setup)
            self._group(Group.MAIN, sequence.main)
        finally:
            self._leaves = False
            self._group(Group.CLEANUP, sequence.cleanup)
            self._join()
        result = SequenceResult(
            name=sequence.name,
            socket=frame.shared.socket,
            thread=frame.thread,
            depth=frame.depth,
            started=started,
            duration=time.monotonic() - began,
            status=self._status(),
            error=self._error,
            steps=tuple(self._steps),
        )
        frame.shared.tell(SequenceEnded(result))
        return result

    def call(self, step: Step, sequence: Sequence, parameters: Parameters) -> SequenceResult:
        """Run a sequence in this thread.

        Raises:
            TestStandRunnerError: Sequences call each other too deep.
        """
        self._check_depth()
        return self._called(sequence, parameters, self._frame.thread).run()

    def start(self, step: Step, sequence: Sequence, parameters: Parameters, joins: bool) -> None:
        """Run a sequence in a new thread; if it joins, this sequence waits for it at its end.

        Raises:
            TestStandRunnerError: Sequences call each other too deep.
        """
        self._check_depth()
        thread = self._threads.start(
            step.name, lambda name: self._called(sequence, parameters, name).run()
        )
        self._started[step.group, step.index] = thread
        if joins:
            self._joined.append(thread)

    def started(self, step: Step) -> StartedThread | None:
        """Return the thread that a step of this sequence has started last; None if it has not."""
        return self._started.get((step.group, step.index))

    def _called(self, sequence: Sequence, parameters: Parameters, thread: str) -> SequenceRun:
        frame = Frame(
            self._frame.shared,
            sequence,
            parameters,
            thread,
            self._frame.depth + 1,
            in_cleanup=self._frame.in_cleanup,
        )
        return SequenceRun(frame, self._run_action, self._threads)

    def _check_depth(self) -> None:
        if self._frame.depth >= MOST_CALLS:
            raise TestStandRunnerError(
                f"More than {MOST_CALLS} sequences call each other. End the recursion earlier."
            )

    def _join(self) -> None:
        """Wait for threads that end with this sequence."""
        for thread in self._joined:
            thread.wait(None, self._frame.shared.stop.killing)

    def _status(self) -> Outcome:
        if self._error:
            return Outcome.ERROR
        if self._terminated:
            return Outcome.TERMINATED
        return Outcome.FAILED if self._frame.run_state["SequenceFailed"] else Outcome.PASSED

    def _group(self, group: Group, steps: SequenceOf[Step]) -> None:
        if self._leaves:
            return
        self._frame.group = group
        blocks = blocks_of(steps)
        at = Position(0)
        while at.index < len(steps) and not self._halted():
            step = steps[at.index]
            if isinstance(step.action, Flow):
                at = self._flow(step, step.action, at, blocks[at.index], steps)
            else:
                at = Position(self._step(steps, at.index))

    def _halted(self) -> bool:
        """Return whether the group is to end here."""
        if self._frame.halt.is_set:
            self._leaves = self._terminated = True
        return self._leaves

    def _step(self, steps: SequenceOf[Step], index: int) -> int:
        """Run a step; return the index of the one that follows."""
        step = steps[index]
        result = StepLife(StepContext(self._frame, step, self), self._run_action).run()
        self._note(step, result)
        if self._leaves:
            return len(steps)
        try:
            then = post_action(step, result.status, self._frame.scope)
        except Exception as error:  # noqa: BLE001 - it ends this group: Cleanup has to run
            self._broken(f"{step.name}: {text_of_any(error)}")
            return index + 1
        if then.action == "Terminate":
            self._frame.shared.stop.terminate()
            self._terminated = True
        following = target_of(steps, then, index)
        if following is None and self._frame.group != Group.CLEANUP:
            self._leaves = True
        return len(steps) if following is None else following

    def _note(self, step: Step, result: StepResult) -> None:
        """Draw for the sequence what a step's result means to it."""
        self._steps.append(result)
        if result.status == Outcome.TERMINATED:
            self._terminated = True
            self._leaves = self._leaves or self._frame.group != Group.CLEANUP
        if result.status == Outcome.ERROR and not step.ignores_errors:
            self._broken(f"{step.name}: {result.error}")
        if result.status == Outcome.FAILED and step.failure_fails_sequence:
            self._frame.run_state["SequenceFailed"] = True
            action = self._frame.sequence.properties.find("FailureAction")
            if action is not None and action.value == 1 and self._frame.group != Group.CLEANUP:
                self._leaves = True

    def _broken(self, error: str) -> None:
        """Note a run-time error: Setup and Main end with it, Cleanup goes on with its next step."""
        self._error = self._error or error
        self._frame.run_state["SequenceErrorOccurred"] = True
        if self._frame.group != Group.CLEANUP:
            self._leaves = True

    def _flow(
        self, step: Step, flow: Flow, at: Position, block: Block, steps: SequenceOf[Step]
    ) -> Position:
        """Decide at a step of flow control; return where the group goes on."""
        opening = steps[block.opening].action
        loops = isinstance(opening, Flow) and opening.kind in LOOPS
        began, started = time.monotonic(), utc_now()
        place, tell = self._frame.place(step), self._frame.shared.tell
        self._frame.show_step(step_of(step.properties))
        tell(StepStarted(place, started))
        status, error = Outcome.DONE, ""
        try:
            then = after_flow(flow, at, block, loops, self._frame.scope)
        except Exception as raised:  # noqa: BLE001 - it ends this step: Cleanup has to run
            # Without its condition no part of the block is the right one.
            status, error, then = Outcome.ERROR, text_of_any(raised), Position(block.end + 1)
        result = StepResult(place, started, time.monotonic() - began, status, error, recorded=False)
        tell(StepEnded(result))
        if error:
            self._note(step, result)
        return then
