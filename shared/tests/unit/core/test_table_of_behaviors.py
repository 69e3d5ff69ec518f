"""Every row of the table of behaviours, in every state that a resource can be in."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import EventKind, Outcome
from session_sharing.errors import SessionExistsError, SessionNotFoundError
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

AUTO = Behavior.AUTO
NEW = Behavior.INITIALIZE_SERVER_SESSION
ATTACH = Behavior.ATTACH_TO_SERVER_SESSION
NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH
ATTACH_CLOSE = Behavior.ATTACH_TO_SESSION_THEN_CLOSE

CREATING = [AUTO, NEW, NEW_DETACH]
ATTACHING = [AUTO, ATTACH, ATTACH_CLOSE]
ONLY_CREATING = [NEW, NEW_DETACH]
ONLY_ATTACHING = [ATTACH, ATTACH_CLOSE]


def open_by_a(driver: RegistryDriver, behavior: Behavior = NEW_DETACH) -> InitializeCall:
    """Let client a create a session."""
    created = driver.initialize("a", behavior)
    driver.opened()
    return created


@pytest.mark.parametrize("behavior", CREATING)
def test_creates_where_no_session_is_open(driver: RegistryDriver, behavior: Behavior) -> None:
    """0, 1 and 3 create a session, and are answered when its resource is open."""
    call = driver.initialize("a", behavior)
    assert call.answer is None
    driver.opened()
    assert (call.got.session_name, call.got.new_session) == ("session-1", True)
    assert driver.told() == [EventKind.OPENING, EventKind.OPENED, EventKind.ATTACHED]


@pytest.mark.parametrize("behavior", ONLY_ATTACHING)
def test_has_nothing_to_attach_to(driver: RegistryDriver, behavior: Behavior) -> None:
    """2 and 4 are refused at once where no session is open, and nothing is opened."""
    assert isinstance(driver.initialize("a", behavior).error, SessionNotFoundError)
    assert not driver.opening
    assert driver.registry.sessions() == []


@pytest.mark.parametrize("behavior", ATTACHING)
def test_attaches_where_a_session_is_open(driver: RegistryDriver, behavior: Behavior) -> None:
    """0, 2 and 4 attach to the open session at once, and did not create it."""
    created = open_by_a(driver)
    call = driver.initialize("b", behavior)
    assert call.got.session_name == created.got.session_name
    assert not call.got.new_session


@pytest.mark.parametrize("behavior", ONLY_CREATING)
def test_finds_another_session_open(driver: RegistryDriver, behavior: Behavior) -> None:
    """1 and 3 are refused where another client's session is open, held or not."""
    created = open_by_a(driver)
    assert isinstance(driver.initialize("b", behavior).error, SessionExistsError)
    driver.release(created)
    assert isinstance(driver.initialize("b", behavior).error, SessionExistsError)


@pytest.mark.parametrize("behavior", ATTACHING)
def test_attaches_after_the_opening(driver: RegistryDriver, behavior: Behavior) -> None:
    """0, 2 and 4 that arrive while the session opens wait, and attach to it."""
    driver.initialize("a", NEW_DETACH)
    call = driver.initialize("b", behavior)
    assert call.answer is None
    driver.opened()
    assert (call.got.session_name, call.got.new_session) == ("session-1", False)


@pytest.mark.parametrize("behavior", ONLY_CREATING)
def test_loses_the_race_to_open(driver: RegistryDriver, behavior: Behavior) -> None:
    """1 and 3 that arrive while another's session opens wait, and are refused when it is open."""
    driver.initialize("a", AUTO)
    call = driver.initialize("b", behavior)
    assert call.answer is None
    driver.opened()
    assert isinstance(call.error, SessionExistsError)


@pytest.mark.parametrize("behavior", Behavior)
def test_is_decided_afresh_after_the_closing(driver: RegistryDriver, behavior: Behavior) -> None:
    """Whoever arrives while the session closes waits, and then finds no session."""
    driver.release(open_by_a(driver, NEW))
    call = driver.initialize("b", behavior)
    assert call.answer is None
    assert not driver.opening
    driver.closed()
    if behavior in CREATING:
        driver.opened()
        assert (call.got.session_name, call.got.new_session) == ("session-2", True)
    else:
        assert isinstance(call.error, SessionNotFoundError)
        assert not driver.opening


@pytest.mark.parametrize("behavior", ATTACHING)
def test_attaches_while_a_close_is_pending(driver: RegistryDriver, behavior: Behavior) -> None:
    """0, 2 and 4 attach to a session that waits for its last holder to go, and keep it open."""
    created = open_by_a(driver, NEW)
    holder = driver.initialize("b", ATTACH)
    driver.release(created)
    late = driver.initialize("c", behavior)
    assert late.got.session_name == created.got.session_name
    driver.release(holder)
    assert not driver.closing
    driver.begin_operation(late.got.session_name, late.request.attachment_id)


@pytest.mark.parametrize("behavior", ONLY_CREATING)
@pytest.mark.parametrize("client", ["a", "c"])
def test_cannot_create_while_a_close_is_pending(
    driver: RegistryDriver, behavior: Behavior, client: str
) -> None:
    """1 and 3 are refused while a close is pending, for the creator's other aliases too."""
    created = open_by_a(driver, NEW)
    driver.initialize("a", ATTACH, alias="kept")
    driver.release(created)
    refused = driver.initialize(client, behavior, alias="other")
    assert isinstance(refused.error, SessionExistsError)


RELEASES = [
    (AUTO, True, Outcome.CLOSED),
    (AUTO, False, Outcome.LEFT_OPEN),
    (NEW, True, Outcome.CLOSED),
    (ATTACH, False, Outcome.LEFT_OPEN),
    (NEW_DETACH, True, Outcome.LEFT_OPEN),
    (ATTACH_CLOSE, False, Outcome.CLOSED),
]


def attach_alone(driver: RegistryDriver, behavior: Behavior, *, creates: bool) -> InitializeCall:
    """Let client b hold a session alone, which it created or not."""
    if creates:
        alone = driver.initialize("b", behavior)
        driver.opened()
        return alone
    created = open_by_a(driver, NEW_DETACH)
    alone = driver.initialize("b", behavior)
    driver.release(created)
    return alone


@pytest.mark.parametrize(("behavior", "creates", "outcome"), RELEASES)
def test_the_last_release_follows_the_table(
    driver: RegistryDriver, behavior: Behavior, creates: bool, outcome: Outcome
) -> None:
    """The last column of the table says what becomes of a session that nobody else holds."""
    released = driver.release(attach_alone(driver, behavior, creates=creates))
    if outcome is Outcome.CLOSED:
        assert released.answer is None, "answered before the handle was closed"
        driver.closed()
        assert driver.registry.sessions() == []
    assert released.released.outcome is outcome
    assert bool(driver.handles) is (outcome is Outcome.LEFT_OPEN)


@pytest.mark.parametrize(("behavior", "creates", "outcome"), RELEASES)
def test_expiry_follows_the_table(
    driver: RegistryDriver, behavior: Behavior, creates: bool, outcome: Outcome
) -> None:
    """A client that died releases its attachment exactly as if it had released it itself."""
    attach_alone(driver, behavior, creates=creates)
    driver.expire("b")
    assert bool(driver.closing) is (outcome is Outcome.CLOSED)


@pytest.mark.parametrize(("behavior", "creates", "outcome"), RELEASES)
def test_a_release_with_other_holders_follows_the_table(
    driver: RegistryDriver, behavior: Behavior, creates: bool, outcome: Outcome
) -> None:
    """Where the table closes, other holders make the close pending, and the answer names them."""
    alone = attach_alone(driver, behavior, creates=creates)
    driver.initialize("c", ATTACH)
    released = driver.release(alone).released
    pending = outcome is Outcome.CLOSED
    assert released.outcome is (Outcome.CLOSE_PENDING if pending else Outcome.LEFT_OPEN)
    assert released.session is not None
    assert released.session.close_pending is pending
    assert [held.holder.program for held in released.session.attachments] == ["c.py"]
    assert not driver.closing
    assert (EventKind.CLOSE_PENDING in driver.told()) is pending
