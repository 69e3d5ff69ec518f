"""Whether the options of a step are such as the runner honours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from teststand_runner.checking.expressions import constant_text, expression_problems
from teststand_runner.checking.problem import Problem, Spot
from teststand_runner.errors import quoted
from teststand_runner.model import Flow, PostAction, Statement, Step

MODES = ("Normal", "Skip", "Pass", "Fail")
LOOPS = ("NoLooping", "FixedNumLoops", "PassFailCount", "Custom")
POST_ACTIONS = ("Next", "Goto", "Terminate")
RECORDING = (0, 1, 2)
CLEANUP, END = "<Cleanup>", "<End>"
"""Where a step may lead besides to another step: into Cleanup, and behind its group's last step."""


def option_problems(spot: Spot, step: Step) -> Iterator[Problem]:
    """Return a problem for each option of a step that is not honoured."""
    if step.mode not in MODES:
        yield _unknown(spot, "TS.Mode", step.mode, MODES)
    if step.result_recording not in RECORDING:
        yield _unknown(spot, "TS.ResultOption", str(step.result_recording), map(str, RECORDING))
    if step.mode == "Skip":
        return
    yield from expression_problems(spot, "TS.PreCond", step.precondition)
    if step.mode == "Normal":
        yield from _expressions(spot, step)
        yield from _loop(spot, step)
    yield from _post_actions(spot, step)


def _expressions(spot: Spot, step: Step) -> Iterator[Problem]:
    yield from expression_problems(spot, "TS.PreExpr", step.pre_expression)
    if not isinstance(step.action, Statement):
        yield from expression_problems(spot, "TS.PostExpr", step.post_expression)
    yield from expression_problems(spot, "TS.StatusExpr", step.status_expression)


def _loop(spot: Spot, step: Step) -> Iterator[Problem]:
    loop = step.loop
    if loop.kind not in LOOPS:
        yield _unknown(spot, "TS.LoopType", loop.kind, LOOPS)
    elif loop.kind != "NoLooping":
        yield from expression_problems(spot, "TS.LoopInitialize", loop.initialize)
        yield from expression_problems(spot, "TS.LoopWhile", loop.condition, needed=True)
        yield from expression_problems(spot, "TS.LoopIncrement", loop.increment)
        yield from expression_problems(spot, "TS.LoopStatus", loop.status)


def _post_actions(spot: Spot, step: Step) -> Iterator[Problem]:
    yield from _post_action(spot, step, "TS.PassAct", step.on_pass)
    yield from _post_action(spot, step, "TS.FailAct", step.on_fail)
    if step.on_custom.condition:
        yield from expression_problems(spot, "TS.CustExpr", step.on_custom.condition)
        yield from _post_action(spot, step, "TS.CustTrueAct", step.on_custom.on_true)
        yield from _post_action(spot, step, "TS.CustFalseAct", step.on_custom.on_false)


def _post_action(spot: Spot, step: Step, name: str, then: PostAction) -> Iterator[Problem]:
    if then.action not in POST_ACTIONS:
        yield _unknown(spot, name, then.action, POST_ACTIONS)
    elif then.action == "Goto" and not _is_place(spot, step, constant_text(then.target)):
        yield spot.problem(
            f"{name}Target",
            f"{quoted(then.target)} is no step of this group, nor {CLEANUP} nor {END}.",
            "Name one of these, in quotes.",
        )


def _is_place(spot: Spot, step: Step, target: str | None) -> bool:
    if target is None or target in {CLEANUP, END}:
        return target is not None
    group = [each for each in spot.sequence.steps if each.group == step.group]
    found = [each for each in group if target in {each.id, each.name}]
    return len(found) == 1


def flow_option_problems(spot: Spot, step: Step) -> Iterator[Problem]:
    """Return a problem for each option that a step of flow control has."""
    if not isinstance(step.action, Flow):
        return
    options = {
        "TS.Mode": step.mode != "Normal",
        "TS.PreCond": step.precondition,
        "TS.PreExpr": step.pre_expression,
        "TS.PostExpr": step.post_expression,
        "TS.StatusExpr": step.status_expression,
        "TS.LoopType": step.loop.kind != "NoLooping",
        "TS.PassAct": step.on_pass.action != "Next",
        "TS.FailAct": step.on_fail.action != "Next",
        "TS.CustExpr": step.on_custom.condition,
    }
    for path in (path for path, is_set in options.items() if is_set):
        yield spot.problem(
            path,
            "this runner honours it in no step of flow control.",
            "Put it on the steps of the block.",
        )


def _unknown(spot: Spot, path: str, value: str, known: Iterable[str]) -> Problem:
    names = ", ".join(known)
    return spot.problem(
        path, f"{quoted(value)} is not known to this runner.", f"It knows: {names}."
    )
