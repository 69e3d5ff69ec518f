"""The service dies and is started again: what was answered is still true."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import EventKind, Outcome, ReleaseMode
from session_sharing.errors import (
    AttachmentEndedError,
    ResourceExhaustedError,
    SessionNotFoundError,
    UnknownClientError,
)
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION
ATTACH = Behavior.ATTACH_TO_SERVER_SESSION
NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH


@pytest.fixture
def created(driver: RegistryDriver) -> InitializeCall:
    """Return client a's hold on a session that it created."""
    created = driver.initialize("a", NEW, alias="x")
    driver.opened()
    return created


def test_sessions_come_back_as_they_were(
    driver: RegistryDriver, created: InitializeCall, from_snapshot: bool
) -> None:
    """Name, public id, creator, times, holders and pending close survive; connections do not."""
    driver.advance(60)
    driver.initialize("b", ATTACH, alias="y")
    driver.release(created)
    [before] = driver.registry.sessions()
    driver.advance(60)
    driver.restart(from_snapshot=from_snapshot)
    [after] = driver.registry.sessions()
    assert [held.lost for held in after.attachments] == [True]
    driver.connect("b")
    assert driver.registry.sessions() == [before]
    assert before.close_pending
    assert driver.registry.information(created.got.session_name) == before


def test_resources_are_opened_again(driver: RegistryDriver, created: InitializeCall) -> None:
    """Each session that was open gets its handle back, and watchers are told."""
    slow = driver.initialize("b", key="slow")
    driver.restart()
    assert driver.handles == {created.got.session_name: "log"}
    assert driver.told()[-1] is EventKind.RECOVERED
    assert slow.answer is None
    driver.connect("b")
    again = driver.repeat(slow.request)
    driver.opened("slow")
    assert again.got.new_session, "what was opening was never there"


@pytest.mark.parametrize("behavior", [Behavior.AUTO, NEW, NEW_DETACH])
def test_initialize_repeated_after_it_has_the_same_answer(
    driver: RegistryDriver, behavior: Behavior, from_snapshot: bool
) -> None:
    """Repeating Initialize gives the same answer, `new_session` included."""
    calls = [driver.initialize("a", behavior), driver.initialize("b", Behavior.AUTO)]
    driver.opened()
    driver.restart(from_snapshot=from_snapshot)
    driver.connect("a", "b")
    assert [driver.repeat(call.request).got for call in calls] == [call.got for call in calls]
    assert [call.got.new_session for call in calls] == [True, False]


def test_an_answer_that_was_lost_is_given_once_more(driver: RegistryDriver) -> None:
    """An attachment that was kept, but never answered, is there for the repeated call."""
    first = driver.initialize("a", NEW)
    driver.opened()
    driver.restart()
    driver.abandon(first)  # The broken connection is noticed late: that is no release.
    driver.connect("a")
    assert driver.repeat(first.request).got.new_session


@pytest.mark.parametrize("others", [True, False])
@pytest.mark.parametrize("mode", ReleaseMode)
def test_release_repeated_after_it_has_the_same_answer(
    driver: RegistryDriver,
    created: InitializeCall,
    mode: ReleaseMode,
    others: bool,
    from_snapshot: bool,
) -> None:
    """A release that was answered is answered so again, and does nothing more."""
    if others:
        driver.initialize("b")
    released = driver.release(created, mode)
    if driver.closing:
        driver.closed()
    driver.restart(from_snapshot=from_snapshot)
    sessions = driver.registry.sessions()
    again = driver.release(created, mode)
    assert again.released.outcome is released.released.outcome
    assert driver.registry.sessions() == sessions


def test_a_close_that_was_cut_off_counts(driver: RegistryDriver, created: InitializeCall) -> None:
    """A session that was closing when the service died is closed."""
    released = driver.release(created)
    driver.restart()
    assert released.answer is None
    assert driver.release(created).released.outcome is Outcome.CLOSED
    assert driver.registry.sessions() == []
    driver.connect("b")
    with pytest.raises(SessionNotFoundError, match=r"closed at 2024-05-06 07:08:09 UTC by a\.py"):
        driver.begin_operation(created.got.session_name, created.request.attachment_id)


def test_how_closing_failed_is_told_again(
    driver: RegistryDriver, created: InitializeCall, from_snapshot: bool
) -> None:
    """The error with which a session closed is that of the repeated release too."""
    driver.release(created)
    driver.closed(error=ResourceExhaustedError("The disk is full."))
    driver.restart(from_snapshot=from_snapshot)
    error = driver.release(created).error
    assert (type(error), error.message) == (ResourceExhaustedError, "The disk is full.")


@pytest.mark.parametrize("holds", ["a and b", "a", "nobody"])
def test_every_behavior_ends_as_its_row_says(driver: RegistryDriver, holds: str) -> None:
    """A pending close happens after the restart, when the last attachment goes."""
    calls = [driver.initialize("a", NEW), driver.initialize("b", NEW_DETACH, key="left")]
    driver.opened()
    driver.opened("left")
    attached = driver.initialize("b", ATTACH)
    if holds != "a and b":
        driver.release(attached)
    if holds == "nobody":
        driver.release(calls[1])
    driver.restart()
    driver.release(calls[0])
    assert bool(driver.closing) is (holds != "a and b")
    driver.release(attached)
    driver.release(calls[1])
    assert driver.closing == {calls[0].got.session_name}, "what 3 created is left open"


def test_who_does_not_come_back_is_released(
    driver: RegistryDriver, created: InitializeCall
) -> None:
    """A client known from the journal alone expires as any other, and is told why."""
    driver.initialize("b", NEW_DETACH, key="left")
    driver.opened("left")
    driver.restart()
    assert driver.registry.lost_clients() == ["a", "b"]
    driver.connect("b")
    assert driver.registry.connected_clients() == ["b"]
    for client in ("a", "b"):
        driver.carry_out(driver.registry.expire(client, driver.now))
    assert driver.closing == {created.got.session_name}
    with pytest.raises(AttachmentEndedError, match="did not come back after the service was start"):
        driver.begin_operation(created.got.session_name, created.request.attachment_id)


def test_who_is_lost_after_it_came_back_is_told_so(
    driver: RegistryDriver, created: InitializeCall
) -> None:
    """Once a client came back, a later loss is not blamed on the restart."""
    driver.restart()
    driver.connect("a")
    driver.expire("a")
    with pytest.raises(AttachmentEndedError, match="longer than the grace time"):
        driver.begin_operation(created.got.session_name, created.request.attachment_id)


def test_what_was_taken_away_stays_so(
    driver: RegistryDriver, created: InitializeCall, from_snapshot: bool
) -> None:
    """A client that expired before the restart is refused after it, with when it expired."""
    driver.expire("a")
    driver.restart(from_snapshot=from_snapshot)
    assert not driver.registry.knows("a")
    driver.connect("a")
    refused = driver.repeat(created.request)
    assert isinstance(refused.error, AttachmentEndedError)
    assert "was taken away at 2024-05-06 07:08:09 UTC" in refused.error.message


def test_a_client_has_to_come_back_before_it_initializes(
    driver: RegistryDriver, created: InitializeCall
) -> None:
    """Attachments give their client time; a live stream is needed as ever."""
    driver.restart()
    assert isinstance(driver.repeat(created.request).error, UnknownClientError)
    driver.begin_operation(created.got.session_name, created.request.attachment_id)


def test_a_client_still_shares_what_it_created(
    driver: RegistryDriver, created: InitializeCall
) -> None:
    """The creator that came back attaches under another alias; a stranger does not."""
    driver.restart()
    driver.connect("a", "b")
    assert driver.initialize("a", NEW, alias="y").got.session_name == created.got.session_name
    assert "there is session" in driver.initialize("b", NEW, alias="z").error.message


def test_an_attachment_that_nobody_learned_of_is_not_kept(driver: RegistryDriver) -> None:
    """What was taken back before the restart does not hold the session after it."""
    driver.initialize("a", NEW_DETACH)
    driver.opened()
    given_up = driver.initialize("b")
    driver.abandon(given_up)
    driver.restart()
    assert driver.registry.lost_clients() == ["a"]
    driver.connect("b")
    assert driver.repeat(given_up.request).got.session_name == "session-1"


def test_only_an_empty_registry_is_restored(
    driver: RegistryDriver, created: InitializeCall
) -> None:
    """Restoring over open sessions would give one resource two of them."""
    with pytest.raises(ValueError, match="empty"):
        driver.registry.restore(driver.kept, driver.now)
    assert [each.public_id for each in driver.registry.sessions()] == [created.got.public_id]
