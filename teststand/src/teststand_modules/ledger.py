"""Which execution created what in this process, and what a Cleanup is to let go of."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class _Entry(Generic[T]):
    kind: str
    execution: str
    created: T | None


class Ledger(Generic[T]):
    """What the executions of this process created, of every kind, and did not yet destroy.

    A Cleanup that says which execution it is takes the latest of its kind that this execution
    created. One that does not say it means the only execution there is. Where there are several, it
    cannot be told from the others: then it is counted, and what they created of that kind is taken
    when each of them has cleaned up. So nobody loses what they still use, and nothing is left when
    all have cleaned up. An execution whose Setup failed is one of them: its Cleanup comes too.

    Methods may be called from any thread; `_guard` guards all state.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._entries: list[_Entry[T]] = []
        self._counted: Counter[str] = Counter()
        self._left_over: list[tuple[str, T]] = []

    def add(self, kind: str, execution: str, created: T | None) -> None:
        """Note what an execution created.

        Args:
            kind: What kind of things.
            execution: The execution.
            created: What it created; None if it tried in vain.
        """
        with self._guard:
            self._entries.append(_Entry(kind, execution, created))

    def take(self, kind: str, execution: str) -> list[T]:
        """Take what a Cleanup is to let go of now; mostly one, or nothing.

        Args:
            kind: What kind of things it cleans up.
            execution: The execution that cleans up; empty if it does not say.
        """
        with self._guard:
            executions = {entry.execution for entry in self._entries}
            if not execution and len(executions) == 1:
                execution = next(iter(executions))
            if not execution:
                self._counted[kind] += 1
            taken = self._latest(kind, execution)
            taken += self._complete()
        return [entry.created for entry in taken if entry.created is not None]

    def put_back(self, kind: str, created: T) -> None:
        """Note what a Cleanup could not let go of: the next one of its kind is to try again."""
        with self._guard:
            self._left_over.append((kind, created))

    def take_left_over(self, kind: str) -> list[T]:
        """Take what earlier Cleanups of a kind could not let go of."""
        with self._guard:
            taken = [created for other, created in self._left_over if other == kind]
            self._left_over = [each for each in self._left_over if each[0] != kind]
            return taken

    def take_all(self) -> list[T]:
        """Take everything, the latest first: the process ends."""
        with self._guard:
            entries, self._entries = self._entries, []
            left_over, self._left_over = self._left_over, []
        taken = [entry.created for entry in reversed(entries) if entry.created is not None]
        return taken + [created for _, created in left_over]

    def _latest(self, kind: str, execution: str) -> list[_Entry[T]]:
        own = [each for each in self._entries if (each.kind, each.execution) == (kind, execution)]
        for entry in own[-1:]:
            self._entries.remove(entry)
        return own[-1:]

    def _complete(self) -> Iterator[_Entry[T]]:
        """Take what everybody has cleaned up; that may make others complete in turn."""
        kinds = list(self._counted)
        while kinds:
            kind = kinds.pop()
            if self._counted[kind] < self._expected(kind):
                continue
            del self._counted[kind]
            whole = [entry for entry in self._entries if entry.kind == kind]
            self._entries = [entry for entry in self._entries if entry.kind != kind]
            yield from reversed(whole)
            kinds = list(self._counted)

    def _expected(self, kind: str) -> int:
        """Return how many Cleanups of a kind there will be: one at least of each execution."""
        executions = {entry.execution for entry in self._entries}
        own = Counter(entry.execution for entry in self._entries if entry.kind == kind)
        return sum(max(1, own[execution]) for execution in executions)
