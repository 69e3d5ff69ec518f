"""The rules that hold at every moment, over a real connection."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from session_sharing.behavior import Behavior
from session_sharing.errors import (
    AccessDeniedError,
    AttachmentEndedError,
    InternalError,
    InvalidRequestError,
    SessionExistsError,
    SessionNotFoundError,
    UnknownClientError,
)
from session_sharing.information import SessionState
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.status import error_from_call

LIMIT = 10.0
CLOSED, LEFT_OPEN = (
    session_pb2.RELEASE_OUTCOME_CLOSED,
    session_pb2.RELEASE_OUTCOME_LEFT_OPEN,
)


def error_of(call) -> Exception:
    """Return the library's error that a call of stubs ends with."""
    with pytest.raises(grpc.RpcError) as raised:
        call.result(LIMIT)
    return error_from_call(raised.value)


def test_fifty_at_once_cause_one_open(world):
    """Fifty clients that initialize one resource at once with AUTO share one open handle."""
    world.driver.opening.shut()
    raws = [world.raw() for _ in range(50)]
    calls = [raw.start_initialize("Data") for raw in raws]
    world.driver.opening.wait_for_one()
    world.until_waiting(50)
    world.driver.opening.open()
    answers = [call.result(LIMIT) for call in calls]
    assert len({answer.session_name for answer in answers}) == 1
    assert [answer.new_session for answer in answers].count(True) == 1
    assert world.driver.opened == {"data": 1}
    assert len(world.sessions()[0].attachments) == 50


@pytest.mark.parametrize("behavior", [1, 3])
def test_one_of_many_that_want_a_new_session_wins(world, behavior):
    """Of many that create at once one wins; the others are told ALREADY_EXISTS and who holds it."""
    world.driver.opening.shut()
    calls = [world.raw().start_initialize("data", behavior) for _ in range(8)]
    world.driver.opening.wait_for_one()
    world.until_waiting(8)
    world.driver.opening.open()
    losers = [call for call in calls if call.exception(LIMIT) is not None]
    assert len(losers) == 7
    for loser in losers:
        error = error_of(loser)
        assert isinstance(error, SessionExistsError)
        assert error.session is not None
        assert error.session.public_id in error.message
        assert "held by raw" in error.message
        assert "python -m session_sharing close" in error.message
    assert world.driver.opened == {"data": 1}


def test_session_name_is_no_public_knowledge(world):
    """What is listed and told in errors never holds the secret session name."""
    raw = world.raw()
    attachment = raw.attach("data")
    error = error_of(raw.start_initialize("data", 1))
    assert attachment.session_name not in str(world.sessions()) + str(vars(error))


def test_failed_open_reaches_everybody_and_leaves_nothing(world):
    """If opening fails, every waiting client gets that error, and the next one starts afresh."""
    world.driver.opening.shut()
    world.driver.open_error = PermissionError(13, "Permission denied")
    calls = [world.raw().start_initialize("data") for _ in range(5)]
    world.driver.opening.wait_for_one()
    world.until_waiting(5)
    world.driver.opening.open()
    for call in calls:
        error = error_of(call)
        assert isinstance(error, AccessDeniedError)
        assert "Permission denied" in error.message
    assert world.sessions() == []
    world.driver.open_error = None
    with world.client() as client:
        assert client.new_session
    assert world.driver.closed == {"data": 1}


def test_defect_in_open_is_told_without_its_details(world):
    """A driver that breaks is INTERNAL for the client; what it said stays in the service's log."""
    world.driver.open_error = KeyError("password=hunter2")
    with pytest.raises(InternalError, match="KeyError") as raised:
        world.client()
    assert "hunter2" not in str(raised.value)
    assert world.sessions() == []


def test_hanging_resource_delays_no_other(world):
    """A resource that hangs in its opening or closing delays no call for another resource."""
    driver, going_on = world.driver, threading.Event()
    open_anything, close_anything = driver.open, driver.close

    def open_slowly(address: str) -> list[str]:
        if address == "hung":
            going_on.wait()
        return open_anything(address)

    def close_slowly(handle: list[str]) -> None:
        if handle[0] == "bad":
            going_on.wait()
        close_anything(handle)

    driver.open, driver.close = open_slowly, close_slowly
    try:
        opening = world.raw().start_initialize("hung")
        raw = world.raw()
        closing = raw.start_release(raw.attach("bad"))
        world.until(lambda found: [s.state for s in found].count(SessionState.CLOSING) == 1)
        for _ in range(3):
            with world.client("fast") as client:
                client.touch()
        assert not opening.done()
        assert not closing.done()
    finally:
        going_on.set()
    assert opening.result(LIMIT).new_session
    assert closing.result(LIMIT).outcome == CLOSED


@pytest.mark.parametrize("behavior", list(Behavior))
def test_initialize_during_close_waits_and_is_decided_afresh(world, behavior):
    """An Initialize that arrives while a session closes waits, and then finds none open."""
    creator = world.raw()
    attachment = creator.attach("data", 1)
    world.driver.closing.shut()
    releasing = creator.start_release(attachment)
    world.driver.closing.wait_for_one()
    late = world.raw().start_initialize("data", behavior)
    world.until_waiting(1)
    assert not late.done()
    world.driver.closing.open()
    assert releasing.result(LIMIT).outcome == CLOSED
    if behavior in (2, 4):
        error = error_of(late)
        assert isinstance(error, SessionNotFoundError)
        assert "The last one was" in error.message
        assert " by raw (" in error.message
    else:
        answer = late.result(LIMIT)
        assert answer.new_session
        assert answer.session_name != attachment.session_name
        assert world.driver.opened == {"data": 2}


def test_failing_close_frees_the_key_and_reaches_the_releaser(world, caplog):
    """A close that fails is told to the releasing client and the log, and the key is free again."""
    client = world.client()
    world.driver.close_error = OSError(28, "No space left on device")
    with pytest.raises(Exception, match="No space left") as raised:
        client.close()
    assert type(raised.value).__name__ == "ResourceExhaustedError"
    assert "No space left" in caplog.text
    assert world.sessions() == []
    world.driver.close_error = None
    with world.client(behavior=1) as again:
        again.touch()


def test_accepted_operation_finishes_before_the_close(world):
    """A session closes only when the operation that it accepted has ended, well."""
    raw = world.raw()
    attachment = raw.attach("data")
    world.touching.shut()
    touching = raw.start_touch(attachment)
    world.touching.wait_for_one()
    releasing = raw.start_release(attachment)
    world.until(lambda sessions: sessions[0].state is SessionState.CLOSING)
    assert world.driver.closed == {}
    assert not releasing.done()
    world.touching.open()
    assert touching.result(LIMIT) == attachment
    assert releasing.result(LIMIT).outcome == CLOSED
    assert world.driver.closed == {"data": 1}


def test_operation_after_the_close_is_told_by_whom_and_when(world):
    """An operation on a closed session is NOT_FOUND, naming who closed it and when."""
    holder, closer = world.raw(), world.raw()
    kept = holder.attach("data")
    holder.start_release(kept).result(LIMIT)
    error = error_of(closer.start_touch(kept))
    assert isinstance(error, SessionNotFoundError)
    assert " by raw (process 1 on here)" in error.message
    assert error.session is not None
    assert error.session.closed_at is not None


def test_operation_while_closing_is_refused(world):
    """An operation that comes when the closing has begun is refused, though the handle is open."""
    raw = world.raw()
    attachment = raw.attach("data")
    world.driver.closing.shut()
    releasing = raw.start_release(attachment)
    world.driver.closing.wait_for_one()
    assert isinstance(error_of(raw.start_touch(attachment)), SessionNotFoundError)
    world.driver.closing.open()
    releasing.result(LIMIT)


def test_operation_on_a_released_attachment_is_refused(world):
    """Who released may use the session no more, though it is open for others."""
    raw, other = world.raw(), world.raw()
    attachment, _ = raw.attach("data", 3), other.attach("data")
    raw.start_release(attachment).result(LIMIT)
    assert isinstance(error_of(raw.start_touch(attachment)), AttachmentEndedError)


def test_stream_that_follows_ends_with_the_closing(world):
    """A stream that follows a session holds nothing open, and ends when it closes."""
    raw = world.raw()
    attachment = raw.attach("data")
    raw.start_touch(attachment).result(LIMIT)
    stream = raw.follow(attachment)
    assert [next(stream), next(stream)] == [attachment] * 2
    assert raw.start_release(attachment).result(LIMIT).outcome == CLOSED
    assert list(stream) == []
    assert stream.code() is grpc.StatusCode.OK


@pytest.mark.parametrize("going", ["cancelled", "killed"])
def test_waiting_client_that_goes_away_disturbs_nobody(world, going):
    """A client that cancels or vanishes while an open is awaited leaves the others undisturbed."""
    world.driver.opening.shut()
    first, second = world.raw(), world.raw()
    gone = first.start_initialize("data", 1)
    world.driver.opening.wait_for_one()
    waiting = second.start_initialize("data")
    world.until_waiting(2)
    if going == "cancelled":
        gone.cancel()
    else:
        first.vanish()
    world.until_waiting(1)
    world.driver.opening.open()
    answer = waiting.result(LIMIT)
    assert answer.new_session
    assert world.driver.opened == {"data": 1}
    assert len(world.sessions()[0].attachments) == 1


def test_open_that_nobody_awaits_any_more_is_closed(world):
    """If every waiting client is gone when the open ends, the session closes at once."""
    world.driver.opening.shut()
    raw = world.raw()
    call = raw.start_initialize("data")
    world.driver.opening.wait_for_one()
    call.cancel()
    world.until_waiting(0)
    world.driver.opening.open()
    world.until(lambda sessions: not sessions)
    assert world.driver.closed == {"data": 1}


def test_repeated_initialize_gives_the_same_answer(world):
    """Initialize repeated with its attachment id gives the same answer, `new_session` included."""
    raw = world.raw()
    calls = [raw.start_initialize("data", 1, attachment_id="mine") for _ in range(5)]
    answers = [call.result(LIMIT) for call in calls]
    answers.append(raw.start_initialize("data", 1, attachment_id="mine").result(LIMIT))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0].new_session
    assert len(world.sessions()[0].attachments) == 1


def test_repeated_release_gives_the_same_answer(world):
    """Close repeated gives the same answer, whatever that was; nothing is released twice."""
    raw, other = world.raw(), world.raw()
    left = raw.attach("left", 3)
    other.attach("pending")
    pending = raw.attach("pending", 4)
    closed = raw.attach("closed")
    for attachment in (left, pending, closed):
        answers = [raw.start_release(attachment).result(LIMIT) for _ in range(3)]
        assert answers[0].outcome == answers[1].outcome == answers[2].outcome
    assert world.driver.closed == {"closed": 1}
    assert raw.start_release(left, mode=1).result(LIMIT).outcome == LEFT_OPEN


def test_attachment_id_of_another_wish_is_refused(world):
    """An attachment id that comes back with another wish, or from another client, is refused."""
    raw, thief = world.raw(), world.raw()
    raw.start_initialize("data", attachment_id="mine").result(LIMIT)
    for call in (
        raw.start_initialize("other", attachment_id="mine"),
        raw.start_initialize("data", 2, attachment_id="mine"),
        thief.start_initialize("data", attachment_id="mine"),
        thief.start_release(session_pb2.AttachmentReference(attachment_id="mine")),
    ):
        assert isinstance(error_of(call), InvalidRequestError)
    assert len(world.sessions()[0].attachments) == 1


def test_release_that_overtakes_its_initialize_wins(world):
    """A release that arrives before its Initialize sees to it that nothing is ever held."""
    raw = world.raw()
    never = session_pb2.AttachmentReference(attachment_id="mine")
    assert raw.start_release(never).result(LIMIT).outcome == LEFT_OPEN
    error = error_of(raw.start_initialize("data", attachment_id="mine"))
    assert isinstance(error, AttachmentEndedError)
    assert world.driver.opened == {}


def test_unknown_client_is_refused(world):
    """A client id without a live stream is refused, and told to connect first."""
    error = error_of(world.raw().start_initialize("data", client_id="nobody"))
    assert isinstance(error, UnknownClientError)
    assert "Connect" in error.message
    assert world.driver.opened == {}


@pytest.mark.parametrize(
    ("client_id", "attachment_id"), [("", "a"), ("c", ""), ("c" * 101, "a"), ("c", "a" * 101)]
)
def test_identifiers_are_checked(world, client_id, attachment_id):
    """Missing or overlong identifiers are INVALID_ARGUMENT, for Initialize as for Close."""
    raw = world.raw()
    initialize = session_pb2.InitializeRequest(
        resource_name="data", client_id=client_id, attachment_id=attachment_id
    )
    release = session_pb2.ReleaseRequest(
        attachment=session_pb2.AttachmentReference(attachment_id=attachment_id),
        client_id=client_id,
    )
    for name, request in (("Initialize", initialize), ("Close", release)):
        call = raw.start(name, request, session_pb2.InitializeResponse)
        assert isinstance(error_of(call), InvalidRequestError)


@pytest.mark.parametrize(
    ("resource", "behavior"), [("", 0), ("data?x", 0), ("!", 0), ("data", 5), ("data", -1)]
)
def test_nonsense_is_refused_before_anything_is_opened(world, resource, behavior):
    """Unusable names and behaviours are INVALID_ARGUMENT, and open nothing."""
    assert isinstance(
        error_of(world.raw().start_initialize(resource, behavior)), InvalidRequestError
    )
    assert world.driver.opened == {}


def test_sessions_open_and_close_under_load_without_loss(world):
    """Threads that open, use and close at random never see two handles of a key at once."""

    def work(number: int) -> None:
        for turn in range(10):
            with world.client(f"data{(number + turn) % 2}") as client:
                client.touch()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    world.until(lambda sessions: not sessions)
    assert world.driver.opened == world.driver.closed
