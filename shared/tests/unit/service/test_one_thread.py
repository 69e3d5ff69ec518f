"""Resources with a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest

from session_sharing.errors import InternalError, ResourceExhaustedError, UnavailableError
from session_sharing.service import OneThread, OneThreadDriver, one_thread

DEADLINE = 10.0


class Resource:
    """Writes down which thread does what."""

    def __init__(self) -> None:
        self.told: list[tuple[str, threading.Thread]] = []
        self.do("open")

    def do(self, what: str) -> None:
        """Write down who does something."""
        self.told.append((what, threading.current_thread()))

    def close(self) -> None:
        """Be closed."""
        self.do("close")


def test_all_happens_in_one_thread_and_in_order():
    """A driver that belongs to one thread is opened, used and closed there, in the order asked."""
    handle = OneThread("resource X", Resource)
    resource = handle.submit(lambda resource: resource).result(DEADLINE)
    for number in range(20):
        handle.submit(lambda resource, number=number: resource.do(str(number)))
    handle.close()
    assert [what for what, _ in resource.told] == ["open", *map(str, range(20)), "close"]
    (thread,) = {thread for _, thread in resource.told}
    assert thread.name == "resource X"
    thread.join(DEADLINE)
    assert not thread.is_alive()


def test_closing_waits_for_what_runs_and_a_cancelled_call_is_not_begun():
    """What was accepted ends before the resource closes; what was taken back never begins."""
    handle = OneThread("resource X", Resource)
    began, go_on = threading.Event(), threading.Event()

    def hang(resource: Resource) -> Resource:
        began.set()
        go_on.wait(DEADLINE)
        resource.do("hang")
        return resource

    running, waiting = handle.submit(hang), handle.submit(lambda resource: resource.do("never"))
    assert began.wait(DEADLINE)
    assert waiting.cancel()
    closing = threading.Thread(target=handle.close)
    closing.start()
    go_on.set()
    closing.join(DEADLINE)
    assert [what for what, _ in running.result(0).told] == ["open", "hang", "close"]
    with pytest.raises(CancelledError):
        waiting.result(0)


def test_nothing_is_begun_behind_the_end():
    """Who comes after the closing is refused at once, and so is who waited for a turn till then."""
    handle = OneThread("resource X", Resource)

    async def come_late() -> None:
        began, go_on = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def work(_: Resource) -> None:
            loop.call_soon_threadsafe(began.set)
            go_on.wait(DEADLINE)

        first = asyncio.create_task(handle.run(work))
        await began.wait()
        second = asyncio.create_task(handle.run(work))
        end = handle._end()
        go_on.set()
        await asyncio.wait_for(asyncio.gather(first, asyncio.wrap_future(end)), DEADLINE)
        with pytest.raises(UnavailableError, match="is closed"):
            await asyncio.wait_for(second, DEADLINE)
        with pytest.raises(UnavailableError, match="is closed"):
            await asyncio.wait_for(handle.run(work), DEADLINE)

    asyncio.run(come_late())


def test_what_opening_raises_is_told_and_the_thread_ends():
    """A resource that cannot be opened leaves nothing behind."""
    threads: list[threading.Thread] = []

    def fail() -> Resource:
        threads.append(threading.current_thread())
        raise FileNotFoundError("it is not there")

    with pytest.raises(FileNotFoundError, match="not there"):
        OneThread("resource X", fail)
    threads[0].join(DEADLINE)
    assert not threads[0].is_alive()


def test_opening_that_returns_nothing_is_refused():
    """Who forgets the `return` learns it when the session opens, not from each operation."""
    with pytest.raises(InternalError, match=r"opens resource X returned None.*forgotten `return`"):
        OneThread("resource X", lambda: None)


@pytest.mark.parametrize("raised", [SystemExit(3), StopIteration(), CancelledError()], ids=repr)
def test_what_would_end_the_service_is_an_error_of_the_work(raised):
    """Work that raises what no task may see is answered, and the next one is done."""

    def fail(_resource: Resource) -> None:
        raise raised

    async def use() -> Resource:
        with pytest.raises(RuntimeError, match="The work raised"):
            await asyncio.wait_for(handle.run(fail), DEADLINE)
        return await asyncio.wait_for(handle.run(lambda resource: resource), DEADLINE)

    handle = OneThread("resource X", Resource)
    assert asyncio.run(use()).told
    handle.close()


def test_no_thread_left_is_told(monkeypatch):
    """Where no thread can be started the client is told to try again."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(one_thread.threading.Thread, "start", refuse)
    with pytest.raises(ResourceExhaustedError, match="no thread left"):
        OneThread("resource X", Resource)


def test_letter_case_makes_no_other_resource():
    """Names of instruments that differ in case only are one resource, opened by the name given."""
    driver = OneThreadDriver(lambda _address: Resource())
    located, other = driver.locate("Scope1"), driver.locate("SCOPE1")
    assert located.key == other.key
    assert (located.address, other.address) == ("Scope1", "SCOPE1")
