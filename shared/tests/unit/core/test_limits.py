"""How much one client, and all together, may have: the refusal says who has most."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import limits
from session_sharing.errors import ResourceExhaustedError
from session_sharing.testing.registry_driver import RegistryDriver

AUTO = Behavior.AUTO


def refused(error: object) -> str:
    """Return the text of a refusal for want of room."""
    assert isinstance(error, ResourceExhaustedError), error
    assert error.retry_delay
    return error.message


def test_sessions_are_bounded(driver: RegistryDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more session is refused and leaves nothing; those that are open can be attached to."""
    monkeypatch.setattr(limits, "MOST_SESSIONS", 2)
    first = driver.initialize("a", AUTO, key="one")
    driver.initialize("b", AUTO, key="two")  # It opens still, and counts.
    text = refused(driver.initialize("c", AUTO, key="three").error)
    assert "2 sessions are open" in text
    assert "a.py (process 100 on host, user ann) (1)" in text
    driver.opened("one")
    assert driver.initialize("c", AUTO, key="one").got.session_name == first.got.session_name
    assert len(driver.registry.sessions()) == 2
    assert sorted(driver.opening.values()) == ["two"]


def test_room_is_free_again(driver: RegistryDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was refused gets a session as soon as another one is closed."""
    monkeypatch.setattr(limits, "MOST_SESSIONS", 1)
    first = driver.initialize("a", AUTO, key="one")
    driver.opened("one")
    refused(driver.initialize("b", AUTO, key="two").error)
    driver.release(first)
    driver.closed("one")
    driver.initialize("b", AUTO, key="two")
    assert list(driver.opening.values()) == ["two"]


def test_attachments_of_a_client_are_bounded(
    driver: RegistryDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that initializes in a loop is stopped; others, and its repeats, are not."""
    monkeypatch.setattr(limits, "MOST_OF_A_CLIENT", 2)
    first = driver.initialize("a", AUTO)
    driver.initialize("a", AUTO)  # It waits, and counts.
    assert "This client has 2 attachments" in refused(driver.initialize("a", AUTO).error)
    driver.opened()
    driver.initialize("b", AUTO)
    assert driver.repeat(first.request).got == first.got


def test_attachments_of_all_are_bounded(
    driver: RegistryDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Together clients get no more than ListSessions can tell; a release makes room."""
    monkeypatch.setattr(limits, "MOST_ATTACHMENTS", 2)
    first = driver.initialize("a", AUTO)
    driver.opened()
    driver.initialize("a", AUTO)
    text = refused(driver.initialize("b", AUTO).error)
    assert "Most are held by a.py (process 100 on host, user ann) (2)" in text
    driver.release(first)
    assert driver.initialize("b", AUTO).got
