"""Which steps of flow control belong together."""

from __future__ import annotations

from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass

from teststand_runner.errors import quoted
from teststand_runner.model import Flow, Step

OPENING = ("If", "For", "While")
PARTING = ("ElseIf", "Else")
KINDS = (*OPENING, *PARTING, "End")


@dataclass(frozen=True)
class Block:
    """A block of steps: the indexes of what begins, parts and ends it, in order."""

    marks: tuple[int, ...]

    @property
    def opening(self) -> int:
        """The index of the step that begins it."""
        return self.marks[0]

    @property
    def end(self) -> int:
        """The index of the step that ends it."""
        return self.marks[-1]

    def following(self, index: int) -> int:
        """Return the mark behind another one."""
        return self.marks[self.marks.index(index) + 1]


@dataclass(frozen=True)
class BlockFault(Exception):  # noqa: N818 - a check makes a problem of it
    """The steps make no blocks: which one, and why."""

    index: int
    what: str


def blocks_of(steps: SequenceOf[Step]) -> dict[int, Block]:
    """Return the blocks of a group of steps, each by all of its marks.

    Raises:
        BlockFault: A step of flow control is without its like, or in the wrong place.
    """
    waiting: list[list[int]] = []
    found: dict[int, Block] = {}
    for index, step in enumerate(steps):
        if not isinstance(step.action, Flow):
            continue
        kind = step.action.kind
        if kind in OPENING:
            waiting.append([index])
            continue
        _check(steps, waiting, index, kind)
        waiting[-1].append(index)
        if kind == "End":
            block = Block(tuple(waiting.pop()))
            found.update(dict.fromkeys(block.marks, block))
    if waiting:
        raise BlockFault(waiting[-1][0], "No End step ends its block.")
    return found


def _check(steps: SequenceOf[Step], waiting: list[list[int]], index: int, kind: str) -> None:
    if kind not in KINDS:
        raise BlockFault(index, f"This runner does not do {quoted(kind)}, only {', '.join(KINDS)}.")
    if not waiting:
        raise BlockFault(index, f"{kind} is in no block.")
    if kind in PARTING:
        kinds = [_kind(steps[each]) for each in waiting[-1]]
        if kinds[0] != "If" or "Else" in kinds:
            raise BlockFault(index, f"{kind} is in no If block, or behind its Else.")


def _kind(step: Step) -> str:
    return step.action.kind if isinstance(step.action, Flow) else ""
