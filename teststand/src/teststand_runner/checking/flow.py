"""Whether the steps of flow control make blocks, and have what they need."""

from __future__ import annotations

from collections.abc import Iterator

from teststand_runner.checking.blocks import BlockFault, blocks_of
from teststand_runner.checking.expressions import expression_problems
from teststand_runner.checking.problem import Problem, Spot
from teststand_runner.model import Flow, Sequence

NEEDED = {
    "If": ("ConditionExpr",),
    "ElseIf": ("ConditionExpr",),
    "While": ("ConditionExpr",),
    "For": ("InitializationExpr", "ConditionExpr", "IncrementExpr"),
}
"""The expressions that steps of flow control need."""


def block_problems(sequence: Sequence) -> Iterator[Problem]:
    """Return a problem for each group whose steps make no blocks."""
    for group in (sequence.setup, sequence.main, sequence.cleanup):
        try:
            blocks_of(group)
        except BlockFault as fault:
            spot = Spot(sequence, group[fault.index])
            yield spot.problem("type", fault.what, "Put the blocks of the group right.")


def flow_problems(spot: Spot, action: Flow) -> Iterator[Problem]:
    """Return what a step of flow control lacks."""
    for name in NEEDED.get(action.kind, ()):
        source = action.expressions.get(name, "")
        yield from expression_problems(spot, name, source, needed=True)
