"""Orphans: sessions that are left open by a creator who is dead."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import Outcome
from session_sharing.errors import SessionExistsError, UnavailableError
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION
NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH


@pytest.fixture
def orphan(driver: RegistryDriver) -> str:
    """Return the name of a session that client a left open before it died."""
    created = driver.initialize("a", NEW_DETACH)
    driver.opened()
    driver.release(created)
    driver.registry.lose("a")
    return created.got.session_name


def take_over(driver: RegistryDriver, orphan: str, client: str = "b") -> InitializeCall:
    """Let a client take over; the close and the open have ended when this returns."""
    call = driver.initialize(client, NEW, take_over=orphan)
    driver.closed()
    driver.opened()
    return call


@pytest.mark.parametrize("behavior", [NEW, NEW_DETACH])
def test_it_is_closed_first(driver: RegistryDriver, orphan: str, behavior: Behavior) -> None:
    """1 and 3 close the orphan, wait for that, create anew, and say what they took over."""
    told = driver.registry.information(orphan)
    call = driver.initialize("b", behavior, take_over=orphan)
    assert driver.closing == {orphan}
    assert call.answer is None
    driver.closed()
    driver.opened()
    assert call.got.new_session
    assert call.got.session_name != orphan
    assert call.got.took_over is not None
    assert call.got.took_over.public_id == told.public_id
    assert "its creator is dead (an orphan)" in str(call.got.took_over)
    closed = driver.registry.information(orphan)
    assert closed.closed_by.startswith("b.py (process 100 on host, user ann), which took it over")


@pytest.mark.parametrize("behavior", [0, 2, 4])
def test_attaching_behaviors_attach(driver: RegistryDriver, orphan: str, behavior: int) -> None:
    """0, 2 and 4 attach to an orphan as to any session."""
    call = driver.initialize("b", Behavior(behavior), take_over=orphan)
    assert (call.got.session_name, call.got.took_over) == (orphan, None)


def test_a_session_whose_creator_is_connected_is_no_orphan(
    driver: RegistryDriver, orphan: str
) -> None:
    """A creator that is taken for dead, and has come back since, keeps its session."""
    driver.connect("a")
    assert isinstance(driver.initialize("b", NEW, take_over=orphan).error, SessionExistsError)
    assert not driver.closing


def test_a_session_that_is_held_is_no_orphan(driver: RegistryDriver, orphan: str) -> None:
    """Who attaches before the take-over is decided keeps the session."""
    driver.initialize("c")
    assert isinstance(driver.initialize("b", NEW, take_over=orphan).error, SessionExistsError)


def test_another_session_is_not_taken_for_it(driver: RegistryDriver, orphan: str) -> None:
    """What came in the place of the orphan since the engine looked is not closed."""
    first = take_over(driver, orphan)
    driver.initialize("b", NEW_DETACH, key="other")
    driver.opened("other")
    driver.release(first)
    driver.closed()
    second = driver.initialize("b", NEW_DETACH)
    driver.opened()
    driver.release(second)
    assert isinstance(driver.initialize("c", NEW, take_over=orphan).error, SessionExistsError)
    assert driver.closing == set()


def test_it_is_not_done_unasked(driver: RegistryDriver, orphan: str) -> None:
    """Without the option an orphan is in the way; the error names command and option."""
    error = driver.initialize("b", NEW).error
    assert isinstance(error, SessionExistsError)
    assert "python -m session_sharing close" in error.message
    assert "take_over_orphan" in error.message


def test_one_of_many_takes_it_over(driver: RegistryDriver, orphan: str) -> None:
    """Of two clients that take over at the same instant the first wins; the other is told so."""
    calls = [driver.initialize(client, NEW, take_over=orphan) for client in ("b", "c")]
    driver.closed()
    driver.opened()
    assert calls[0].got.took_over is not None
    assert isinstance(calls[1].error, SessionExistsError)
    assert "created by b.py" in calls[1].error.message


def test_the_answer_is_the_same_when_repeated(driver: RegistryDriver, orphan: str) -> None:
    """A repeated call says again what was taken over, after a restart too."""
    call = driver.initialize("b", NEW, take_over=orphan)
    driver.repeat(call.request)
    driver.closed()
    driver.opened()
    plain = driver.initialize("b", NEW, attachment=call.request.attachment_id)
    driver.restart()
    driver.connect("b")
    assert plain.got == driver.repeat(call.request).got == call.got
    assert call.got.took_over is not None


def test_a_close_that_fails_does_not_stop_it(driver: RegistryDriver, orphan: str) -> None:
    """An orphan whose handle cannot be closed well frees its resource all the same."""
    call = driver.initialize("b", NEW, take_over=orphan)
    driver.closed(error=UnavailableError("no disk"))
    driver.opened()
    assert call.got.new_session


def test_who_takes_over_holds_like_any_other(driver: RegistryDriver, orphan: str) -> None:
    """What was created in the place of an orphan ends by its own behaviour."""
    released = driver.release(take_over(driver, orphan))
    driver.closed()
    assert released.released.outcome is Outcome.CLOSED
