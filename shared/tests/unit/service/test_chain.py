"""Storing together what comes together; and nothing behind what was not stored."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from session_sharing.errors import InternalError, ResourceExhaustedError, SharingError
from session_sharing.service import GroupWriter, StoreError
from session_sharing.service.chain import Chain

DEADLINE = 20.0
FULL = ResourceExhaustedError("Full.")


class Storage:
    """Stores texts, but none that is too long, and groups of them when it may go on."""

    def __init__(self, longest: int = 10) -> None:
        self.stored: list[str] = []
        self.groups: list[list[str]] = []
        self.longest = longest
        self.go_on = threading.Event()

    def store(self, group: Sequence[str]) -> list[str]:
        """Store all, or none."""
        assert self.go_on.wait(DEADLINE)
        self.groups.append(list(group))
        if any(len(text) > self.longest for text in group):
            raise StoreError(FULL)
        self.stored += group
        return [text.upper() for text in group]


def outcomes(storage: Storage, *pieces: tuple[str, Chain | None]) -> list[str | SharingError]:
    """Store pieces that come at once; return what each caller is told."""
    writer: GroupWriter[str, str] = GroupWriter(
        "writer", storage.store, lambda defect: InternalError(str(defect)), 1000
    )

    async def work() -> list[str | SharingError]:
        coming = [writer.put(text, len(text), chain) for text, chain in pieces]
        storage.go_on.set()
        return await asyncio.wait_for(asyncio.gather(*coming, return_exceptions=True), DEADLINE)  # type: ignore[arg-type]

    try:
        return asyncio.run(work())
    finally:
        writer.stop()


def test_what_comes_at_once_is_stored_together() -> None:
    """Concurrent callers share one commit."""
    storage = Storage()
    assert outcomes(storage, ("a", None), ("b", None), ("c", Chain())) == ["A", "B", "C"]
    assert storage.groups == [["a", "b", "c"]]


def test_one_that_is_refused_refuses_no_stranger() -> None:
    """What cannot be stored fails alone where its neighbours do not belong to it."""
    storage = Storage(longest=2)
    told = outcomes(storage, ("a", None), ("too long", None), ("b", Chain()))
    assert [str(each) for each in told] == ["A", "Full.", "B"]
    assert storage.stored == ["a", "b"]


def test_nothing_is_stored_behind_a_broken_chain() -> None:
    """Of what belongs together nothing is stored behind what failed, however small it is."""
    storage, chain = Storage(longest=2), Chain()
    told = outcomes(
        storage, ("a", chain), ("too long", chain), ("s", None), ("b", chain), ("c", chain)
    )
    assert [str(each) for each in told] == ["A", "Full.", "S", "Full.", "Full."]
    assert storage.stored == ["a", "s"]


def test_a_chain_stays_broken() -> None:
    """What failed before a group came is not forgotten by it."""
    storage, chain = Storage(), Chain()
    chain.fail(FULL)
    told = outcomes(storage, ("a", chain), ("b", None), ("c", chain))
    assert [str(each) for each in told] == ["Full.", "B", "Full."]
    assert storage.groups == [["b"]]
