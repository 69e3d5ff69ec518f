"""What happens while a resource opens or closes, and when that fails."""

from __future__ import annotations

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import EventKind, Outcome
from session_sharing.errors import AccessDeniedError, SessionExistsError, UnavailableError
from session_sharing.information import SessionState
from session_sharing.testing.registry_calls import InitializeCall
from session_sharing.testing.registry_driver import RegistryDriver

AUTO = Behavior.AUTO
NEW = Behavior.INITIALIZE_SERVER_SESSION
ATTACH = Behavior.ATTACH_TO_SERVER_SESSION
NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH


def fifty(driver: RegistryDriver, behavior: Behavior) -> list[InitializeCall]:
    """Let fifty clients initialize one resource at the same instant."""
    clients = [f"client-{number}" for number in range(50)]
    driver.connect(*clients)
    return [driver.initialize(client, behavior) for client in clients]


def test_fifty_clients_cause_one_open(driver: RegistryDriver) -> None:
    """Fifty AUTO at once open once; exactly one of them created the session."""
    calls = fifty(driver, AUTO)
    assert len(driver.opening) == 1
    driver.opened()
    assert {call.got.session_name for call in calls} == {"session-1"}
    assert [call.got.new_session for call in calls] == [True] + [False] * 49


def test_one_of_fifty_wins(driver: RegistryDriver) -> None:
    """Of fifty INITIALIZE_SERVER_SESSION at once one wins, the others get ALREADY_EXISTS."""
    calls = fifty(driver, NEW)
    driver.opened()
    assert calls[0].got.new_session
    assert all(isinstance(call.error, SessionExistsError) for call in calls[1:])


def test_a_slow_open_delays_no_other_resource(driver: RegistryDriver) -> None:
    """While one resource opens and another closes, a third is opened and used."""
    driver.initialize("a", key="opening")
    closing = driver.initialize("a", key="closing")
    driver.opened("closing")
    driver.release(closing)
    third = driver.initialize("b", key="third")
    driver.opened("third")
    driver.begin_operation(third.got.session_name, third.request.attachment_id)


def test_a_failed_open_reaches_everyone_and_leaves_nothing(driver: RegistryDriver) -> None:
    """Everyone who waits gets the error; the next Initialize opens anew."""
    calls = [driver.initialize(client, AUTO) for client in "abc"]
    calls += [driver.initialize("", AUTO), driver.repeat(calls[0].request)]
    error = AccessDeniedError("not yours")
    driver.opened(error=error)
    assert all(call.error is error for call in calls)
    assert driver.registry.sessions() == []
    assert driver.told() == [EventKind.OPENING, EventKind.OPEN_FAILED]
    again = driver.repeat(calls[1].request)
    driver.opened()
    assert again.got.new_session


# Callers that go away while they wait


def test_a_waiting_client_that_goes_disturbs_nobody(driver: RegistryDriver) -> None:
    """The creator gets its session though another caller went away meanwhile."""
    created, gone, other = (driver.initialize(client, AUTO) for client in "abc")
    driver.abandon(gone)
    driver.opened()
    assert created.got.new_session
    assert other.got.session_name == created.got.session_name
    assert gone.answer is None


@pytest.mark.parametrize("leaves", ["abandon", "expire"])
def test_the_next_who_would_create_is_the_creator(driver: RegistryDriver, leaves: str) -> None:
    """If the creator goes while it waits, the first who would have created is the creator."""
    gone = driver.initialize("a", NEW)
    attaching = driver.initialize("b", ATTACH)
    heir = driver.initialize("c", NEW_DETACH)
    driver.abandon(gone) if leaves == "abandon" else driver.expire("a")
    driver.opened()
    assert heir.got.new_session
    assert not attaching.got.new_session
    [session] = driver.registry.sessions()
    assert session.created_by is not None
    assert session.created_by.program == "c.py"
    driver.release(heir)
    assert driver.release(attaching).released.outcome is Outcome.LEFT_OPEN


@pytest.mark.parametrize("behavior", [AUTO, NEW, NEW_DETACH])
def test_a_creator_that_goes_leaves_its_rule(driver: RegistryDriver, behavior: Behavior) -> None:
    """With only attaching clients left, it is as if the creator had come and released."""
    gone = driver.initialize("a", behavior)
    other = driver.initialize("b", ATTACH)
    driver.abandon(gone)
    driver.opened()
    asked = behavior is not NEW_DETACH
    assert driver.registry.information(other.got.session_name).close_pending is asked
    assert (EventKind.CLOSE_PENDING in driver.told()) is asked
    driver.begin_operation(other.got.session_name, other.request.attachment_id)
    driver.end_operation(other.got.session_name)
    driver.release(other)
    assert bool(driver.closing) is asked


@pytest.mark.parametrize("behavior", [AUTO, NEW, NEW_DETACH])
def test_an_open_that_nobody_awaits_is_closed(driver: RegistryDriver, behavior: Behavior) -> None:
    """If nobody is left when the open ends, the session closes, whatever the behaviour."""
    driver.abandon(driver.initialize("a", behavior))
    driver.initialize("b", AUTO)
    driver.expire("b")
    driver.opened()
    assert driver.closing == {"session-1"}
    driver.closed()
    assert driver.registry.sessions() == []


def test_an_abandoned_wait_for_the_closing_opens_nothing(driver: RegistryDriver) -> None:
    """A caller that goes away while the old session closes does not cause a new one."""
    created = driver.initialize("a", NEW)
    driver.opened()
    driver.release(created)
    driver.abandon(driver.initialize("b", AUTO))
    driver.closed()
    assert not driver.opening


def test_an_answer_that_nobody_took_is_released(driver: RegistryDriver) -> None:
    """A caller that goes just when it is answered leaves no hold; it may ask again."""
    lost = driver.initialize("a", NEW)
    driver.opened()
    driver.abandon(lost)
    assert driver.closing == {"session-1"}
    again = driver.repeat(lost.request)
    driver.closed()
    driver.opened()
    assert (again.got.session_name, again.got.new_session) == ("session-2", True)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_repeated_call_keeps_what_its_twin_abandons(driver: RegistryDriver, when: str) -> None:
    """Of two calls with one request, either may go away: the other keeps the session."""
    first = driver.initialize("a", NEW)
    second = driver.repeat(first.request)
    if when == "after":
        driver.opened()
    driver.abandon(first)
    if when == "before":
        driver.opened()
    driver.begin_operation(second.got.session_name, second.request.attachment_id)


def test_a_refused_call_abandons_nothing(driver: RegistryDriver) -> None:
    """A foreign call with a used attachment id is refused, and takes nothing with it."""
    held = driver.initialize("a", NEW)
    driver.opened()
    foreign = driver.initialize("b", NEW, attachment=held.request.attachment_id)
    driver.abandon(foreign)
    driver.begin_operation(held.got.session_name, held.request.attachment_id)


def test_a_late_retry_keeps_what_the_first_call_lost(driver: RegistryDriver) -> None:
    """A request repeated after its answer is safe from the first call's abandonment."""
    first = driver.initialize("a", NEW)
    driver.opened()
    second = driver.repeat(first.request)
    driver.abandon(first)
    driver.begin_operation(second.got.session_name, second.request.attachment_id)


# Closing


def test_a_failed_close_frees_the_key(driver: RegistryDriver) -> None:
    """The releaser gets the error of the close; who waits opens anew; watchers are told."""
    created = driver.initialize("a", NEW)
    driver.opened()
    released = driver.release(created)
    waiting = driver.initialize("b", NEW)
    error = UnavailableError("disk away")
    driver.closed(error=error)
    assert released.error is error
    assert [event.text for event in driver.events if event.kind is EventKind.CLOSED] == [
        "disk away"
    ]
    driver.opened()
    assert waiting.got.new_session


def test_those_who_waited_for_the_close_are_decided_in_order(driver: RegistryDriver) -> None:
    """After a close the first who creates creates, and the others wait for it once more."""
    created = driver.initialize("a", NEW)
    driver.opened()
    driver.release(created)
    first, second, third = (driver.initialize(client, AUTO) for client in "abc")
    driver.closed()
    assert list(driver.opening.values()) == ["log"]
    driver.opened()
    assert [call.got.new_session for call in (first, second, third)] == [True, False, False]


def test_the_states_are_seen_from_outside(driver: RegistryDriver) -> None:
    """Who looks in sees a session from opening to closing, and no longer."""
    created = driver.initialize("a", NEW)
    states = [driver.registry.sessions()[0].state]
    driver.opened()
    states.append(driver.registry.sessions()[0].state)
    driver.release(created)
    states.append(driver.registry.sessions()[0].state)
    driver.closed()
    assert states == [SessionState.OPENING, SessionState.OPEN, SessionState.CLOSING]
    assert driver.registry.sessions() == []
