"""Resources in a thread of their own: turns, and what is done about one that hangs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from session_sharing.errors import OutcomeUnknownError, UnavailableError
from session_sharing.service import OneThread
from session_sharing.testing.memory import Gate

DEADLINE = 20.0
LIMIT = 0.2


class Resource:
    """Something whose use can be held up.

    Attributes:
        gate: Where `use` and `close` wait.
        used: What it was used for, in order.
        closed: Set when it is closed.
    """

    def __init__(self) -> None:
        self.gate = Gate()
        self.used: list[object] = []
        self.closed = threading.Event()

    def use(self, what: object) -> object:
        """Keep what it is used for."""
        self.gate.pass_through()
        self.used.append(what)
        return what

    def close(self) -> None:
        """Close it."""
        self.gate.pass_through()
        self.closed.set()


@pytest.fixture
def resource() -> Iterator[Resource]:
    """Return a resource that is not held up in the end."""
    resource = Resource()
    yield resource
    resource.gate.open()


def test_who_comes_first_is_served_first(resource: Resource) -> None:
    """Operations are carried out in the order in which they were asked for, one by one."""
    handle = OneThread("it", lambda: resource)

    async def work() -> None:
        resource.gate.shut()
        asked = [asyncio.ensure_future(handle.run(lambda it, n=n: it.use(n))) for n in range(20)]
        await asyncio.sleep(0)
        resource.gate.open()
        assert await asyncio.gather(*asked) == list(range(20))

    asyncio.run(asyncio.wait_for(work(), DEADLINE))
    assert resource.used == list(range(20))
    handle.close()
    assert resource.closed.is_set()


def test_operation_of_a_caller_who_left_is_done(resource: Resource) -> None:
    """What was begun goes on when its caller is gone; what had not begun is never done."""
    handle = OneThread("it", lambda: resource)

    async def work() -> None:
        resource.gate.shut()
        asked = [asyncio.ensure_future(handle.run(lambda it, n=n: it.use(n))) for n in range(3)]
        await asyncio.to_thread(resource.gate.wait_for_one)
        asked[0].cancel()
        asked[1].cancel()
        await asyncio.wait(asked[:2])
        resource.gate.open()
        assert await asked[2] == 2

    asyncio.run(asyncio.wait_for(work(), DEADLINE))
    assert resource.used == [0, 2]
    handle.close()


def test_operation_that_hangs(resource: Resource) -> None:
    """Its caller cannot know what happened; others are refused at once, and nothing more is done.

    Closing does not wait; the resource is closed when it comes back.
    """
    handle = OneThread("it", lambda: resource, LIMIT)

    async def work() -> None:
        resource.gate.shut()
        asked = [asyncio.ensure_future(handle.run(lambda it, n=n: it.use(n))) for n in range(2)]
        with pytest.raises(OutcomeUnknownError, match="it did not answer within 0"):
            await asked[0]
        with pytest.raises(UnavailableError, match="it hangs"):
            await asked[1]
        with pytest.raises(UnavailableError, match="it hangs"):
            await handle.run(lambda it: it.use("later"))

    asyncio.run(asyncio.wait_for(work(), DEADLINE))
    with pytest.raises(UnavailableError, match="an operation took longer"):
        handle.close()
    assert not resource.closed.is_set()
    resource.gate.open()
    assert resource.closed.wait(DEADLINE)
    assert resource.used == [0]


def test_opening_and_closing_that_hang(resource: Resource) -> None:
    """Neither takes longer than the limit; a resource that opens too late is closed."""

    def make() -> Resource:
        resource.gate.pass_through()
        return resource

    resource.gate.shut()
    with pytest.raises(UnavailableError, match="opening took longer"):
        OneThread("it", make, LIMIT)
    resource.gate.open()
    assert resource.closed.wait(DEADLINE)
    other = Resource()
    handle = OneThread("other", lambda: other, LIMIT)
    other.gate.shut()
    with pytest.raises(UnavailableError, match="closing took longer"):
        handle.close()
    other.gate.open()
    assert other.closed.wait(DEADLINE)
