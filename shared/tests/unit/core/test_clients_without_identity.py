"""The clients of NI's door, who make no attachment."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import Outcome
from session_sharing.errors import SessionExistsError, SessionNotFoundError, UnavailableError
from session_sharing.testing.registry_driver import RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION
ATTACH = Behavior.ATTACH_TO_SERVER_SESSION


def open_anonymously(driver: RegistryDriver) -> str:
    """Let a client without identity create a session; return its name."""
    created = driver.initialize("", NEW)
    driver.opened()
    assert created.got.new_session
    return created.got.session_name


def test_it_is_counted_nowhere(driver: RegistryDriver) -> None:
    """Its session has no attachment and is listed as created by a client without identity."""
    name = open_anonymously(driver)
    session = driver.registry.information(name)
    assert session.attachments == ()
    assert session.created_by is None
    assert "created by a client without identity" in str(session)


def test_it_follows_the_table(driver: RegistryDriver) -> None:
    """It creates, attaches and is refused like everybody else."""
    assert isinstance(driver.initialize("", ATTACH).error, SessionNotFoundError)
    name = open_anonymously(driver)
    assert isinstance(driver.initialize("", NEW).error, SessionExistsError)
    for behavior in (Behavior.AUTO, ATTACH):
        again = driver.initialize("", behavior)
        assert (again.got.session_name, again.got.new_session) == (name, False)


def test_it_closes_at_once_where_nobody_is_attached(driver: RegistryDriver) -> None:
    """Its CloseFile is answered when the handle is closed."""
    name = open_anonymously(driver)
    driver.initialize("", Behavior.AUTO)
    closed = driver.close_anonymously(name)
    assert closed.answer is None
    driver.closed()
    assert closed.released.outcome is Outcome.CLOSED


def test_its_failed_close_is_an_error(driver: RegistryDriver) -> None:
    """Who closes learns that closing failed."""
    closed = driver.close_anonymously(open_anonymously(driver))
    driver.closed(error=UnavailableError("disk away"))
    assert closed.error.message == "disk away"


def test_it_waits_for_those_who_are_attached(driver: RegistryDriver) -> None:
    """Its CloseFile is answered at once while others hold; the last of them closes."""
    name = open_anonymously(driver)
    held = driver.initialize("a")
    assert driver.close_anonymously(name).released.outcome is Outcome.CLOSE_PENDING
    driver.begin_operation(name, held.request.attachment_id)
    driver.end_operation(name)
    driver.release(held, session_name=name)
    assert driver.closing == {name}
    assert driver.registry.information(name).closed_by == "a client without identity"


@pytest.mark.parametrize("moment", ["pending", "closing", "closed"])
def test_it_cannot_go_on_after_its_close(driver: RegistryDriver, moment: str) -> None:
    """Closing again, or logging after the close, is NOT_FOUND at every moment after it."""
    name = open_anonymously(driver)
    held = driver.initialize("a")
    driver.close_anonymously(name)
    if moment != "pending":
        driver.release(held)
    if moment == "closed":
        driver.closed()
    assert isinstance(driver.close_anonymously(name).error, SessionNotFoundError)
    with pytest.raises(SessionNotFoundError, match="a client without identity"):
        driver.begin_operation(name, "")


def test_it_may_initialize_again_while_its_close_is_pending(driver: RegistryDriver) -> None:
    """A new Initialize lets it use the session again; the pending close stays pending."""
    name = open_anonymously(driver)
    held = driver.initialize("a")
    driver.close_anonymously(name)
    assert driver.initialize("", Behavior.AUTO).got.session_name == name
    driver.begin_operation(name, "")
    driver.end_operation(name)
    assert driver.registry.information(name).close_pending
    assert driver.close_anonymously(name).released.outcome is Outcome.CLOSE_PENDING
    driver.release(held)
    assert driver.closing == {name}


def test_it_keeps_nothing_open(driver: RegistryDriver) -> None:
    """The last release closes the session under it, though not under its operations."""
    created = driver.initialize("a", NEW)
    driver.opened()
    name = created.got.session_name
    driver.initialize("", ATTACH)
    driver.begin_operation(name, "")
    driver.release(created)
    assert not driver.closing
    driver.end_operation(name)
    assert driver.closing == {name}
    with pytest.raises(SessionNotFoundError, match=r"closed at .* by a\.py"):
        driver.begin_operation(name, "")


def test_releases_of_others_do_not_shut_it_out(driver: RegistryDriver) -> None:
    """A pending close that another asked for does not end its use of the session."""
    created = driver.initialize("a", NEW)
    driver.opened()
    driver.initialize("b", ATTACH)
    driver.initialize("", ATTACH)
    driver.release(created)
    driver.begin_operation(created.got.session_name, "")


def test_one_that_goes_while_it_waits_disturbs_nobody(driver: RegistryDriver) -> None:
    """A call without identity can be withdrawn; an identical one of another client stays."""
    gone, other = driver.initialize("", NEW), driver.initialize("", Behavior.AUTO)
    driver.abandon(gone)
    driver.opened()
    assert other.got.new_session
    assert gone.answer is None


def test_sessions_without_identity_come_back(driver: RegistryDriver, from_snapshot: bool) -> None:
    """What a client without identity opened or closed is so after the restart."""
    opened = driver.initialize("")
    driver.opened()
    driver.initialize("a", ATTACH)
    driver.initialize("", key="other")
    driver.opened("other")
    driver.close_anonymously(opened.got.session_name)
    driver.restart(from_snapshot=from_snapshot)
    told = {session.resource_key: session for session in driver.registry.sessions()}
    assert told["log"].closed_by == "a client without identity"
    assert (told["log"].close_pending, told["other"].close_pending) == (True, False)
    assert told["other"].created_by is None
    with pytest.raises(SessionNotFoundError):
        driver.begin_operation(opened.got.session_name, "")
    driver.connect("b")
    assert driver.initialize("b", NEW, key="other").error.session is not None


def test_a_session_that_opened_anew_without_identity_stays_so(driver: RegistryDriver) -> None:
    """Who opened again, without identity, what its kind had closed can use it after a restart."""
    driver.initialize("a")
    driver.opened()
    name = driver.initialize("").got.session_name
    driver.close_anonymously(name)
    driver.initialize("")
    driver.restart()
    driver.begin_operation(name, "")
