"""How a step, a sequence or an execution ended."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Outcome(str, Enum):
    """How something ended; the values are the statuses that TestStand shows."""

    SKIPPED = "Skipped"
    DONE = "Done"
    PASSED = "Passed"
    FAILED = "Failed"
    ERROR = "Error"
    TERMINATED = "Terminated"

    @property
    def good(self) -> bool:
        """Whether nothing failed, broke or was ended early."""
        return self in {Outcome.SKIPPED, Outcome.DONE, Outcome.PASSED}


_RANKS = {outcome: rank for rank, outcome in enumerate(Outcome)}


def worst(outcomes: Iterable[Outcome], *, none: Outcome = Outcome.PASSED) -> Outcome:
    """Return the outcome that stands for several: the one that comes last in `Outcome`.

    Args:
        outcomes: The several.
        none: What is returned if there are none.
    """
    return max(outcomes, key=_RANKS.__getitem__, default=none)
