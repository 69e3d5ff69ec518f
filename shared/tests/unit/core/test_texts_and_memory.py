"""What errors tell at 3 a.m., and how much of the past is remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import Outcome
from session_sharing.core.memory import REMEMBERED_ATTACHMENTS, REMEMBERED_SESSIONS, Recent
from session_sharing.errors import SessionNotFoundError
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION
ATTACH = Behavior.ATTACH_TO_SERVER_SESSION


def test_already_exists_tells_all(driver: RegistryDriver) -> None:
    """ALREADY_EXISTS names creator, creation, last use, holders, and the closing command."""
    created = driver.initialize("a", NEW, alias="x")
    driver.opened()
    driver.advance(60)
    driver.initialize("b", ATTACH)
    driver.advance(60)
    error = driver.initialize("c", NEW).error
    assert "created by a.py (process 100 on host, user ann) at 2024-05-06 07:08:09" in error.message
    assert "last used at 2024-05-06 07:09:09 UTC" in error.message
    assert "held by a.py (process 100 on host, user ann) as 'x' since 2024-05-06 07:08:09" in (
        error.message
    )
    assert "b.py (process 100 on host, user ann) since 2024-05-06 07:09:09" in error.message
    assert f"`python -m session_sharing close {created.got.public_id}`" in error.message
    assert "Attach to it" in error.message
    assert error.resource_name == "log.txt"
    assert error.session == driver.registry.information(created.got.session_name)


def test_already_exists_tells_of_a_pending_close(driver: RegistryDriver) -> None:
    """ALREADY_EXISTS says who asked to close where a close is pending."""
    created = driver.initialize("a", NEW)
    driver.opened()
    driver.initialize("b", ATTACH)
    driver.release(created)
    message = driver.initialize("c", NEW).error.message
    assert "a.py (process 100 on host, user ann) asked to close it" in message


def test_already_exists_tells_that_nobody_holds(driver: RegistryDriver) -> None:
    """ALREADY_EXISTS says that nobody holds a session that was left open."""
    created = driver.initialize("a", Behavior.INITIALIZE_SESSION_THEN_DETACH)
    driver.opened()
    driver.release(created)
    assert "nobody holds it" in driver.initialize("b", NEW).error.message


def test_nothing_to_attach_to_tells_of_the_last_session(driver: RegistryDriver) -> None:
    """NOT_FOUND names who created and closed the last session, when, and its last use."""
    created = driver.initialize("a", NEW)
    driver.opened()
    holder = driver.initialize("b", ATTACH)
    driver.release(created)
    driver.advance(60)
    driver.release(holder)
    driver.closed()
    error = driver.initialize("c", ATTACH).error
    assert "created by a.py (process 100 on host, user ann) at 2024-05-06 07:08:09" in error.message
    assert "last used at 2024-05-06 07:09:09" in error.message
    assert "closed at 2024-05-06 07:09:09 UTC by a.py (process 100 on host, user ann)" in (
        error.message
    )
    assert "Initialize it first" in error.message
    assert error.session is not None
    assert error.session.public_id == created.got.public_id


def test_nothing_to_attach_to_without_history(driver: RegistryDriver) -> None:
    """NOT_FOUND says so where no session was ever open, and invents none."""
    error = driver.initialize("a", ATTACH).error
    assert "no session is open on 'log.txt'. None has been open on it." in error.message
    assert error.session is None


def test_a_secret_name_is_in_no_text(driver: RegistryDriver) -> None:
    """The session name, which gives access, is told to nobody but holders."""
    created = driver.initialize("a", NEW)
    driver.opened()
    messages = [driver.initialize("b", NEW).error.message]
    messages += [str(driver.registry.sessions()), str(driver.events)]
    driver.release(created)
    driver.closed()
    messages.append(driver.initialize("b", ATTACH).error.message)
    assert not [text for text in messages if created.got.session_name in text]


def open_and_close(driver: RegistryDriver, key: str) -> InitializeCall:
    """Let client a open and close one session."""
    created = driver.initialize("a", NEW, key=key)
    driver.opened(key)
    driver.release(created)
    driver.closed(key)
    return created


def test_the_last_thousand_closed_sessions_are_remembered(driver: RegistryDriver) -> None:
    """The 1,000th last closed session is known by name and resource; the one before is not."""
    assert REMEMBERED_SESSIONS == 1_000
    closed = [open_and_close(driver, f"key-{number}") for number in range(1_001)]
    with pytest.raises(SessionNotFoundError, match="never opened here"):
        driver.registry.information(closed[0].got.session_name)
    assert " by a.py" in str(driver.registry.information(closed[1].got.session_name))
    with pytest.raises(SessionNotFoundError, match="never opened here"):
        driver.begin_operation(closed[0].got.session_name, "")
    with pytest.raises(SessionNotFoundError, match=r"closed at .* by a\.py"):
        driver.begin_operation(closed[1].got.session_name, "")
    assert driver.initialize("a", ATTACH, key="key-0").error.session is None
    assert driver.initialize("a", ATTACH, key="key-1").error.session is not None


def test_what_is_remembered_of_the_past_is_bounded(driver: RegistryDriver) -> None:
    """However many attachments end, memory does not grow; old ones are forgotten first."""
    first = open_and_close(driver, "log")
    never = driver.initialize("a", ATTACH)
    for number in range(REMEMBERED_ATTACHMENTS):
        driver.release(
            InitializeCall(request=replace(never.request, attachment_id=f"unknown-{number}"))
        )
    memory = driver.registry._table.memory
    assert len(memory.ended) == REMEMBERED_ATTACHMENTS
    assert memory.ended.get(first.request.attachment_id) is None
    assert driver.release(first).released.outcome is Outcome.CLOSED, "the session is known"


def test_recent_forgets_the_oldest_first() -> None:
    """What is put again counts as new; the oldest entry goes."""
    recent: Recent[int] = Recent(2)
    recent.put("one", 1)
    recent.put("two", 2)
    recent.put("one", 11)
    recent.put("three", 3)
    assert (recent.get("one"), recent.get("two"), recent.get("three")) == (11, None, 3)
    assert len(recent) == 2
