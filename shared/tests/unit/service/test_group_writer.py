"""The group writer: what is stored on the event loop, what in the thread, in which order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence

import pytest

from session_sharing.errors import InternalError, InvalidRequestError, SharingError
from session_sharing.service.group_writer import GroupWriter, StoreError

DEADLINE = 10.0  # seconds


class Store:
    """Stores numbers in a list, and refuses what is negative.

    Attributes:
        stored: What was stored, with the name of the thread that did it.
        gate: Closed, it holds up the thread.
    """

    def __init__(self) -> None:
        self.stored: list[tuple[int, str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.came = threading.Event()

    def __call__(self, group: Sequence[int]) -> list[int]:
        """Store a group, all or none."""
        name = threading.current_thread().name
        if name == "writer":
            self.came.set()
            assert self.gate.wait(DEADLINE)
        if min(group) < 0:
            raise StoreError(InvalidRequestError("negative"), broken=-100 in group)
        if 0 in group:
            raise ZeroDivisionError
        self.stored += [(number, name) for number in group]
        return [10 * number for number in group]

    @property
    def numbers(self) -> list[int]:
        """What was stored."""
        return [number for number, _ in self.stored]


@pytest.fixture
def store() -> Store:
    """Return what stores."""
    return Store()


@pytest.fixture
def writer(store: Store) -> Iterator[GroupWriter[int, int]]:
    """Return a writer."""
    made: GroupWriter[int, int] = GroupWriter("writer", store, _defect, 100)
    yield made
    made.stop()


def _defect(error: Exception) -> SharingError:
    return InternalError(f"a defect: {type(error).__name__}")


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run work on an event loop."""

    async def main() -> None:
        await asyncio.wait_for(work(), DEADLINE)

    asyncio.run(main())


def test_stored_now_is_stored_when_the_call_returns(
    writer: GroupWriter[int, int], store: Store
) -> None:
    """No turn of the loop and no thread is between the call and its result."""

    async def work() -> None:
        done = writer.store_now(1)
        assert done.result() == 10
        assert await writer.put(2, 1) == 20
        assert writer.store_now(3).result() == 30
        here = threading.current_thread().name
        assert store.stored == [(1, here), (2, "writer"), (3, here)]

    run(work)


def test_nothing_is_stored_now_that_would_overtake(
    writer: GroupWriter[int, int], store: Store
) -> None:
    """From `put` until its result is told, the thread has the turn: storing now is a defect."""

    async def work() -> None:
        store.gate.clear()
        first = writer.put(1, 1)
        assert not writer.is_idle, "it waits to be handed over"
        assert await asyncio.to_thread(store.came.wait, DEADLINE)
        assert not writer.is_idle, "it is being stored"
        with pytest.raises(AssertionError):
            writer.store_now(2)
        later = writer.put(2, 1)
        store.gate.set()
        await first
        assert not writer.is_idle, "another one waits"
        await later
        assert writer.is_idle
        await writer.put(3, 1)
        assert store.numbers == [1, 2, 3]

    run(work)


def test_nothing_is_stored_now_after_the_stop(writer: GroupWriter[int, int], store: Store) -> None:
    """What its caller may have closed by then is not written to."""

    async def work() -> None:
        writer.store_now(1)
        waiting = writer.put(2, 1)
        await asyncio.to_thread(writer.stop)
        assert await waiting == 20
        assert not writer.is_idle
        with pytest.raises(AssertionError):
            writer.store_now(3)

    run(work)
    assert store.numbers == [1, 2]


def test_refusal_on_the_loop_breaks_nothing(writer: GroupWriter[int, int], store: Store) -> None:
    """Each caller gets an error of its own; others go on, on the loop and in the thread."""

    async def work() -> None:
        errors = [writer.store_now(-1).exception() for _ in range(2)]
        assert all(isinstance(error, InvalidRequestError) for error in errors)
        assert errors[0] is not errors[1]
        assert writer.store_now(1).result() == 10
        assert await writer.put(2, 1) == 20

    run(work)
    assert store.numbers == [1, 2]


@pytest.mark.parametrize(("number", "error"), [(-100, InvalidRequestError), (0, InternalError)])
def test_what_breaks_on_the_loop_is_broken_in_the_thread(
    writer: GroupWriter[int, int], store: Store, number: int, error: type[SharingError]
) -> None:
    """After a failure that breaks it, or a defect, nothing is stored in either way."""

    async def work() -> None:
        with pytest.raises(error):
            await writer.store_now(number)
        with pytest.raises(error):
            await writer.put(1, 1)
        with pytest.raises(error):
            await writer.store_now(1)

    run(work)
    assert store.numbers == []
    writer.stop()
    with pytest.raises(error):
        writer.check()
