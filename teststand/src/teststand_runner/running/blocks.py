"""Where a group of steps goes on at a step of flow control."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from teststand_runner.checking.blocks import Block
from teststand_runner.expressions import Scope
from teststand_runner.model import Flow
from teststand_runner.running.evaluating import condition_in, value_in

LOOPS = ("For", "While")


class Arrival(Enum):
    """How a step is come to."""

    IN_ORDER = "in order"
    NEXT_PART = "the part of the block before it did not run"
    AGAIN = "its loop has run"


@dataclass(frozen=True)
class Position:
    """Where a group of steps is.

    Attributes:
        index: The index of the step that is next.
        arrival: How it is come to.
    """

    index: int
    arrival: Arrival = Arrival.IN_ORDER


def after_flow(flow: Flow, at: Position, block: Block, loops: bool, scope: Scope) -> Position:
    """Return where a group goes on behind a step of flow control.

    Args:
        flow: What the step does.
        at: Where it is.
        block: Its block.
        loops: Whether that is a loop.
        scope: What its expressions see.

    Raises:
        ExpressionError: An expression of it cannot be evaluated.
    """
    if flow.kind == "End":
        return Position(block.opening, Arrival.AGAIN) if loops else Position(at.index + 1)
    if loops:
        return _after_loop_head(flow, at, block, scope)
    if flow.kind in {"ElseIf", "Else"} and at.arrival != Arrival.NEXT_PART:
        return Position(block.end)  # the part before it has run
    if flow.kind == "Else" or condition_in(scope, flow.expressions["ConditionExpr"]):
        return Position(at.index + 1)
    return Position(block.following(at.index), Arrival.NEXT_PART)


def _after_loop_head(flow: Flow, at: Position, block: Block, scope: Scope) -> Position:
    if flow.kind == "For":
        again = at.arrival == Arrival.AGAIN
        value_in(scope, flow.expressions["IncrementExpr" if again else "InitializationExpr"])
    inside = condition_in(scope, flow.expressions["ConditionExpr"])
    return Position(at.index + 1 if inside else block.end + 1)
