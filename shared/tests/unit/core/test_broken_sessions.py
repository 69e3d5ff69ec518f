"""Sessions whose resource cannot be used for the moment."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import EventKind, Outcome
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver


@pytest.fixture
def held(driver: RegistryDriver) -> InitializeCall:
    """Return client a's hold on a session that broke."""
    held = driver.initialize("a", Behavior.INITIALIZE_SERVER_SESSION)
    driver.opened()
    break_it(driver, held, "The disk is away.")
    return held


def break_it(driver: RegistryDriver, held: InitializeCall, text: str) -> None:
    """The resource of a session cannot be used."""
    driver.carry_out(driver.registry.broke(held.got.session_name, text, driver.now))


def mend_it(driver: RegistryDriver, held: InitializeCall) -> None:
    """The resource of a session can be used again."""
    driver.carry_out(driver.registry.mended(held.got.session_name, driver.now))


def test_people_see_it(driver: RegistryDriver, held: InitializeCall) -> None:
    """The list has the reason, and so have the errors that name the session."""
    [session] = driver.registry.sessions()
    assert session.broken == "The disk is away."
    error = driver.initialize("b", Behavior.INITIALIZE_SERVER_SESSION).error
    assert "its resource cannot be used now: The disk is away. Attach" in error.message
    assert driver.events[-1].kind is EventKind.BROKEN
    assert driver.events[-1].text == "The disk is away."
    mend_it(driver, held)
    assert driver.told()[-1] is EventKind.MENDED
    assert driver.registry.sessions()[0].broken == ""


def test_watchers_hear_of_changes_only(driver: RegistryDriver, held: InitializeCall) -> None:
    """An attempt a second to open again does not flood those who watch; another reason is told."""
    break_it(driver, held, "The disk is away.")
    assert driver.told().count(EventKind.BROKEN) == 1
    break_it(driver, held, "The folder is gone.")
    assert driver.told().count(EventKind.BROKEN) == 2
    for _ in range(2):
        mend_it(driver, held)
    assert driver.told().count(EventKind.MENDED) == 1


def test_it_can_be_attached_to_and_let_go(driver: RegistryDriver, held: InitializeCall) -> None:
    """Initialize, Release and the close go on as ever."""
    other = driver.initialize("b", Behavior.ATTACH_TO_SERVER_SESSION)
    assert other.got.session_name == held.got.session_name
    assert driver.release(held).released.outcome is Outcome.CLOSE_PENDING
    driver.release(other)
    driver.closed()
    assert driver.registry.sessions() == []


@pytest.mark.parametrize("closed", [False, True])
def test_what_comes_too_late_changes_nothing(
    driver: RegistryDriver, held: InitializeCall, closed: bool
) -> None:
    """An attempt to open that ends after the session does is of no interest."""
    driver.release(held)
    if closed:
        driver.closed()
    events = len(driver.events)
    break_it(driver, held, "The folder is gone.")
    mend_it(driver, held)
    assert len(driver.events) == events


def test_a_restart_tries_afresh(driver: RegistryDriver, held: InitializeCall) -> None:
    """That a session was broken is not kept: its resource is opened again, or is found broken."""
    driver.restart()
    [session] = driver.registry.sessions()
    assert session.broken == ""
