"""Steps that wait for a time or a thread."""

from __future__ import annotations

import time

from teststand_runner.checking.sequence_calls import awaited_calls
from teststand_runner.model import Wait, WaitTarget
from teststand_runner.results import Outcome, SequenceResult
from teststand_runner.running.done import Done
from teststand_runner.running.errors import StepFailedError, StepStoppedError
from teststand_runner.running.evaluating import seconds_in
from teststand_runner.running.step_context import StepContext
from teststand_runner.running.stopping import wait


def run_wait(context: StepContext, action: Wait) -> Done:
    """Wait.

    Raises:
        StepFailedError: The thread was not started, ended with an error, or took too long.
        StepStoppedError: The execution ended meanwhile.
        ExpressionError: The time cannot be evaluated.
    """
    if action.target == WaitTarget.THREAD:
        return _wait_for_thread(context, action)
    seconds = seconds_in(context.scope, action.time, "The time to wait")
    if action.target == WaitTarget.TIME_MULTIPLE and seconds > 0:
        seconds -= time.monotonic() % seconds
    if wait(seconds, context.halt):
        raise StepStoppedError("The execution ended during the wait.")
    return Done()


def _wait_for_thread(context: StepContext, action: Wait) -> Done:
    seconds = None
    if action.timeout is not None:
        seconds = seconds_in(context.scope, action.timeout, "The time-out")
    step = awaited_calls(context.frame.sequence, action)[0]
    thread = context.sequences.started(step)
    if thread is None:
        raise StepFailedError(f"The step {step.name} has started no thread to wait for.")
    result = thread.wait(seconds, context.halt)
    if result is not None:
        return of_sequence(result)
    if context.halt.is_set:
        raise StepStoppedError("The execution ended during the wait.")
    if action.error_on_timeout:
        raise StepFailedError(f"The thread of {step.name} did not end within {seconds:g} s.")
    return Done(timed_out=True)


def of_sequence(result: SequenceResult, *, own: bool = False) -> Done:
    """Return what comes of a step that takes over the status of a sequence.

    Args:
        result: What came of the sequence.
        own: Whether it is part of the step's own result.

    Raises:
        StepFailedError: The sequence ended with an error.
        StepStoppedError: It was terminated.
    """
    done = Done(call=result if own else None)
    if result.status == Outcome.ERROR:
        raise StepFailedError(result.error, done)
    if result.status == Outcome.TERMINATED:
        raise StepStoppedError("The sequence was terminated.", done)
    failed = result.status == Outcome.FAILED
    return Done("Failed" if failed else "", call=done.call)
