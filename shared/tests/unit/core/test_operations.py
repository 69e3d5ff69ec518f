"""Operations: they hold their session, and are refused to whoever may not use it."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.errors import AttachmentEndedError, SessionNotFoundError
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION
NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH


@pytest.fixture
def held(driver: RegistryDriver) -> InitializeCall:
    """Return client a's hold on a session that it created."""
    created = driver.initialize("a", NEW)
    driver.opened()
    return created


def test_the_session_closes_after_its_last_operation(
    driver: RegistryDriver, held: InitializeCall
) -> None:
    """An accepted operation finishes before the handle closes; a later one is refused."""
    name, attachment = held.got.session_name, held.request.attachment_id
    driver.begin_operation(name, attachment)
    driver.begin_operation(name, attachment)
    released = driver.release(held)
    driver.end_operation(name)
    assert not driver.closing
    with pytest.raises(SessionNotFoundError):
        driver.begin_operation(name, attachment)
    driver.end_operation(name)
    assert driver.closing == {name}
    assert released.answer is None


def test_operations_that_ended_do_not_close(driver: RegistryDriver, held: InitializeCall) -> None:
    """The end of an operation closes nothing unless the session is closing."""
    driver.begin_operation(held.got.session_name, held.request.attachment_id)
    driver.end_operation(held.got.session_name)
    assert not driver.closing


def test_one_resource_waits_for_its_own_operations_only(
    driver: RegistryDriver, held: InitializeCall
) -> None:
    """An operation on one session does not keep another one open."""
    other = driver.initialize("a", NEW, key="other")
    driver.opened("other")
    driver.begin_operation(held.got.session_name, held.request.attachment_id)
    driver.release(other)
    assert driver.closing == {other.got.session_name}


@pytest.mark.parametrize("moment", ["closing", "closed"])
def test_a_late_operation_learns_who_closed_and_when(
    driver: RegistryDriver, held: InitializeCall, moment: str
) -> None:
    """An operation after the close gets NOT_FOUND: closed by whom, when, and what to do."""
    driver.advance(60)
    driver.release(held)
    if moment == "closed":
        driver.closed()
    with pytest.raises(SessionNotFoundError) as caught:
        driver.begin_operation(held.got.session_name, held.request.attachment_id)
    text = caught.value.message
    assert "closed at 2024-05-06 07:09:09 UTC by a.py (process 100 on host, user ann)" in text
    assert "Initialize again" in text
    assert caught.value.session is not None
    assert caught.value.resource_name == "log.txt"


def test_an_unknown_session_is_not_found(driver: RegistryDriver, held: InitializeCall) -> None:
    """A session name that never was gets NOT_FOUND with the command that lists the others."""
    with pytest.raises(SessionNotFoundError, match="python -m session_sharing list"):
        driver.begin_operation("nonsense", held.request.attachment_id)


def test_an_attachment_opens_no_other_session(driver: RegistryDriver, held: InitializeCall) -> None:
    """An attachment is good for its own session only."""
    other = driver.initialize("b", NEW, key="other")
    driver.opened("other")
    with pytest.raises(AttachmentEndedError):
        driver.begin_operation(other.got.session_name, held.request.attachment_id)
    with pytest.raises(AttachmentEndedError):
        driver.begin_operation(other.got.session_name, "never made")


def test_a_released_attachment_is_refused_while_the_session_lives(driver: RegistryDriver) -> None:
    """Who released the session cannot use it any more, and is told when that was."""
    released = driver.initialize("a", NEW_DETACH)
    driver.opened()
    driver.release(released)
    with pytest.raises(AttachmentEndedError, match=r"released at 2024-05-06 07:08:09 UTC"):
        driver.begin_operation(released.got.session_name, released.request.attachment_id)


def test_use_is_remembered(driver: RegistryDriver, held: InitializeCall) -> None:
    """The time of the last use is that of the last accepted operation."""
    driver.advance(30)
    driver.begin_operation(held.got.session_name, held.request.attachment_id)
    used = driver.now
    driver.advance(30)
    with pytest.raises(AttachmentEndedError):
        driver.begin_operation(held.got.session_name, "never made")
    assert driver.registry.information(held.got.session_name).last_used_at == used


def test_the_highest_stored_number_is_kept(driver: RegistryDriver, held: InitializeCall) -> None:
    """Repeating an Initialize tells the highest record number stored for the attachment."""
    attachment = held.request.attachment_id
    for number in (1, 7, 3):
        driver.registry.stored(attachment, number)
    driver.registry.stored("never made", 99)
    assert driver.repeat(held.request).got.last_record_number == 7
    [listed] = driver.registry.information(held.got.session_name).attachments
    assert listed.last_record_number == 7
    assert driver.initialize("a").got.last_record_number == 0
