"""Operators ask to close, and sessions that nobody holds are closed after a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import EventKind, Outcome
from session_sharing.errors import SessionNotFoundError, UnavailableError
from session_sharing.information import SessionState
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH


@pytest.fixture
def held(driver: RegistryDriver) -> InitializeCall:
    """Return client a's hold on a session that would be left open."""
    created = driver.initialize("a", NEW_DETACH)
    driver.opened()
    return created


def close_detached(driver: RegistryDriver, seconds: float) -> None:
    """Close what was not used for so long."""
    before = driver.now - timedelta(seconds=seconds)
    driver.carry_out(driver.registry.close_detached(before, driver.now))


def test_an_operator_takes_the_session_from_nobody(
    driver: RegistryDriver, held: InitializeCall
) -> None:
    """While it is held the answer says at once by whom; the last release closes it."""
    asked = driver.request_close(held.got.public_id, "bob, who says: disk swap")
    assert asked.released.outcome is Outcome.CLOSE_PENDING
    assert asked.released.session is not None
    assert "a.py" in asked.released.session.holders()
    assert "bob, who says: disk swap asked to close it" in str(asked.released.session)
    assert driver.told()[-1] is EventKind.CLOSE_PENDING
    driver.begin_operation(held.got.session_name, held.request.attachment_id)
    driver.end_operation(held.got.session_name)
    driver.release(held)
    assert driver.closing == {held.got.session_name}


def test_what_nobody_holds_closes_at_once(driver: RegistryDriver, held: InitializeCall) -> None:
    """The operator is answered when it is closed, with the error if that failed."""
    driver.release(held)
    asked = [driver.request_close(held.got.public_id) for _ in range(2)]
    assert driver.closing == {held.got.session_name}
    assert [call.answer for call in asked] == [None, None]
    driver.closed(error=UnavailableError("no disk"))
    assert [call.error.message for call in asked] == ["no disk", "no disk"]


def test_asking_twice_is_told_once(driver: RegistryDriver, held: InitializeCall) -> None:
    """Who asked first is remembered; watchers hear of a pending close once."""
    asked = [driver.request_close(held.got.public_id, who) for who in ("bob", "eve")]
    assert all(call.released.outcome is Outcome.CLOSE_PENDING for call in asked)
    assert driver.told().count(EventKind.CLOSE_PENDING) == 1
    [session] = driver.registry.sessions()
    assert session.closed_by == "bob"


def test_it_survives_a_restart(driver: RegistryDriver, held: InitializeCall) -> None:
    """A session that an operator asked to close closes after a restart as well."""
    driver.request_close(held.got.public_id)
    driver.restart()
    driver.release(held)
    assert driver.closing == {held.got.session_name}


def test_only_what_is_open_can_be_asked_to_close(driver: RegistryDriver) -> None:
    """An unknown id is NOT_FOUND; a session that is opening is UNAVAILABLE, and stays."""
    with pytest.raises(SessionNotFoundError, match="python -m session_sharing list"):
        driver.request_close("nonsense")
    waiting = driver.initialize("a")
    [session] = driver.registry.sessions()
    with pytest.raises(UnavailableError, match="still opening"):
        driver.request_close(session.public_id)
    driver.opened()
    assert waiting.got.new_session


@pytest.mark.parametrize("visitor", [False, True])
def test_a_client_without_identity_loses_nothing(
    driver: RegistryDriver, from_snapshot: bool, visitor: bool
) -> None:
    """What it opened is pending until it closes it, whoever comes and goes, restarts or not."""
    opened = driver.initialize("", Behavior.INITIALIZE_SERVER_SESSION)
    driver.opened()
    asked = driver.request_close(opened.got.public_id, "bob")
    assert asked.released.outcome is Outcome.CLOSE_PENDING
    assert asked.released.session is not None
    assert "the client without identity that opened it" in asked.released.session.holders()
    assert "--force" in asked.released.session.how_to_close()
    assert driver.told()[-1] is EventKind.CLOSE_PENDING
    driver.restart(from_snapshot=from_snapshot)
    if visitor:
        driver.connect("a")
        driver.release(driver.initialize("a", Behavior.ATTACH_TO_SERVER_SESSION))
    driver.begin_operation(opened.got.session_name, "")
    driver.end_operation(opened.got.session_name)
    assert not driver.closing
    driver.close_anonymously(opened.got.session_name)
    assert driver.closing == {opened.got.session_name}


def test_who_insists_closes_under_a_client_without_identity(driver: RegistryDriver) -> None:
    """After a polite close, a release that asks to close, or force, closes as it ever does."""
    opened = [driver.initialize("", key=key) for key in ("log", "other")]
    for call in opened:
        driver.opened(call.request.key)
        driver.request_close(call.got.public_id)
    driver.release(driver.initialize("a", Behavior.ATTACH_TO_SESSION_THEN_CLOSE))
    driver.force_close(opened[1].got.public_id)
    assert driver.closing == {call.got.session_name for call in opened}


def test_what_a_client_without_identity_opened_is_not_closed_after_a_time(
    driver: RegistryDriver,
) -> None:
    """It may be in use, however long ago its last use is; once it was closed for its kind, not."""
    opened = driver.initialize("", Behavior.INITIALIZE_SERVER_SESSION)
    driver.opened()
    driver.advance(60)
    close_detached(driver, 0)
    assert not driver.closing
    driver.close_anonymously(opened.got.session_name)
    assert driver.closing == {opened.got.session_name}


def test_detached_sessions_are_closed_after_a_time(
    driver: RegistryDriver, held: InitializeCall
) -> None:
    """A session that nobody held or used for longer is closed, and says by whom and why."""
    driver.release(held)
    driver.advance(60)
    close_detached(driver, 60)
    assert driver.closing == set(), "not longer yet"
    close_detached(driver, 59)
    assert driver.closing == {held.got.session_name}
    told = driver.registry.information(held.got.session_name)
    assert told.closed_by == (
        "the service, as nobody held or used it since 2024-05-06 07:08:09 UTC"
    )
    close_detached(driver, 0)
    driver.closed()


@pytest.mark.parametrize("use", ["held", "operation", "used"])
def test_what_is_used_is_not_closed(driver: RegistryDriver, held: InitializeCall, use: str) -> None:
    """Who holds, opens or uses a session, if only without an attachment, keeps it."""
    if use != "held":
        driver.release(held)
    if use == "operation":
        driver.begin_operation(held.got.session_name, "")
    driver.initialize("b", key="slow")
    driver.advance(60)
    if use == "used":
        driver.begin_operation(held.got.session_name, "")
        driver.end_operation(held.got.session_name)
    close_detached(driver, 30)
    told = {session.resource_key: session.state for session in driver.registry.sessions()}
    assert told == {"log": SessionState.OPEN, "slow": SessionState.OPENING}


def test_a_restart_counts_as_a_use(driver: RegistryDriver, held: InitializeCall) -> None:
    """Uses without an attachment are not kept: after a restart the time begins again."""
    driver.release(held)
    driver.advance(60)
    driver.restart()
    driver.advance(30)
    close_detached(driver, 40)
    assert driver.closing == set()
    [session] = driver.registry.sessions()
    assert driver.now - session.last_used_at == timedelta(seconds=90), "people are told the truth"
    driver.advance(11)
    close_detached(driver, 40)
    assert driver.closing == {held.got.session_name}
