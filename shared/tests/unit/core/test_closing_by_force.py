"""Operators close sessions under their holders."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import Outcome
from session_sharing.errors import (
    AttachmentEndedError,
    SessionNotFoundError,
    UnavailableError,
)
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION


@pytest.fixture
def held(driver: RegistryDriver) -> InitializeCall:
    """Return client a's hold on a session that client b holds too."""
    created = driver.initialize("a", NEW)
    driver.opened()
    driver.initialize("b")
    return created


def test_it_takes_the_session_from_its_holders(
    driver: RegistryDriver, held: InitializeCall
) -> None:
    """The session closes though it is held; the operator is answered when it is closed."""
    forced = driver.force_close(held.got.public_id)
    assert driver.closing == {held.got.session_name}
    assert forced.answer is None
    driver.closed()
    assert forced.released.outcome is Outcome.CLOSED
    assert driver.registry.sessions() == []


def test_accepted_operations_finish_first(driver: RegistryDriver, held: InitializeCall) -> None:
    """Force does not close a handle under an operation that was accepted."""
    driver.begin_operation(held.got.session_name, held.request.attachment_id)
    driver.force_close(held.got.public_id)
    assert not driver.closing
    driver.end_operation(held.got.session_name)
    assert driver.closing == {held.got.session_name}


def test_holders_learn_who_closed_it(driver: RegistryDriver, held: InitializeCall) -> None:
    """Their operations get NOT_FOUND, and a repeated Initialize is refused, both saying why."""
    driver.force_close(held.got.public_id, by="ann, who says: disk swap")
    driver.closed()
    with pytest.raises(SessionNotFoundError, match=r"closed at .* by ann, who says: disk swap"):
        driver.begin_operation(held.got.session_name, held.request.attachment_id)
    refused = driver.repeat(held.request)
    assert isinstance(refused.error, AttachmentEndedError)
    assert "by ann, who says: disk swap" in refused.error.message


def test_holders_may_still_release(driver: RegistryDriver, held: InitializeCall) -> None:
    """A holder's release after the force says `closed`, when it is."""
    driver.force_close(held.got.public_id)
    during = driver.release(held)
    assert during.answer is None
    driver.closed()
    assert during.released.outcome is driver.release(held).released.outcome is Outcome.CLOSED


def test_an_unheld_session_can_be_closed(driver: RegistryDriver) -> None:
    """A session that its behaviour left open is closed by force as well."""
    created = driver.initialize("a", Behavior.INITIALIZE_SESSION_THEN_DETACH)
    driver.opened()
    driver.release(created)
    forced = driver.force_close(created.got.public_id)
    driver.closed()
    assert forced.released.outcome is Outcome.CLOSED


def test_closing_twice_closes_once(driver: RegistryDriver, held: InitializeCall) -> None:
    """A second operator waits for the same close, and gets its error if it fails."""
    calls = [driver.force_close(held.got.public_id) for _ in range(2)]
    driver.closed(error=UnavailableError("disk away"))
    assert [call.error.message for call in calls] == ["disk away"] * 2


def test_an_opening_session_cannot_be_closed(driver: RegistryDriver) -> None:
    """An operator is asked to try again while the session opens; nothing changes."""
    waiting = driver.initialize("a", NEW)
    [session] = driver.registry.sessions()
    with pytest.raises(UnavailableError, match="still opening"):
        driver.force_close(session.public_id)
    driver.opened()
    assert waiting.got.new_session


def test_an_unknown_session_is_not_found(driver: RegistryDriver) -> None:
    """An unknown public id is NOT_FOUND, with the command that lists those there are."""
    with pytest.raises(SessionNotFoundError, match="python -m session_sharing list"):
        driver.force_close("nonsense")
