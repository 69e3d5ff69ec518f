"""Looking into a service: list, watch, close by force."""

from __future__ import annotations

import itertools

import grpc
import pytest

from session_sharing.core import EventKind
from session_sharing.errors import (
    AttachmentEndedError,
    ResourceExhaustedError,
    SessionAbortedError,
    SessionNotFoundError,
    UnavailableError,
)
from session_sharing.service import watchers
from session_sharing.wire.events import event_from_wire
from session_sharing.wire.generated import administration_pb2
from session_sharing.wire.session import session_from_wire
from session_sharing.wire.status import error_from_call

LIMIT = 10.0


def error_of(call: grpc.Future) -> Exception:
    """Return the library's error that a call of stubs ends with."""
    return error_from_call(call.exception(LIMIT))


def listed(raw):
    """Return what ListSessions tells."""
    answer = raw.administration.ListSessions(
        administration_pb2.ListSessionsRequest(), timeout=LIMIT
    )
    return [session_from_wire(session) for session in answer.sessions]


def watch(raw):
    """Start to watch; return the stream and its events, converted."""
    request = administration_pb2.WatchSessionsRequest()
    stream = raw.administration.WatchSessions(request, timeout=60)
    return stream, (event_from_wire(response.event) for response in stream)


def test_list_tells_sessions_with_their_holders(world):
    """A session is listed with its resource, creator, times and everybody who holds it."""
    raw = world.raw()
    with world.client("Data?client=site0") as client:
        raw.attach("data", 2)
        (session,) = listed(raw)
        assert session.public_id == client.public_id
        assert (session.resource_name, session.resource_key) == ("Data", "data")
        assert session.created_by == client._connection.identity
        assert session.created_at <= session.last_used_at
        assert [(held.holder.program, held.alias) for held in session.attachments] == [
            (client._connection.identity.program, "site0"),
            ("raw", ""),
        ]
        assert [held.created_session for held in session.attachments] == [True, False]
        client.detach()


def test_watch_begins_with_what_is_there_and_tells_every_change(world):
    """A watcher is told the sessions as they are, then that it watches, then all in order."""
    raw, other = world.raw(), world.raw()
    first = raw.attach("data")
    _, events = watch(raw)
    begun = list(itertools.islice(events, 2))
    assert [event.kind for event in begun] == [EventKind.PRESENT, EventKind.WATCHING]
    assert [held.holder.program for held in begun[0].session.attachments] == ["raw"]
    second = other.attach("data", 2)
    raw.start_release(first).result(LIMIT)
    other.start_release(second).result(LIMIT)
    world.driver.open_error = OSError(28, "No space left on device")
    raw.start_initialize("full").exception(LIMIT)
    told = list(itertools.islice(events, 8))
    assert [event.kind.name for event in told] == [
        "ATTACHED",
        "RELEASED",
        "CLOSE_PENDING",
        "RELEASED",
        "CLOSING",
        "CLOSED",
        "OPENING",
        "OPEN_FAILED",
    ]
    assert told[0].attachment.behavior == 2
    assert told[2].session.close_pending
    assert " by raw (" in str(told[5].session)
    assert "No space left" in told[7].text
    assert all(earlier.at <= later.at for earlier, later in itertools.pairwise(told))


def test_opening_and_expiry_are_told(start_world):
    """A watcher sees a session open, its holder expire, and the session close."""
    world = start_world(grace=0)
    _, events = watch(world.raw())
    assert next(events).kind is EventKind.WATCHING
    dying = world.raw()
    dying.attach("data")
    dying.vanish()
    told = list(itertools.islice(events, 6))
    assert [event.kind.name for event in told] == [
        "OPENING",
        "OPENED",
        "ATTACHED",
        "EXPIRED",
        "CLOSING",
        "CLOSED",
    ]
    assert "grace time" in told[3].text


def test_slow_watcher_is_dropped_and_told(world, monkeypatch):
    """A watcher that does not read is dropped after so many events; nobody else notices."""
    monkeypatch.setattr(watchers, "CAPACITY", 20)
    raw, name = world.raw(), "data" * 20_000
    stream, events = watch(raw)
    assert next(events).kind is EventKind.WATCHING
    queues = world.service.engine._executor.watchers._queues
    for _ in range(500):
        raw.start_release(raw.attach(name)).result(LIMIT)
        if not queues:
            break
    with pytest.raises(grpc.RpcError) as raised:
        list(events)
    assert isinstance(error_from_call(raised.value), ResourceExhaustedError)
    assert "lagged" in stream.details()
    with world.client() as client:
        client.touch()


def test_watcher_that_goes_away_is_forgotten(world):
    """A watcher whose connection ends costs nothing any more."""
    raw, queues = world.raw(), world.service.engine._executor.watchers._queues
    stream, events = watch(raw)
    next(events)
    assert len(queues) == 1
    stream.cancel()
    world.eventually(lambda: not queues)


def test_force_close_ends_a_session_under_its_holders(world):
    """An operator closes a session that others hold; they are told by whom, why and when."""
    holder, operator = world.raw(), world.raw()
    attachment = holder.attach("data", 3)
    stream = holder.follow(attachment)
    assert next(stream) == attachment
    (session,) = listed(operator)
    answer = operator.start_force_close(session.public_id, "shift change").result(LIMIT)
    closed = session_from_wire(answer.session)
    assert closed.state.value == "closed"
    assert closed.closed_by == "raw (process 1 on here), reason: shift change"
    assert list(stream) == []
    assert world.driver.closed == {"data": 1}
    error = error_of(holder.start_touch(attachment))
    assert isinstance(error, SessionNotFoundError)
    assert " by raw (process 1 on here), reason: shift change" in error.message
    assert holder.start_release(attachment).result(LIMIT).outcome == 1
    assert listed(operator) == []


def test_force_close_lets_accepted_operations_finish(world):
    """An operation that runs when its session is closed by force may finish within five seconds."""
    holder, operator = world.raw(), world.raw()
    attachment = holder.attach("data")
    world.touching.shut()
    touching = holder.start_touch(attachment)
    world.touching.wait_for_one()
    closing = operator.start_force_close(listed(operator)[0].public_id, "now")
    world.until(lambda sessions: sessions[0].state.value == "closing")
    assert not touching.done()
    assert world.driver.closed == {}
    world.touching.open()
    assert touching.result(LIMIT) == attachment
    closing.result(LIMIT)
    assert world.driver.closed == {"data": 1}


@pytest.mark.parametrize("released", [False, True])
def test_force_close_aborts_operations_that_take_too_long(start_world, released):
    """An operation that hangs is ABORTED when its time is over, and the session closes.

    Also where the holder had released the session, and it waited for the operation alone.
    """
    world = start_world(force=0.05)
    holder, operator = world.raw(), world.raw()
    attachment = holder.attach("data")
    world.touching.shut()
    touching = holder.start_touch(attachment)
    world.touching.wait_for_one()
    releasing = holder.start_release(attachment) if released else None
    if released:
        world.until(lambda sessions: sessions[0].state.value == "closing")
    operator.start_force_close(listed(operator)[0].public_id, "it hangs").result(LIMIT)
    error = error_of(touching)
    assert isinstance(error, SessionAbortedError)
    assert "it hangs" in error.message
    assert touching.code() is grpc.StatusCode.ABORTED
    assert world.driver.closed == {"data": 1}
    if releasing is not None:
        assert releasing.result(LIMIT).outcome == 1
    with world.client() as client:
        assert client.new_session


def test_force_close_of_what_is_not_there(world):
    """A public id that nobody knows is NOT_FOUND, with the command that lists the sessions."""
    error = error_of(world.raw().start_force_close("nonsense", ""))
    assert isinstance(error, SessionNotFoundError)
    assert "python -m session_sharing list" in error.message


def test_force_close_of_what_is_opening(world):
    """A session that is still opening cannot be closed by force; the operator is told to wait."""
    world.driver.opening.shut()
    raw = world.raw()
    opening = raw.start_initialize("data")
    world.driver.opening.wait_for_one()
    error = error_of(raw.start_force_close(listed(raw)[0].public_id, ""))
    assert isinstance(error, UnavailableError)
    assert error.retry_delay == 1.0
    world.driver.opening.open()
    assert opening.result(LIMIT).new_session


def test_force_close_that_fails_is_told_to_the_operator(world):
    """A close that fails reaches the operator too; the session is gone nevertheless."""
    raw = world.raw()
    attachment = raw.attach("data")
    world.driver.close_error = OSError(28, "No space left on device")
    error = error_of(raw.start_force_close(listed(raw)[0].public_id, ""))
    assert isinstance(error, ResourceExhaustedError)
    assert listed(raw) == []
    assert isinstance(error_of(raw.start_touch(attachment)), SessionNotFoundError)


def test_expired_by_force_is_not_taken_for_released(world):
    """Who repeats its Initialize after its session was closed by force gets no new one unasked."""
    raw = world.raw()
    raw.start_initialize("data", attachment_id="mine").result(LIMIT)
    raw.start_force_close(listed(raw)[0].public_id, "").result(LIMIT)
    error = error_of(raw.start_initialize("data", attachment_id="mine"))
    assert isinstance(error, AttachmentEndedError)
    assert world.driver.opened == {"data": 1}


def test_reason_commands_no_terminal(world):
    """What an operator gives as the reason is told on one line, without escapes."""
    raw = world.raw()
    raw.attach("data", 3)
    (session,) = listed(raw)
    answer = raw.start_force_close(session.public_id, "shift\nchange\x1b[2J").result(LIMIT)
    assert session_from_wire(answer.session).closed_by.endswith(r"reason: shift\nchange\x1b[2J")
