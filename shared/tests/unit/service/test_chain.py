"""Storing together what comes together; and nothing behind what was not stored."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from session_sharing.errors import InternalError, ResourceExhaustedError, SharingError
from session_sharing.service import GroupWriter, StoreError
from session_sharing.service.chain import Chain, ChainLink

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


def outcomes(storage: Storage, *pieces: tuple[str, ChainLink | None]) -> list[str | SharingError]:
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
    assert outcomes(storage, ("a", None), ("b", None), ("c", Chain().link())) == ["A", "B", "C"]
    assert storage.groups == [["a", "b", "c"]]


def test_one_that_is_refused_refuses_no_stranger() -> None:
    """What cannot be stored fails alone where its neighbours do not belong to it."""
    storage = Storage(longest=2)
    told = outcomes(storage, ("a", None), ("too long", None), ("b", Chain().link()))
    assert [str(each) for each in told] == ["A", "Full.", "B"]
    assert storage.stored == ["a", "b"]


def test_nothing_is_stored_behind_a_broken_chain() -> None:
    """Of what belongs together nothing is stored behind what failed, however small it is."""
    storage, link = Storage(longest=2), Chain().link
    told = outcomes(
        storage, ("a", link()), ("too long", link()), ("s", None), ("b", link()), ("c", link())
    )
    assert [str(each) for each in told] == ["A", "Full.", "S", "Full.", "Full."]
    assert storage.stored == ["a", "s"]


def test_what_stands_before_the_break_is_stored() -> None:
    """A request that is refused before the others are stored refuses none of those before it."""
    storage, chain = Storage(), Chain()
    before, broken, behind = (chain.link() for _ in range(3))
    broken.fail(FULL)
    told = outcomes(storage, ("a", before), ("b", None), ("c", behind))
    assert [str(each) for each in told] == ["A", "B", "Full."]
    assert storage.groups == [["a", "b"]]


def test_the_first_break_counts() -> None:
    """Where two requests fail, all behind the first are not stored, whichever failed earlier."""
    chain = Chain()
    links = [chain.link() for _ in range(4)]
    links[2].fail(ResourceExhaustedError("Later."))
    links[0].fail(FULL)
    assert [link.failure for link in links] == [None, FULL, FULL, FULL]
