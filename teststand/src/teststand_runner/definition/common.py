"""What every step of a definition may say, whatever it does."""

from __future__ import annotations

from collections.abc import Mapping

from teststand_runner.definition.tables import Table
from teststand_runner.definition.tree import Expression, Plain

MODES = ("Normal", "Skip", "Pass", "Fail")
_LOOP_INITIALIZE = "RunState.LoopIndex = 0"
_LOOP_INCREMENT = "RunState.LoopIndex += 1"
_RECORDED, _NOT_RECORDED = 1.0, 0.0
_NEXT, _TERMINATE, _GOTO = "Next", "Terminate", "Goto"
_TARGETS = {"Cleanup": '"<Cleanup>"', "End": '"<End>"'}


def settings_of(table: Table, identity: str, *, post_expression: str | None = None) -> Plain:
    """Return the settings of a step that all kinds have, as what is in `TS`.

    Args:
        table: The step.
        identity: Its id.
        post_expression: The expression behind it, if its kind says that; None if its author may.

    Raises:
        DefinitionError: A key is not what it has to be.
    """
    after = table.text("after", "") if post_expression is None else post_expression
    return {
        "Id": identity,
        "PreCond": Expression(table.text("precondition", "")),
        "Mode": table.choice("mode", MODES, "Normal"),
        "ResultOption": _RECORDED if table.truth("record", True) else _NOT_RECORDED,
        "StepFCSeqF": table.truth("failure_fails_sequence", True),
        "IgnoreRTE": table.truth("ignore_errors", False),
        **_action(table, "on_pass", "PassAct"),
        **_action(table, "on_fail", "FailAct"),
        **_loop(table),
        "PreExpr": Expression(table.text("before", "")),
        "PostExpr": Expression(after),
        "StatusExpr": Expression(table.text("status", "")),
    }


def _action(table: Table, key: str, name: str) -> Mapping[str, Plain]:
    then = table.choice(key, (_NEXT, _TERMINATE, *_TARGETS), _NEXT)
    target = _TARGETS.get(then, "")
    return {name: _GOTO if target else then, f"{name}Target": Expression(target)}


def _loop(table: Table) -> Mapping[str, Plain]:
    """Return the loop: none, or one of TestStand's kind `Custom`, which says all by expressions."""
    if "loop" not in table:
        table.table("loop")
        kind, initialize, condition, increment, status = "NoLooping", "", "", "", ""
    else:
        loop = table.table("loop")
        kind, condition = "Custom", loop.text("while")
        initialize = loop.text("initialize", "")
        increment, status = loop.text("increment", ""), loop.text("status", "")
        loop.finish()
    return {
        "LoopType": kind,
        "LoopWhile": Expression(condition),
        "LoopStatus": Expression(status),
        "LoopIncrement": Expression(increment or _LOOP_INCREMENT),
        "LoopInitialize": Expression(initialize or _LOOP_INITIALIZE),
    }
