"""Blocking work beside the event loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError as Cancelled

import pytest

from session_sharing.errors import ResourceExhaustedError
from session_sharing.service.threads import in_thread, tell_loop

LIMIT = 10.0


def test_result_and_name():
    """Work runs in a named daemon thread of its own, and its result comes back to the loop."""

    async def work() -> threading.Thread:
        return await in_thread("open data", threading.current_thread)

    thread = asyncio.run(work())
    assert (thread.name, thread.daemon) == ("open data", True)


def fail_with(error: BaseException) -> BaseException | None:
    """Return what comes back when work raises an error."""

    def fail() -> None:
        raise error

    async def work() -> BaseException | None:
        future = in_thread("fail", fail)
        await asyncio.wait([future], timeout=LIMIT)
        return future.exception()

    return asyncio.run(work())


def test_what_is_raised_comes_back():
    """An error reaches who waits as it is."""
    error = OSError("away")
    assert fail_with(error) is error


@pytest.mark.parametrize(
    "raised",
    [KeyboardInterrupt(), SystemExit(3), StopIteration(), asyncio.CancelledError(), Cancelled()],
    ids=repr,
)
def test_what_would_end_the_loop_or_its_future_comes_back_as_an_error(raised):
    """No work ends the service, or is never answered: it is an error of the work."""
    error = fail_with(raised)
    assert isinstance(error, RuntimeError)
    assert repr(raised) in str(error)
    assert error.__cause__ is raised


def test_no_thread_left(monkeypatch):
    """Where no thread can be started, who waits is told so at once, with a delay to try again."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)

    async def work() -> None:
        await asyncio.wait_for(in_thread("open data", lambda: None), LIMIT)

    with pytest.raises(ResourceExhaustedError, match="open data") as raised:
        asyncio.run(work())
    assert raised.value.retry_delay


def test_hanging_work_delays_no_other():
    """As many pieces of work as hang, the next one runs nevertheless."""
    going_on = threading.Event()

    async def work() -> str:
        hanging = [in_thread("hang", going_on.wait) for _ in range(40)]
        result = await asyncio.wait_for(in_thread("quick", lambda: "done"), LIMIT)
        assert not any(future.done() for future in hanging)
        going_on.set()
        await asyncio.wait_for(asyncio.gather(*hanging), LIMIT)
        return result

    assert asyncio.run(work()) == "done"


def test_result_that_nobody_awaits_is_dropped():
    """A result for which its caller did not wait does no harm, nor one that outlives the loop."""
    going_on, ended = threading.Event(), threading.Event()

    def work() -> None:
        going_on.wait(LIMIT)

    async def cancel() -> asyncio.AbstractEventLoop:
        in_thread("late", work).cancel()
        return asyncio.get_running_loop()

    loop = asyncio.run(cancel())
    going_on.set()
    tell_loop(loop, ended.set)
    assert not ended.is_set()
