"""The checker: can what concurrent clients saw have happened one call after the other?

The algorithm is that of Wing and Gong with Lowe's memory of the configurations already seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from session_sharing.testing.history import Operation

S = TypeVar("S")

MOST_CONFIGURATIONS = 2_000_000
"""How many configurations are looked at before the checker says that it cannot tell."""


class SequentialModel(Protocol[S]):
    """Says what calls do when they come one after the other. S is its state, hashable."""

    def initial(self) -> S:
        """Return the state before the first call."""
        ...

    def steps(self, state: S, operation: Operation) -> Iterable[S]:
        """Return the states that a call may lead to, given its answer.

        None if the call cannot have been answered so in this state. A call without an answer may
        lead to whatever any answer would have.
        """
        ...

    def stays_without_effect(self, operation: Operation) -> bool:
        """Say whether an answered call that changes nothing now changes nothing later either.

        Reads do so, and what can happen only once. What overwrites does not.
        """
        ...


class UndecidedError(Exception):
    """The history is too entangled to be decided within the limit."""


@dataclass(frozen=True)
class Violation(Generic[S]):
    """A history that cannot be explained.

    Attributes:
        explained: The calls of the longest order that was found, in that order.
        state: The state after them.
        stuck: The answered calls that had to come next; none of them fits the state.
    """

    explained: Sequence[Operation]
    state: S
    stuck: Sequence[Operation]

    def __str__(self) -> str:
        lines = ["No order of the calls explains their answers. The longest that was found:"]
        lines += [f"    {operation}" for operation in self.explained]
        lines += [f"leads to {self.state},", "in which none of these can have come next:"]
        lines += [f"    {operation}" for operation in self.stuck]
        return "\n".join(lines)


def find_violation(
    history: Iterable[Operation],
    model: SequentialModel[S],
    *,
    limit: int = MOST_CONFIGURATIONS,
) -> Violation[S] | None:
    """Look for an order of the calls, one after the other, that explains every answer.

    A call that was answered before another was sent comes before it. A call without an answer
    comes at any time after it was sent, or never.

    Args:
        history: The calls, in any order.
        model: Says what calls do one after the other.
        limit: How many configurations to look at.

    Returns:
        None if there is such an order: the history is linearizable.

    Raises:
        UndecidedError: The limit was reached.
    """
    return _Search(history, model, limit).run()


@dataclass
class _Node(Generic[S]):
    """A configuration on the path that is being tried: what happened, and the state after it."""

    happened: int
    state: S
    following: Iterator[tuple[int, S]] = field(repr=False)
    last: int = -1


class _Search(Generic[S]):
    """One search, depth first. Sets of calls are integers with a bit for each call."""

    def __init__(self, history: Iterable[Operation], model: SequentialModel[S], limit: int) -> None:
        # Answered calls first: those without an answer explain nothing by themselves.
        self._calls = sorted(history, key=lambda each: (not each.answered, each.called))
        self._model = model
        self._limit = limit
        self._answered = (1 << sum(each.answered for each in self._calls)) - 1
        self._seen: set[tuple[int, S]] = set()
        self._best: list[_Node[S]] = []
        self._best_count = -1

    def run(self) -> Violation[S] | None:
        path = [self._node(0, self._model.initial())]
        while path:
            node = path[-1]
            if node.happened & self._answered == self._answered:
                return None
            self._keep_best(path)
            following = next(node.following, None)
            if following is None:
                path.pop()
                continue
            index, state = following
            happened = node.happened | 1 << index
            if (happened, state) not in self._seen:
                self._remember(happened, state)
                path.append(self._node(happened, state, index))
        return self._violation()

    def _node(self, happened: int, state: S, last: int = -1) -> _Node[S]:
        return _Node(happened, state, self._following(happened, state), last)

    def _remember(self, happened: int, state: S) -> None:
        if len(self._seen) >= self._limit:
            raise UndecidedError(f"The history is not decided after {self._limit} configurations.")
        self._seen.add((happened, state))

    def _candidates(self, happened: int) -> list[int]:
        """Return the calls that may come next: sent before all others had their answers."""
        waiting = [i for i in range(len(self._calls)) if not happened >> i & 1]
        bound = min(self._calls[i].happened_by for i in waiting)
        return [i for i in waiting if self._calls[i].called <= bound]

    def _following(self, happened: int, state: S) -> Iterator[tuple[int, S]]:
        """Yield the next calls with the states that they lead to.

        An answered call that fits, and changes nothing now nor later, comes at once without loss:
        any order in which it comes later stays one when it is moved here. One that may change
        something later is tried first, and others then. One without an answer that changes nothing
        is not worth a try.
        """
        changes: list[tuple[int, S]] = []
        for index in self._candidates(happened):
            operation = self._calls[index]
            for after in self._model.steps(state, operation):
                if after != state:
                    changes.append((index, after))
                elif operation.answered:
                    yield index, after
                    if self._model.stays_without_effect(operation):
                        return
        yield from changes

    def _keep_best(self, path: list[_Node[S]]) -> None:
        count = (path[-1].happened & self._answered).bit_count()
        if count > self._best_count:
            self._best, self._best_count = list(path), count

    def _violation(self) -> Violation[S]:
        end = self._best[-1]
        explained = [self._calls[node.last] for node in self._best[1:]]
        candidates = [self._calls[index] for index in self._candidates(end.happened)]
        return Violation(explained, end.state, [each for each in candidates if each.answered])
