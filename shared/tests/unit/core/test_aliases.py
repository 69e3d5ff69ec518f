"""Aliases: one client's several pin map entries on one and the same session."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import Outcome
from session_sharing.errors import SessionExistsError
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION
NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH


def open_as_x(driver: RegistryDriver, behavior: Behavior = NEW_DETACH) -> InitializeCall:
    """Let client a create a session under the alias x."""
    created = driver.initialize("a", behavior, alias="x")
    driver.opened()
    return created


@pytest.mark.parametrize("behavior", Behavior)
def test_every_behavior_works_over_a_pin_map_with_aliases(behavior: Behavior) -> None:
    """A client that initializes all its aliases, at once or in turn, gets one session."""
    for at_once in (True, False):
        driver = RegistryDriver()
        driver.connect("a", "b")
        if behavior in (Behavior.ATTACH_TO_SERVER_SESSION, Behavior.ATTACH_TO_SESSION_THEN_CLOSE):
            driver.initialize("b", NEW_DETACH)
            driver.opened()
        calls = [driver.initialize("a", behavior, alias="x")]
        if driver.opening and not at_once:
            driver.opened()
        calls += [driver.initialize("a", behavior, alias=alias) for alias in ("y", "z", "")]
        if driver.opening:
            driver.opened()
        assert {call.got.session_name for call in calls} == {"session-1"}
        assert [call.got.new_session for call in calls[1:]] == [False] * 3


@pytest.mark.parametrize(
    ("behavior", "outcome"), [(NEW, Outcome.CLOSE_PENDING), (NEW_DETACH, Outcome.LEFT_OPEN)]
)
def test_each_alias_has_its_own_release_rule(
    driver: RegistryDriver, behavior: Behavior, outcome: Outcome
) -> None:
    """1 and 3 that attach to their own client's session release by their own rule."""
    open_as_x(driver)
    other = driver.initialize("a", behavior, alias="y")
    assert driver.release(other).released.outcome is outcome


@pytest.mark.parametrize("behavior", [NEW, NEW_DETACH])
def test_the_same_alias_again_is_refused(driver: RegistryDriver, behavior: Behavior) -> None:
    """1 and 3 are refused under an alias that the client holds already."""
    open_as_x(driver)
    driver.initialize("a", behavior, alias="y")
    for alias in ("x", "y"):
        refused = driver.initialize("a", behavior, alias=alias)
        assert isinstance(refused.error, SessionExistsError)


@pytest.mark.parametrize("behavior", [NEW, NEW_DETACH])
def test_another_client_is_refused_under_any_alias(
    driver: RegistryDriver, behavior: Behavior
) -> None:
    """Only the client that created the session may use its own aliases; holding is not enough."""
    open_as_x(driver)
    driver.initialize("b", Behavior.AUTO, alias="v")
    for alias in ("", "w", "x"):
        refused = driver.initialize("b", behavior, alias=alias)
        assert isinstance(refused.error, SessionExistsError)


@pytest.mark.parametrize("behavior", [NEW, NEW_DETACH])
def test_a_creator_that_let_go_is_refused(driver: RegistryDriver, behavior: Behavior) -> None:
    """A creator that holds the session no more has no other alias, even if others hold it."""
    created = open_as_x(driver)
    driver.initialize("b", Behavior.AUTO)
    driver.release(created)
    assert isinstance(driver.initialize("a", behavior, alias="y").error, SessionExistsError)


def test_clients_without_identity_have_no_aliases(driver: RegistryDriver) -> None:
    """Clients without identity are not one client: each is refused where a session is open."""
    driver.initialize("", NEW, alias="x")
    driver.opened()
    assert isinstance(driver.initialize("", NEW, alias="y").error, SessionExistsError)


def test_an_alias_is_listed_with_its_attachment(driver: RegistryDriver) -> None:
    """People who look in see under which alias each attachment was made."""
    open_as_x(driver)
    driver.initialize("a", alias="y")
    [session] = driver.registry.sessions()
    assert [held.alias for held in session.attachments] == ["x", "y"]
    assert session.resource_name == "log.txt"
