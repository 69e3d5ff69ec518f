"""Resources in a thread of their own: turns, and what is done about one that hangs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

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
        close_seconds: How long closing takes.
    """

    def __init__(self) -> None:
        self.gate = Gate()
        self.used: list[object] = []
        self.closed = threading.Event()
        self.close_seconds = 0.0

    def use(self, what: object) -> object:
        """Keep what it is used for."""
        self.gate.pass_through()
        self.used.append(what)
        return what

    def busy(self, seconds: float) -> None:
        """Take some time, as nothing ever sets what it waits for."""
        threading.Event().wait(seconds)

    def close(self) -> None:
        """Close it."""
        self.busy(self.close_seconds)
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


def test_each_operation_has_the_limit_for_itself(resource: Resource) -> None:
    """Callers who leave early take nothing of the time of those who come later.

    One that left while its operation runs keeps the turn for it; so who is next waits, and has its
    whole time then. Operations whose callers left before they began are never done.
    """
    handle = OneThread("it", lambda: resource, 0.8)

    async def work() -> None:
        asked = [asyncio.ensure_future(handle.run(_slowly(n, 0.5))) for n in range(3)]
        for one in asked:
            await asyncio.sleep(0.05)
            one.cancel()
        await asyncio.wait(asked)
        assert await handle.run(_slowly("innocent", 0.5)) == "innocent"

    asyncio.run(asyncio.wait_for(work(), DEADLINE))
    assert resource.used == [0, "innocent"]
    handle.close()


def test_turn_that_had_not_begun_is_taken_back(resource: Resource) -> None:
    """Who has the turn, but waits for something that was submitted, can still leave."""
    handle = OneThread("it", lambda: resource)

    async def work() -> None:
        resource.gate.shut()
        first = handle.submit(lambda it: it.use("first"))
        await asyncio.to_thread(resource.gate.wait_for_one)
        asked = asyncio.ensure_future(handle.run(lambda it: it.use("never")))
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.wait({asked})
        resource.gate.open()
        await asyncio.wrap_future(first)
        assert await handle.run(lambda it: it.use("next")) == "next"

    asyncio.run(asyncio.wait_for(work(), DEADLINE))
    assert resource.used == ["first", "next"]
    handle.close()


def test_hang_is_noticed_though_its_caller_left(resource: Resource) -> None:
    """A caller that waits shorter than the limit leaves no hanging resource behind unnoticed."""
    handle = OneThread("it", lambda: resource, LIMIT)

    async def work() -> None:
        resource.gate.shut()
        asked = asyncio.ensure_future(handle.run(lambda it: it.use("hang")))
        await asyncio.to_thread(resource.gate.wait_for_one)
        asked.cancel()
        with pytest.raises(UnavailableError, match=r"it hangs.*close the session and init"):
            await handle.run(lambda it: it.use("later"))

    asyncio.run(asyncio.wait_for(work(), DEADLINE))
    resource.gate.open()
    handle.submit(lambda it: it.used).result(DEADLINE)
    handle.close()  # It came back, so closing does.
    assert (resource.used, resource.closed.is_set()) == (["hang"], True)


def test_closing_has_its_own_time(resource: Resource) -> None:
    """What still runs when the session closes takes nothing of the time of closing."""
    handle = OneThread("it", lambda: resource, 0.8)
    running = handle.submit(_slowly("last", 0.5))
    resource.close_seconds = 0.5
    handle.close()
    assert (running.result(0), resource.closed.is_set()) == ("last", True)


def _slowly(what: object, seconds: float) -> Callable[[Resource], object]:
    """Return an operation that takes some time: that is what it is about."""

    def use(resource: Resource) -> object:
        resource.busy(seconds)
        return resource.use(what)

    return use


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
    with pytest.raises(UnavailableError, match="Its session is closed; it itself is let go"):
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
