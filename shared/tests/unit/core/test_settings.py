"""Settings of a resource: whoever shares a session has it as it was opened, or is told."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import InitializeRequest, KeptSession
from session_sharing.core.requests import Settings
from session_sharing.errors import (
    InvalidRequestError,
    PreconditionError,
    ResourceNotFoundError,
    SessionExistsError,
)
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

AUTO = Behavior.AUTO
NEW = Behavior.INITIALIZE_SERVER_SESSION
ATTACH = Behavior.ATTACH_TO_SERVER_SESSION
FAST: Settings = (("speed", "fast"), ("map", "a.csv"))
SLOW: Settings = (("speed", "slow"),)


def call(
    driver: RegistryDriver, client: str, behavior: Behavior = AUTO, settings: Settings = ()
) -> InitializeCall:
    """Initialize the one resource with settings; its address names the client who would open it."""
    request = InitializeRequest(
        key="log",
        resource_name="log",
        behavior=behavior,
        client_id=client,
        attachment_id=f"attachment of {client}",
        address=f"log by {client}",
        settings=settings,
    )
    return driver.repeat(request)


def test_attaching_with_other_settings_is_refused(driver: RegistryDriver) -> None:
    """Who wants something else is told what is open, who holds it and what to do; nothing stays."""
    call(driver, "a", settings=FAST)
    driver.opened()
    error = call(driver, "b", settings=SLOW).error
    assert isinstance(error, PreconditionError)
    for words in ("speed 'slow' is wanted", "opened with 'fast'", "a.py", "leave it out"):
        assert words in error.message
    assert error.session is not None
    assert [held.holder.program for held in error.session.attachments] == ["a.py"]
    unnamed = call(driver, "c", settings=(("colour", "red"),)).error
    assert isinstance(unnamed, PreconditionError)
    assert "colour 'red' is wanted, and it was opened without." in unnamed.message
    (session,) = driver.registry.sessions()
    assert len(session.attachments) == 1


@pytest.mark.parametrize("settings", [(), FAST, FAST[:1], FAST[1:]])
@pytest.mark.parametrize("behavior", [AUTO, ATTACH, Behavior.ATTACH_TO_SESSION_THEN_CLOSE])
def test_what_is_left_out_may_be_anything(
    driver: RegistryDriver, behavior: Behavior, settings: Settings
) -> None:
    """Who names no setting, or the one that it was opened with, attaches."""
    created = call(driver, "a", settings=FAST)
    driver.opened()
    assert call(driver, "b", behavior, settings).got.session_name == created.got.session_name


def test_creating_on_an_open_session_is_the_same_error_as_ever(driver: RegistryDriver) -> None:
    """Who wants a new session is told that there is one, whatever its settings are."""
    call(driver, "a", settings=FAST)
    driver.opened()
    assert isinstance(call(driver, "b", NEW, SLOW).error, SessionExistsError)


def test_waiting_callers_are_compared_with_what_is_opened(driver: RegistryDriver) -> None:
    """Of those who come at one instant, who wants what is not opened is refused."""
    first, same = call(driver, "a", settings=FAST), call(driver, "c", settings=FAST)
    other = call(driver, "b", settings=SLOW)
    driver.opened()
    assert (first.got.new_session, same.got.new_session) == (True, False)
    assert isinstance(other.error, PreconditionError)


def test_settings_that_cannot_be_opened_are_no_fault_of_others(driver: RegistryDriver) -> None:
    """Where opening fails, who waits with other settings opens the resource with those."""
    first, same = call(driver, "a", settings=FAST), call(driver, "c", settings=FAST)
    other = call(driver, "b", settings=SLOW)
    driver.opened(error=ResourceNotFoundError("no such map"))
    assert isinstance(first.error, ResourceNotFoundError)
    assert isinstance(same.error, ResourceNotFoundError)
    assert other.answer is None
    driver.opened()
    assert other.got.new_session


def test_nobody_creates_what_was_opened_otherwise(driver: RegistryDriver) -> None:
    """The opener goes away while it waits: the session goes to who wants it so, not to another."""
    first = call(driver, "a", settings=FAST)
    other = call(driver, "b", settings=SLOW)
    anything = call(driver, "c")
    driver.abandon(first)
    driver.opened()
    assert isinstance(other.error, PreconditionError)
    assert anything.got.new_session
    driver.connect("d")
    assert call(driver, "d", settings=FAST).got.session_name == anything.got.session_name
    (kept,) = [entry for entry in driver.kept if isinstance(entry, KeptSession)]
    assert kept.address == "log by a", "by which it is opened again"


def test_settings_survive_a_restart(driver: RegistryDriver, from_snapshot: bool) -> None:
    """Started again, the service still knows what a session is open with."""
    created = call(driver, "a", settings=FAST)
    driver.opened()
    driver.restart(from_snapshot=from_snapshot)
    driver.connect("a", "b", "c")
    assert isinstance(call(driver, "b", settings=SLOW).error, PreconditionError)
    assert call(driver, "c", settings=FAST).got.session_name == created.got.session_name
    assert call(driver, "a", settings=FAST).got.new_session, "the same answer again"
    assert isinstance(call(driver, "a", settings=SLOW).error, InvalidRequestError), "another wish"
