"""Sessions of the last run whose resource does not open again, or slowly."""

from __future__ import annotations

import threading
import time

import pytest

from session_sharing.errors import ResourceReplacedError, UnavailableError
from session_sharing.service import executor, reopening
from session_sharing.testing.memory import MemoryDriver
from session_sharing.wire.status import error_from_call

LIMIT = 10.0
CLOSED, LEFT_OPEN = 1, 3


def error_of(call):
    """Return the error that a call ends with."""
    return error_from_call(call.exception(LIMIT))


class RefusingDriver(MemoryDriver):
    """A driver that does not open, as its share is away."""

    def __init__(self) -> None:
        super().__init__()
        self.open_error = OSError(5, "the share is away")


class LosingDriver(MemoryDriver):
    """A driver that makes anew what is missing, but not for a session of the last run."""

    def reopen(self, address: str) -> list[str]:
        """Refuse, until something is put back."""
        if self.open_error is not None:
            raise self.open_error
        return super().open(address)

    def open(self, address: str) -> list[str]:
        """Make a list."""
        self.open_error = None
        return super().open(address)


class SlowDriver(MemoryDriver):
    """A driver whose `slow` opens when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.going_on = threading.Event()
        self.calls: list[str] = []

    def open(self, address: str) -> list[str]:
        """Open a list; that of `slow` when it is let."""
        self.calls.append(f"open {address}")
        if address == "slow":
            self.going_on.wait(LIMIT)
        return super().open(address)

    def close(self, handle: list[str]) -> None:
        """Close a list."""
        self.calls.append(f"close {handle[0]}")
        super().close(handle)


@pytest.fixture
def left(start_world):
    """Return what a service leaves that is killed, and its client with an attachment."""
    world = start_world()
    raw = world.raw()
    return raw, {name: raw.attach(name, 1) for name in ("data", "slow")}, world.after_kill


def is_broken(sessions):
    """Return whether every session is broken."""
    return all(told.broken for told in sessions)


def test_broken_session_is_told_tried_again_and_mended(start_world, left, monkeypatch):
    """A session that does not open is listed with the reason, which its calls get too.

    Every call tries again, but not at once after another try; when one succeeds all is well.
    """
    old, held, after_kill = left
    back = start_world(after_kill(), driver=RefusingDriver())
    raw = back.raw(old.client_id)
    back.until(is_broken)
    errors = [error_of(raw.start_touch(held["data"])) for _ in range(3)]
    assert {type(error) for error in errors} == {UnavailableError}
    assert all("the share is away" in error.message for error in errors)
    assert {error.retry_delay for error in errors} == {reopening.RETRY_SECONDS} == {1.0}
    assert back.driver.opened["data"] == 1, "not again within a second"
    assert "the share is away" in back.sessions()[0].broken
    back.driver.open_error = None
    assert raw.start_touch(raw.attach("other")).result(LIMIT), "the service works"
    # The second that has to pass is passed over.
    later = reopening.RETRY_SECONDS
    engine = back.service.engine
    for again in engine._executor._reopening.values():
        again._again_at -= later
    assert raw.start_touch(held["data"]).result(LIMIT) == held["data"]
    assert back.driver.opened["data"] == 2
    assert [bool(told.broken) for told in back.sessions()] == [False, True, False]


def test_broken_session_can_be_let_go(start_world, left):
    """Release and closing by force of a broken session work at once, and free the resource."""
    old, held, after_kill = left
    back = start_world(after_kill(), driver=RefusingDriver())
    raw = back.raw(old.client_id)
    back.until(is_broken)
    assert raw.start_release(held["data"]).result(LIMIT).outcome == CLOSED
    (slow,) = back.sessions()
    assert slow.resource_name == "slow"
    raw.start_force_close(slow.public_id, "test").result(LIMIT)
    assert back.sessions() == []
    back.driver.open_error = None
    assert raw.start_touch(raw.attach("data", 1)).result(LIMIT)
    assert back.driver.closed == {}, "there was no handle"


def test_slow_reopening_delays_only_its_own(start_world, left, monkeypatch):
    """While one resource opens slowly its calls wait, and everybody else goes on.

    Its session can be released meanwhile. The handle that comes later is closed before the
    resource is opened once more.
    """
    monkeypatch.setattr(executor, "CLOSE_PATIENCE", 0.05)
    old, held, after_kill = left
    back = start_world(after_kill(), driver=SlowDriver())
    raw = back.raw(old.client_id)
    waiting = raw.start_touch(held["slow"])
    assert raw.start_touch(held["data"]).result(LIMIT) == held["data"]
    assert not waiting.done()
    waiting.cancel()
    (closing,) = [told for told in back.sessions() if told.resource_name == "slow"]
    assert raw.start_release(held["slow"]).result(LIMIT).outcome == CLOSED
    assert closing.broken == ""
    again = raw.start_initialize("slow", 1)
    back.until(lambda sessions: len(sessions) == 2)
    assert back.driver.opened == {"data": 1}
    back.driver.going_on.set()
    assert again.result(LIMIT).new_session
    calls = [call for call in back.driver.calls if "slow" in call]
    assert calls == ["open slow", "close slow", "open slow"]


def test_stop_closes_a_handle_that_comes_late(start_world, left):
    """A service that is stopped while it still opens a resource closes that too, and loses nothing.

    The next run has the session again.
    """
    old, held, after_kill = left
    back = start_world(after_kill(), driver=SlowDriver())
    back.service.stop()
    back.eventually(back.service.engine.stopping.is_set)
    back.driver.going_on.set()
    back.service.__exit__(None, None, None)
    assert back.driver.closed == {"data": 1, "slow": 1}
    third = start_world(back.folder)
    assert third.raw(old.client_id).start_touch(held["slow"]).result(LIMIT) == held["slow"]


def test_call_that_waits_for_the_handle_gets_it(start_world, left):
    """A call that comes before the resource is open again waits, and then works."""
    old, held, after_kill = left
    back = start_world(after_kill(), driver=SlowDriver())
    raw = back.raw(old.client_id)
    touching = [raw.start_touch(held["slow"]) for _ in range(3)]
    assert raw.start_touch(held["data"]).result(LIMIT)
    started = time.monotonic()
    back.driver.going_on.set()
    assert [call.result(LIMIT) for call in touching] == [held["slow"]] * 3
    assert time.monotonic() - started < 1.0, "as soon as it is open"
    assert back.driver.opened["slow"] == 1


def test_session_whose_resource_is_gone_is_told_so_and_makes_room(start_world, left):
    """What is lost is not made anew under a session: its calls say so, it closes, another begins.

    That is no reason to wait, so it is no `UnavailableError`.
    """
    raw, held, killed = left
    driver = LosingDriver()
    driver.open_error = ResourceReplacedError("The log was deleted.")
    back = start_world(killed(), driver=driver)
    raw = back.raw(raw.client_id)
    error = error_of(raw.start_touch(held["data"]))
    assert type(error) is ResourceReplacedError
    assert error.message == "The log was deleted."
    assert all(told.broken == error.message for told in back.sessions())
    assert driver.opened == {}
    assert raw.start_release(held["data"]).result(LIMIT).outcome == CLOSED
    assert raw.start_initialize("data", 3).result(LIMIT).new_session
    assert driver.opened == {"data": 1}
