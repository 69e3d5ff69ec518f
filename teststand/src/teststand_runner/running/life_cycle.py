"""The life of a step, in the order in which TestStand documents it.

Run mode Skip; precondition; forced pass or fail; loop: (pre-expression, module, post-expression,
status expression) as often as the loop has it; loop status. A module that breaks is not followed
by the two expressions behind it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from session_sharing.utc import utc_now
from teststand_runner.errors import TestStandRunnerError
from teststand_runner.model import Statement
from teststand_runner.results import Outcome, StepEnded, StepResult, StepStarted
from teststand_runner.running.done import Done
from teststand_runner.running.errors import (
    StepEndedError,
    StepFailedError,
    StepStoppedError,
    text_of_any,
)
from teststand_runner.running.evaluating import condition_in, text_in, value_in
from teststand_runner.running.step_context import ActionRunner, StepContext
from teststand_runner.running.variables import step_of

MOST_ITERATIONS = 1000
"""How many results of a loop are kept, the last ones."""

_FORCED = {"Pass": Outcome.PASSED, "Fail": Outcome.FAILED}
_OUTCOMES = {outcome.value.lower(): outcome for outcome in Outcome}


@dataclass(frozen=True)
class _Once:
    """What came of a step, or of one time that it ran."""

    status: Outcome
    error: str = ""
    done: Done = field(default_factory=Done)
    iterations: tuple[StepResult, ...] = ()


class StepLife:
    """One step from its begin to its result; it belongs to the thread of its sequence.

    Args:
        context: The step.
        run_action: Does what the step does.
    """

    def __init__(self, context: StepContext, run_action: ActionRunner) -> None:
        self._context = context
        self._frame = context.frame
        self._step = context.step
        self._run_action = run_action
        self._place = context.frame.place(context.step)

    def run(self) -> StepResult:
        """Run the step; return what came of it."""
        began, started = time.monotonic(), utc_now()
        self._frame.shared.tell(StepStarted(self._place, started))
        self._frame.show_step(step_of(self._step.properties))
        once = self._guarded(self._whole)
        result = replace(
            self._result(once, started, began), iterations=once.iterations, recorded=self._recorded
        )
        self._frame.shared.tell(StepEnded(result))
        return result

    @property
    def _recorded(self) -> bool:
        option = self._step.result_recording
        of_sequence = self._frame.sequence.properties.find("RecordResults")
        return option == 2 or (option == 1 and (of_sequence is None or bool(of_sequence.value)))

    def _result(self, once: _Once, started: datetime, began: float) -> StepResult:
        return StepResult(
            place=self._place,
            started=started,
            duration=time.monotonic() - began,
            status=once.status,
            error=once.error,
            report=once.done.report,
            values=once.done.values,
            call=once.done.call,
        )

    def _guarded(self, run: Callable[[], _Once]) -> _Once:
        """Run something of the step, and make a status of what it raises."""
        try:
            return run()
        except StepStoppedError as stopped:
            return _Once(Outcome.TERMINATED, "", stopped.done)
        except StepEndedError as error:
            return _Once(Outcome.ERROR, str(error), error.done)
        except Exception as error:  # noqa: BLE001 - it ends this step: Cleanup has to run
            return _Once(Outcome.ERROR, text_of_any(error))

    def _whole(self) -> _Once:
        step = self._step
        if step.mode == "Skip":
            return _Once(Outcome.SKIPPED, "", Done(report="Its run mode is Skip."))
        if step.precondition and not condition_in(self._frame.scope, step.precondition):
            return _Once(Outcome.SKIPPED, "", Done(report="Its precondition is false."))
        if step.mode in _FORCED:
            return _Once(_FORCED[step.mode], "", Done(report=f"Its run mode is {step.mode}."))
        if step.loop.kind == "NoLooping":
            return self._once()
        return self._looped()

    def _looped(self) -> _Once:
        loop, state = self._step.loop, self._frame.run_state
        state.update({name: 0.0 for name in state if name.startswith("Loop")})
        value_in(self._frame.scope, loop.initialize)
        results: deque[StepResult] = deque(maxlen=MOST_ITERATIONS)
        count = 0
        last = _Once(Outcome.DONE)
        while condition_in(self._frame.scope, loop.condition):
            began, started = time.monotonic(), utc_now()
            last = self._halted() or self._guarded(self._once)
            results.append(self._result(last, started, began))
            count += 1
            if last.status == Outcome.TERMINATED or self._breaks(last):
                return _with_iterations(last, results, count)
            _count(state, last.status)
            value_in(self._frame.scope, loop.increment)
        if loop.status:
            status = _outcome(text_in(self._frame.scope, loop.status, "The loop status"))
            is_bare = status == Outcome.ERROR and not last.error
            error = "Its loop status expression gave Error." if is_bare else last.error
            last = replace(last, status=status, error=error)
        return _with_iterations(last, results, count)

    def _halted(self) -> _Once | None:
        return _Once(Outcome.TERMINATED) if self._context.halt.is_set else None

    def _breaks(self, once: _Once) -> bool:
        return once.status == Outcome.ERROR and not self._step.ignores_errors

    def _once(self) -> _Once:
        """Run the step one time."""
        shown = step_of(self._step.properties)
        self._frame.show_step(shown)
        result: dict[str, Any] = shown["Result"]
        value_in(self._frame.scope, self._step.pre_expression)
        done = self._run_action(self._context, self._step.action)
        result["Status"] = done.status or result["Status"] or Outcome.DONE.value
        result["ReportText"] = done.report or result["ReportText"]
        if "TimeoutOccurred" in result:
            result["TimeoutOccurred"] = done.timed_out
        try:
            self._after(result)
        except TestStandRunnerError as error:
            raise StepFailedError(str(error), done) from error
        done = replace(done, report=str(result["ReportText"]))
        status = _outcome(str(result["Status"]))
        by_expression = "Its status expression gave Error." if self._step.status_expression else ""
        told = by_expression or "Its code has set the status Error."
        return _Once(status, told if status == Outcome.ERROR else "", done)

    def _after(self, result: dict[str, Any]) -> None:
        """Evaluate what stands behind the module."""
        step = self._step
        # The expression of a statement is its module, and has been evaluated.
        if not isinstance(step.action, Statement):
            value_in(self._frame.scope, step.post_expression)
        if step.status_expression:
            found = text_in(self._frame.scope, step.status_expression, "The status")
            result["Status"] = found or Outcome.DONE.value
        _check_error(result["Error"])


def _with_iterations(once: _Once, results: deque[StepResult], count: int) -> _Once:
    """Return what came of a loop with its iterations, and say how many of them are not kept."""
    done, dropped = once.done, count - len(results)
    if dropped:
        told = f"The results of the first {dropped} of its {count} iterations are not kept."
        done = replace(done, report=f"{done.report}\n{told}".strip())
    return replace(once, done=done, iterations=tuple(results))


def _check_error(error: Mapping[str, object]) -> None:
    """Raise what an expression, or a module, has set as the step's error.

    Raises:
        StepFailedError: It has set one.
    """
    if error.get("Occurred"):
        code = error.get("Code") or 0.0
        raise StepFailedError(f"{error.get('Msg') or 'The step has set an error'} (code {code:g})")


def _outcome(status: str) -> Outcome:
    """Return the outcome that a status is.

    Raises:
        StepFailedError: It is none.
    """
    found = _OUTCOMES.get(status.lower())
    if found is None:
        known = ", ".join(outcome.value for outcome in Outcome)
        raise StepFailedError(f"{status!r} is no status. Those that are: {known}.")
    return found


def _count(state: dict[str, Any], status: Outcome) -> None:
    state["LoopNumIterations"] += 1.0
    if status in {Outcome.PASSED, Outcome.DONE}:
        state["LoopNumPassed"] += 1.0
    elif status == Outcome.FAILED:
        state["LoopNumFailed"] += 1.0
