"""From the properties of a step to what they say."""

from __future__ import annotations

from collections.abc import Mapping

from teststand_runner.model.properties import Property
from teststand_runner.model.steps import CustomPostAction, Group, Loop, PostAction, Step
from teststand_runner.reading.actions import read_action
from teststand_runner.reading.looking import Look


def read_step(look: Look, group: Group, index: int, types: Mapping[str, Property]) -> Step:
    """Return what a step's properties say.

    Args:
        look: The step.
        group: The group that it is in.
        index: Its place in the group.
        types: The type definitions of the file.

    Raises:
        UnexpectedPropertyError: A property is missing, or of another kind.
    """
    settings = look.at("TS")
    return Step(
        name=look.property.name,
        type_name=look.property.type_name,
        id=settings.text("Id", ""),
        group=group,
        index=index,
        mode=settings.text("Mode", "Normal"),
        precondition=settings.text("PreCond", ""),
        pre_expression=settings.text("PreExpr", ""),
        post_expression=settings.text("PostExpr", ""),
        status_expression=settings.text("StatusExpr", ""),
        loop=_loop(settings),
        on_pass=_post_action(settings, "PassAct"),
        on_fail=_post_action(settings, "FailAct"),
        on_custom=_custom_action(settings),
        result_recording=settings.integer("ResultOption", 1),
        failure_fails_sequence=settings.truth("StepFCSeqF", True),
        ignores_errors=settings.truth("IgnoreRTE", False),
        action=read_action(look, types.get(look.property.type_name)),
        properties=look.property,
        path=look.path,
    )


def _loop(settings: Look) -> Loop:
    return Loop(
        kind=settings.text("LoopType", "NoLooping"),
        initialize=settings.text("LoopInitialize", ""),
        condition=settings.text("LoopWhile", ""),
        increment=settings.text("LoopIncrement", ""),
        status=settings.text("LoopStatus", ""),
    )


def _post_action(settings: Look, name: str) -> PostAction:
    return PostAction(settings.text(name, "Next"), settings.text(f"{name}Target", ""))


def _custom_action(settings: Look) -> CustomPostAction:
    return CustomPostAction(
        condition=settings.text("CustExpr", ""),
        on_true=_post_action(settings, "CustTrueAct"),
        on_false=_post_action(settings, "CustFalseAct"),
    )
