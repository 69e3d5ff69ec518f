"""Clients that are lost: within their grace time, and beyond it."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import EventKind, Outcome, ReleaseMode
from session_sharing.errors import AttachmentEndedError, UnknownClientError
from session_sharing.testing.registry_driver import RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION
NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH
EXPIRED = r"a\.py .* was taken away at 2024-05-06 07:09:09 UTC"


def test_a_client_that_comes_back_keeps_its_attachments(driver: RegistryDriver) -> None:
    """Within the grace time nothing is taken; once the client is back it cannot expire."""
    held = driver.initialize("a", NEW)
    driver.opened()
    assert driver.registry.lose("a")
    driver.begin_operation(held.got.session_name, held.request.attachment_id)
    driver.end_operation(held.got.session_name)
    driver.connect("a")
    driver.carry_out(driver.registry.expire("a", driver.now))
    assert driver.repeat(held.request).got.new_session


def test_a_lost_client_still_gets_what_it_waited_for(driver: RegistryDriver) -> None:
    """An Initialize that waits while the stream is away is served: the client may come back."""
    waiting = driver.initialize("a", NEW)
    assert driver.registry.lose("a")
    driver.opened()
    driver.connect("a")
    assert driver.repeat(waiting.request).got == waiting.got


def test_a_client_that_holds_nothing_is_forgotten_at_once(driver: RegistryDriver) -> None:
    """There is no grace time for a client that holds and awaits nothing."""
    assert not driver.registry.lose("a")
    assert not driver.registry.knows("a")
    assert not driver.registry.lose("a")
    assert driver.registry.knows("b")


def test_all_that_a_dead_client_held_is_released(driver: RegistryDriver) -> None:
    """Every attachment of a dead client goes by its own rule, and every wait of it ends."""
    driver.initialize("a", NEW)
    driver.opened()
    driver.initialize("a", NEW_DETACH, key="kept")
    driver.opened("kept")
    waiting = driver.initialize("a", NEW, key="slow")
    driver.expire("a")
    assert driver.closing == {"session-1"}
    assert isinstance(waiting.error, UnknownClientError)
    assert not driver.registry.knows("a")
    [kept] = [told for told in driver.registry.sessions() if told.resource_key == "kept"]
    assert kept.attachments == ()
    assert driver.told().count(EventKind.EXPIRED) == 2


def test_others_keep_the_session_of_a_dead_creator(driver: RegistryDriver) -> None:
    """The death of a creator makes the close pending: it takes the session from nobody."""
    driver.initialize("a", NEW)
    driver.opened()
    other = driver.initialize("b")
    driver.expire("a")
    assert driver.registry.information(other.got.session_name).close_pending
    driver.begin_operation(other.got.session_name, other.request.attachment_id)


@pytest.mark.parametrize("moment", ["open", "closing", "closed"])
def test_what_was_taken_away_stays_so(driver: RegistryDriver, moment: str) -> None:
    """A frozen client that wakes up is refused with when it expired, also after the close."""
    held = driver.initialize("a", NEW_DETACH)
    driver.opened()
    driver.advance(60)
    driver.expire("a")
    driver.advance(60)
    if moment != "open":
        driver.release(driver.initialize("b"), ReleaseMode.ASK_TO_CLOSE)
    if moment == "closed":
        driver.closed()
    with pytest.raises(AttachmentEndedError, match=EXPIRED):
        driver.begin_operation(held.got.session_name, held.request.attachment_id)
    driver.connect("a")
    assert isinstance(driver.repeat(held.request).error, AttachmentEndedError)


def test_a_taken_attachment_may_be_released(driver: RegistryDriver) -> None:
    """A release that comes after the expiry says what became of the session."""
    held = driver.initialize("a", NEW)
    driver.opened()
    other = driver.initialize("b")
    driver.expire("a")
    pending = driver.release(held).released
    assert pending.outcome is Outcome.CLOSE_PENDING
    assert pending.session is not None
    assert "b.py" in pending.session.holders()
    driver.release(other)
    closing = driver.release(held)
    driver.closed()
    assert closing.released.outcome is driver.release(held).released.outcome is Outcome.CLOSED
