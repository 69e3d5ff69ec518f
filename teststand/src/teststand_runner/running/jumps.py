"""Where a sequence goes on behind a step."""

from __future__ import annotations

from collections.abc import Sequence as SequenceOf

from teststand_runner.checking.expressions import constant_text
from teststand_runner.checking.options import CLEANUP, END
from teststand_runner.expressions import Scope
from teststand_runner.model import PostAction, Step
from teststand_runner.results import Outcome
from teststand_runner.running.evaluating import condition_in

_NEXT = PostAction("Next", "")


def post_action(step: Step, status: Outcome, scope: Scope) -> PostAction:
    """Return what follows on a step that has ended.

    Raises:
        ExpressionError: Its own expression for that cannot be evaluated.
    """
    if status == Outcome.SKIPPED:
        return _NEXT
    custom = step.on_custom
    if custom.condition:
        return custom.on_true if condition_in(scope, custom.condition) else custom.on_false
    if status in {Outcome.PASSED, Outcome.DONE}:
        return step.on_pass
    return step.on_fail if status == Outcome.FAILED else _NEXT


def target_of(steps: SequenceOf[Step], action: PostAction, here: int) -> int | None:
    """Return the index at which a group goes on; None if it goes on in Cleanup.

    Args:
        steps: The group.
        action: What follows.
        here: The index of the step that has ended.
    """
    if action.action != "Goto":
        return here + 1
    target = constant_text(action.target)
    if target == CLEANUP:
        return None
    if target == END:
        return len(steps)
    return next(index for index, step in enumerate(steps) if target in {step.id, step.name})
