"""Whether what was stored agrees with what the clients of a history were told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from session_sharing.testing.history import Operation
from session_sharing.testing.session_calls import STORED, Log


def find_misplaced(stored: Iterable[Log], history: Iterable[Operation]) -> list[str]:
    """Compare the records of a resource, in their order, with a history of calls.

    Every record that was acknowledged is there once; one that was refused is not; one without an
    answer may be there, once; and the records of each attachment are in the order of their numbers.

    Args:
        stored: The records that are there, as they were asked to be logged, in their order.
        history: The calls.

    Returns:
        What is wrong, a sentence each; empty if nothing is.
    """
    found = list(stored)
    counts = Counter(found)
    wrong: list[str] = []
    for operation in history:
        if isinstance(operation.call, Log):
            least, most = _allowed(operation)
            count = counts.pop(operation.call, 0)
            if not least <= count <= most:
                wrong.append(f"Stored {count} times instead of {least} to {most}: {operation}")
    wrong += [f"Stored though nobody logged it: {record}" for record in counts]
    return wrong + _disorder(found)


def _allowed(operation: Operation) -> tuple[int, int]:
    if not operation.answered:
        return 0, 1
    return (1, 1) if operation.answer == STORED else (0, 0)


def _disorder(found: Iterable[Log]) -> list[str]:
    wrong: list[str] = []
    highest: defaultdict[str, int] = defaultdict(int)
    for record in found:
        if record.number < highest[record.attachment]:
            wrong.append(f"Stored after record {highest[record.attachment]}: {record}")
        highest[record.attachment] = max(highest[record.attachment], record.number)
    return wrong
