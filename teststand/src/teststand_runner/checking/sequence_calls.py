"""Whether calls of sequences, and waits for them, are such as the runner does."""

from __future__ import annotations

from collections.abc import Iterator

from teststand_runner.checking.expressions import expression_problems
from teststand_runner.checking.problem import Problem, Spot
from teststand_runner.errors import quoted
from teststand_runner.model import (
    Sequence,
    SequenceCall,
    SequenceFile,
    Step,
    ThreadOption,
    Wait,
    WaitTarget,
)


def call_problems(spot: Spot, call: SequenceCall, file: SequenceFile) -> Iterator[Problem]:
    """Return what stands in the way of a call of a sequence."""
    yield from _options(spot, call)
    called = target_of(call, file)
    if called is None:
        if not call.by_expression and call.use_current_file:
            what = f"this file has no sequence {quoted(call.sequence)}."
            yield spot.problem("TS.SData.SeqName", what, "Name one that it has.")
        return
    names = {name.lower() for name in called.parameters.properties}
    for each in call.arguments:
        place = f"TS.SData.ActualArgs.{each.name}"
        if each.name.lower() not in names:
            what = f"the sequence {quoted(called.name)} has no such parameter."
            yield spot.problem(place, what, "Update the arguments of the call.")
        if not each.use_default:
            yield from expression_problems(spot, f"{place}.Expr", each.expression, needed=True)


def target_of(call: SequenceCall, file: SequenceFile) -> Sequence | None:
    """Return the sequence that a call means; None if it is none of this file."""
    if call.by_expression or not call.use_current_file:
        return None
    return file.sequence(call.sequence)


def _options(spot: Spot, call: SequenceCall) -> Iterator[Problem]:
    refused = {
        "UseCurFile": (not call.use_current_file, "calls no sequences of other files"),
        "SpecifyByExpr": (call.by_expression, "calls no sequences by expressions"),
        "RemoteExecution": (call.remote, "calls no sequences on other computers"),
        "CreateThreadSuspended": (call.suspended, "makes no suspended threads"),
        "AsyncThreadExpr": (bool(call.thread_expression), "stores no references to threads"),
        "ThreadOpt": (
            call.thread not in {ThreadOption.SAME_THREAD, ThreadOption.NEW_THREAD},
            "calls no sequences in new executions",
        ),
    }
    for name, (is_so, what) in refused.items():
        if is_so:
            yield spot.problem(
                f"TS.SData.{name}",
                f"this runner {what}.",
                "Call a sequence of this file by its name, in this thread or a new one.",
            )


def wait_problems(spot: Spot, wait: Wait) -> Iterator[Problem]:
    """Return what stands in the way of a wait."""
    if wait.target in {WaitTarget.TIME_INTERVAL, WaitTarget.TIME_MULTIPLE}:
        yield from expression_problems(spot, "TimeExpr", wait.time, needed=True)
    elif wait.target != WaitTarget.THREAD:
        what = "this runner waits only for times and threads."
        yield spot.problem("WaitForTarget", what, "Wait for one of these.")
    elif not wait.by_call:
        what = "this runner waits for threads by the steps that start them alone."
        yield spot.problem("SpecifyBySeqCall", what, "Name the sequence call.")
    else:
        yield from _awaited(spot, wait)
    if wait.timeout is not None and wait.target == WaitTarget.THREAD:
        yield from expression_problems(spot, "TimeoutExpr", wait.timeout, needed=True)


def _awaited(spot: Spot, wait: Wait) -> Iterator[Problem]:
    found = awaited_calls(spot.sequence, wait)
    starts = [
        each
        for each in found
        if isinstance(each.action, SequenceCall) and each.action.thread == ThreadOption.NEW_THREAD
    ]
    if len(found) != 1 or not starts:
        what = f"{quoted(wait.call)} is no step of this sequence that starts a thread."
        yield spot.problem("SeqCallName", what, "Name one sequence call in a new thread.")


def awaited_calls(sequence: Sequence, wait: Wait) -> list[Step]:
    """Return the steps that a wait may mean: one, if the sequence is in order."""
    calls = [each for each in sequence.steps if isinstance(each.action, SequenceCall)]
    by_id = [each for each in calls if each.id == wait.call]
    return by_id or [each for each in calls if each.name == wait.call]
