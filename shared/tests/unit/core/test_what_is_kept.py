"""What the registry says has to be kept over a restart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from session_sharing.behavior import Behavior
from session_sharing.core import (
    Answer,
    EndedEntry,
    InitializeRequest,
    Keep,
    KeptAttachment,
    KeptContext,
    KeptSession,
    Outcome,
    ReleaseRequest,
    Remains,
    SessionGone,
    gone,
)
from session_sharing.core.recovery import KEPT_CLOSED_SESSIONS
from session_sharing.errors import SharingError
from session_sharing.information import ClientIdentity, SessionState
from session_sharing.testing.registry_driver import START, RegistryDriver

NEW = Behavior.INITIALIZE_SERVER_SESSION
NEW_DETACH = Behavior.INITIALIZE_SESSION_THEN_DETACH
KEPT = KeptSession(
    "secret", "id-1", "log", "/log", "log.txt", NEW, "", "a", "x", None, START, START
)


def test_what_is_kept_comes_before_the_answer(driver: RegistryDriver) -> None:
    """A caller cannot learn of what a restart would forget."""
    request = InitializeRequest("log", "log.txt", NEW, client_id="a", attachment_id="x")
    driver.carry_out(driver.registry.initialize("call", request, START))
    opened = driver.registry.opened("session-1", START)
    release = driver.registry.release("call 2", ReleaseRequest("a", "x"), START)
    closed = driver.registry.closed("session-1", SharingError("no disk"), START)
    for effects, kinds in [
        (opened, {KeptSession, KeptAttachment}),
        (release, {SessionGone, EndedEntry}),
        (closed, {SessionGone}),
    ]:
        kept = [effect.entry for effect in effects if isinstance(effect, Keep)]
        assert {type(entry) for entry in kept} == kinds
        assert len(kept) == len(kinds), "each once"
        assert all(isinstance(effect, Keep) for effect in effects[: len(kept)])
    assert any(isinstance(effect, Answer) for effect in opened)


def test_nothing_is_kept_of_what_is_not_open_yet(driver: RegistryDriver) -> None:
    """A restart forgets sessions that are opening, as nobody was told of them."""
    driver.initialize("a", NEW)
    driver.initialize("b", NEW)
    assert driver.kept == driver.registry.snapshot() == []


def test_reading_sessions_keeps_nothing(driver: RegistryDriver) -> None:
    """Operations, repetitions and refusals cost no write."""
    held = driver.initialize("a", NEW)
    driver.opened()
    kept = list(driver.kept)
    driver.repeat(held.request)
    driver.begin_operation(held.got.session_name, held.request.attachment_id)
    driver.end_operation(held.got.session_name)
    assert driver.initialize("b", NEW).error
    assert driver.kept == kept


def test_the_last_hundred_closed_sessions_are_in_a_snapshot(driver: RegistryDriver) -> None:
    """The past takes a bounded part of a snapshot; the newest of it is there."""
    for number in range(KEPT_CLOSED_SESSIONS + 1):
        created = driver.initialize("a", NEW, key=f"key-{number}")
        driver.opened(f"key-{number}")
        driver.release(created)
        driver.closed(f"key-{number}")
    remains = Remains.of(driver.registry.snapshot())
    assert len(remains.gone) == KEPT_CLOSED_SESSIONS == 100
    assert "session-1" not in remains.gone
    assert remains.gone["session-101"].session.state is SessionState.CLOSED
    assert len(remains.ended) == 101


@pytest.mark.parametrize("used", [False, True])
def test_the_last_use_of_a_detached_session_is_kept(driver: RegistryDriver, used: bool) -> None:
    """When a session was left is known after a restart, however long it was held before."""
    created = driver.initialize("a", NEW_DETACH)
    driver.opened()
    driver.advance(60)
    if used:
        driver.initialize("b")
        driver.restart()
    else:
        driver.release(created)
    driver.restart()
    [session] = driver.registry.sessions()
    assert session.last_used_at == START + timedelta(seconds=60)


def test_what_was_set_is_kept(driver: RegistryDriver, from_snapshot: bool) -> None:
    """Of what was set for a site, and for all, the last comes back; it goes with the session."""
    created = driver.initialize("a", NEW)
    driver.opened()
    name = created.got.session_name
    texts = [(0, "zero"), (1, "one"), (None, "all"), (0, "nought"), (1, ""), (0, "nought")]
    for site, text in texts:
        driver.carry_out(driver.registry.context_set(name, site, text, driver.now))
    assert sum(isinstance(entry, KeptContext) for entry in driver.kept) == 5, "each change once"
    assert sorted(driver.registry.contexts(name)) == ["all", "nought"]
    driver.restart(from_snapshot=from_snapshot)
    assert sorted(driver.registry.contexts(name)) == ["all", "nought"]
    driver.release(created)
    assert not list(driver.registry.context_set(name, 1, "late", driver.now))
    assert Remains.of([*driver.kept, KeptContext(name, 1, "late")]).contexts == {}
    driver.restart(from_snapshot=from_snapshot)
    assert driver.registry.contexts(name) == []


def test_entries_are_read_in_order() -> None:
    """A later entry replaces an earlier one; attachments go with their session."""
    held = KeptAttachment("x", "secret", "a", ClientIdentity("a.py"), NEW, "", START, True)
    ended = EndedEntry("x", "secret", "It was released.", Outcome.LEFT_OPEN)
    closed = gone(KEPT, "the restart of the machine", START)
    assert Remains.of([KEPT, held]).holders("secret") == [ClientIdentity("a.py")]
    assert Remains.of([held, KEPT]).attachments == {"x": held}
    assert Remains.of([KEPT, held, ended]) == Remains({"secret": KEPT}, {}, {"x": ended}, {})
    assert Remains.of([KEPT, held, closed]) == Remains({}, {}, {}, {"secret": closed})


def test_what_the_service_gives_up_is_told_as_closed(driver: RegistryDriver) -> None:
    """A session that is not recovered is NOT_FOUND afterwards, with the reason."""
    driver.kept = [KEPT, gone(KEPT, "the restart of the machine", START)]
    driver.restart()
    told = str(driver.registry.information("secret"))
    assert told.endswith("closed at 2024-05-06 07:08:09 UTC by the restart of the machine")
    driver.connect("b")
    error = driver.initialize("b", Behavior.ATTACH_TO_SERVER_SESSION).error
    assert "the restart of the machine" in error.message


def test_an_error_of_another_version_is_told_nevertheless(driver: RegistryDriver) -> None:
    """An error class that this version does not know keeps its text."""
    closed = gone(KEPT, "somebody", START)
    ended = EndedEntry("x", "secret", "It was released.", Outcome.CLOSED)
    driver.kept = [SessionGone("secret", closed.session, "NewestError", "No disk."), ended]
    driver.restart()
    request = ReleaseRequest("a", "x", "secret")
    [answer] = driver.registry.release("call", request, START)
    assert isinstance(answer, Answer)
    assert str(answer.result) == "No disk."
