"""What a number of histories came to."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from session_sharing.testing.history import UNANSWERED, Operation, average_in_flight
from session_sharing.testing.linearizability import (
    MOST_CONFIGURATIONS,
    UndecidedError,
    find_violation,
)
from session_sharing.testing.sequential_model import SessionModel
from session_sharing.testing.session_calls import Abandon, Expire, Got


@dataclass
class Findings:
    """What a number of histories came to. `first_wrong` is the number of the first wrong one.

    With a `limit` no history is looked at for longer: one that is not decided by then passes. That
    is for services that are wrong, where deciding may take very long, and another history will do.
    """

    limit: int | None = None
    count: int = 0
    first_wrong: int | None = None
    wrong: str = ""
    checking: float = 0.0
    calls: list[int] = field(default_factory=list)
    in_flight: list[float] = field(default_factory=list)
    answers: Counter[object] = field(default_factory=Counter)

    def take(self, history: list[Operation]) -> str:
        """Check a history, and return what is wrong with it."""
        calls = [each for each in history if not isinstance(each.call, (Abandon, Expire))]
        self.count += 1
        self.calls.append(len(calls))
        self.in_flight.append(average_in_flight(calls))
        self.answers.update(
            Got("", each.answer.new) if isinstance(each.answer, Got) else each.answer
            for each in calls
        )
        began = time.perf_counter()
        try:
            limit = self.limit or MOST_CONFIGURATIONS
            return str(find_violation(history, SessionModel(), limit=limit) or "")
        except UndecidedError:
            if self.limit is None:
                raise
            return ""
        finally:
            self.checking += time.perf_counter() - began

    def blame(self, number: int, base_seed: str, wrong: str) -> None:
        """Note the first history that is wrong."""
        self.first_wrong = number
        self.wrong = f"History {number} of SESSION_SHARING_SEED={base_seed}:\n{wrong}"

    @property
    def average(self) -> float:
        """How many calls were in flight on average."""
        return sum(self.in_flight) / len(self.in_flight)

    def __str__(self) -> str:
        return (
            f"{self.count} histories of {sum(self.calls) / self.count:.1f} calls, on average "
            f"{self.average:.2f} in flight (least {min(self.in_flight):.2f}), "
            f"{self.checking:.1f} s checking; {self.answers[UNANSWERED]} calls had no answer"
        )
