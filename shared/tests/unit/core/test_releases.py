"""How attachments are let go: modes, pending closes, and repeated, early or foreign releases."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import Outcome, ReleaseMode
from session_sharing.errors import (
    AttachmentEndedError,
    InvalidRequestError,
    SessionNotFoundError,
    UnavailableError,
)
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION
ATTACH = Behavior.ATTACH_TO_SERVER_SESSION
NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH
ASK, LEAVE = ReleaseMode.ASK_TO_CLOSE, ReleaseMode.LEAVE_OPEN


def open_by_a(driver: RegistryDriver, behavior: Behavior) -> InitializeCall:
    """Let client a create a session."""
    created = driver.initialize("a", behavior)
    driver.opened()
    return created


@pytest.mark.parametrize("behavior", [Behavior.AUTO, NEW, NEW_DETACH])
def test_close_and_detach_overrule_the_behavior(driver: RegistryDriver, behavior: Behavior) -> None:
    """`close()` asks to close and `detach()` never does, whatever the behaviour."""
    assert driver.release(open_by_a(driver, behavior), LEAVE).released.outcome is Outcome.LEFT_OPEN
    closer = driver.release(driver.initialize("b", ATTACH), ASK)
    driver.closed()
    assert closer.released.outcome is Outcome.CLOSED


def test_a_pending_close_is_never_withdrawn(driver: RegistryDriver) -> None:
    """Once somebody asked, the session closes with its last holder, even if that one detaches."""
    created = open_by_a(driver, NEW)
    holder = driver.initialize("b", ATTACH)
    assert driver.release(created).released.outcome is Outcome.CLOSE_PENDING
    late = driver.initialize("c", Behavior.AUTO)
    assert driver.release(holder, LEAVE).released.outcome is Outcome.CLOSE_PENDING
    last = driver.release(late, LEAVE)
    driver.closed()
    assert last.released.outcome is Outcome.CLOSED


def test_who_asked_first_is_who_closed(driver: RegistryDriver) -> None:
    """A second wish to close does not hide who asked first."""
    created = open_by_a(driver, NEW)
    second, last = driver.initialize("b", ATTACH), driver.initialize("c", ATTACH)
    driver.release(created)
    driver.release(second, ASK)
    driver.release(last)
    assert "a.py" in driver.registry.information("session-1").closed_by


def test_one_release_of_a_client_leaves_its_other_holds(driver: RegistryDriver) -> None:
    """A client may hold a session more than once; each hold counts by itself."""
    created = open_by_a(driver, NEW)
    again = driver.initialize("a", Behavior.AUTO)
    assert driver.release(created).released.outcome is Outcome.CLOSE_PENDING
    driver.release(again)
    assert driver.closing == {"session-1"}


# Repeated


def test_repeating_a_release_gives_the_same_answer(driver: RegistryDriver) -> None:
    """A repeated release that left open, or whose close is pending, is answered as before."""
    first = open_by_a(driver, NEW_DETACH)
    second = driver.initialize("b", ATTACH)
    driver.initialize("c", ATTACH)
    assert driver.release(first).released.outcome is Outcome.LEFT_OPEN
    assert driver.release(second, ASK).released.outcome is Outcome.CLOSE_PENDING
    assert driver.release(first).released.outcome is Outcome.LEFT_OPEN
    assert driver.release(second, ASK).released.outcome is Outcome.CLOSE_PENDING


def test_a_repeated_release_names_those_who_hold_now(driver: RegistryDriver) -> None:
    """The answer of a repeated release shows the session as it is, not as it was."""
    first = open_by_a(driver, NEW)
    held = [driver.initialize(client, ATTACH) for client in ("b", "c")]
    driver.release(first)
    driver.release(held[0])
    session = driver.release(first).released.session
    assert session is not None
    assert [held.holder.program for held in session.attachments] == ["c.py"]


def test_a_release_that_left_open_stays_so_when_others_close(driver: RegistryDriver) -> None:
    """A repeated release that left open neither waits for another's close nor gets its error."""
    first = open_by_a(driver, NEW_DETACH)
    driver.release(first)
    driver.release(driver.initialize("b", ATTACH), ASK)
    assert driver.release(first).released.outcome is Outcome.LEFT_OPEN
    driver.closed(error=UnavailableError("disk away"))
    assert driver.release(first).released.outcome is Outcome.LEFT_OPEN


def test_a_repeated_closing_release_waits_too(driver: RegistryDriver) -> None:
    """A release repeated while the handle closes is answered when it is closed, and after it."""
    created = open_by_a(driver, NEW)
    first, second = driver.release(created), driver.release(created)
    assert second.answer is None
    driver.closed()
    third = driver.release(created)
    outcomes = [call.released.outcome for call in (first, second, third)]
    assert outcomes == [Outcome.CLOSED] * 3


def test_a_pending_close_that_came_true_is_closed(driver: RegistryDriver) -> None:
    """A release whose close was pending says `closed` when it is repeated after the close."""
    created = open_by_a(driver, NEW)
    holder = driver.initialize("b", ATTACH)
    driver.release(created)
    driver.release(holder)
    driver.closed()
    assert driver.release(created).released.outcome is Outcome.CLOSED


def test_a_failed_close_is_not_hidden_by_repeating(driver: RegistryDriver) -> None:
    """Who lost the answer of a release and repeats it learns that the closing failed."""
    created = open_by_a(driver, NEW)
    first = driver.release(created)
    driver.closed(error=UnavailableError("disk away", retry_delay=2.0))
    again = driver.release(created)
    assert first.error.message == again.error.message == "disk away"
    assert isinstance(again.error, UnavailableError)
    assert again.error.retry_delay == 2.0


def test_a_release_speaks_of_the_session_of_its_attachment(driver: RegistryDriver) -> None:
    """A repeated release that names a later session does not wait for that one's close."""
    created = open_by_a(driver, NEW)
    driver.release(created)
    driver.closed()
    later = driver.initialize("b", NEW)
    driver.opened()
    driver.release(later)
    again = driver.release(created, session_name=later.got.session_name)
    assert again.released.outcome is Outcome.CLOSED


# Early, unknown, foreign


def test_a_release_before_its_initialize_wins(driver: RegistryDriver) -> None:
    """An Initialize that is overtaken by its release never attaches."""
    late = driver.initialize("a", NEW, attachment="late")
    driver.abandon(late)
    driver.opened()
    driver.closed()
    assert driver.release(late).released.outcome is Outcome.LEFT_OPEN
    assert isinstance(driver.repeat(late.request).error, AttachmentEndedError)
    assert driver.registry.sessions() == []


def test_a_release_ends_an_initialize_that_waits(driver: RegistryDriver) -> None:
    """A waiting Initialize that is released is refused, and what it opened closes."""
    waiting = driver.initialize("a", NEW)
    assert driver.release(waiting).released.outcome is Outcome.LEFT_OPEN
    assert isinstance(waiting.error, AttachmentEndedError)
    assert driver.release(waiting).released.outcome is Outcome.LEFT_OPEN
    driver.opened()
    driver.closed()
    assert driver.registry.sessions() == []


def test_another_client_cannot_release(driver: RegistryDriver) -> None:
    """A client cannot end what another holds or waits for."""
    waiting = driver.initialize("a", NEW)
    assert isinstance(driver.release(waiting, client="b").error, InvalidRequestError)
    driver.opened()
    assert isinstance(driver.release(waiting, client="b").error, InvalidRequestError)
    driver.begin_operation(waiting.got.session_name, waiting.request.attachment_id)


@pytest.mark.parametrize(("client", "attachment"), [("a", ""), ("", "x"), ("", "")])
def test_a_release_without_identifiers_is_refused(
    driver: RegistryDriver, client: str, attachment: str
) -> None:
    """A release that names no client or no attachment is refused and harms nobody."""
    held = open_by_a(driver, NEW_DETACH)
    nameless = driver.initialize(client, attachment=attachment)
    assert isinstance(driver.release(nameless, client=client).error, InvalidRequestError)
    assert driver.initialize("").got.session_name == held.got.session_name


def test_releasing_an_unknown_session_is_refused_every_time(driver: RegistryDriver) -> None:
    """A release of a session that never was gets NOT_FOUND, also when it is repeated."""
    never = InitializeCall(request=driver.initialize("a", NEW).request)
    driver.abandon(never)
    for _ in range(2):
        released = driver.release(never, session_name="nonsense")
        assert isinstance(released.error, SessionNotFoundError)


def test_releasing_a_forgotten_attachment_of_a_closed_session(driver: RegistryDriver) -> None:
    """A session that is remembered as closed is closed, for whoever releases it."""
    created = open_by_a(driver, NEW)
    driver.release(created)
    driver.closed()
    stranger = driver.initialize("b", ATTACH)
    released = driver.release(stranger, session_name="session-1")
    assert released.released.outcome is Outcome.CLOSED
