"""Errors, floods and garbage at a real server."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from datetime import datetime, timezone
from functools import partial

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from session_sharing import errors
from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
    SessionState,
)
from session_sharing.service import ErrorInterceptor
from session_sharing.service.admission import Admission
from session_sharing.testing import hosting
from session_sharing.testing.memory import SERVICE
from session_sharing.wire.status import STATUS, error_from_call

LIMIT = 10.0
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)
HOLDER = ClientIdentity("measure.py", "station-7", 4711, NOW, "operator", "b" * 36)

TOLD = sorted(STATUS.keys() - {errors.ServiceStoppingError}, key=lambda cls: cls.__name__)
"""What clients are told; after `ServiceStoppingError` they wait for the service to come back."""

# The world is made once for all examples; nothing in it changes from one to the next.
once = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def raised_by(client, world, error: BaseException) -> Exception:
    """Let an operation of the service raise an error; return what its client gets."""

    def fail() -> None:
        raise error

    world.before_touch = fail
    with pytest.raises(errors.SharingError) as raised:
        client.touch()
    return raised.value


@once
@given(
    cls=st.sampled_from(TOLD),
    text=st.text(min_size=1, max_size=300),
    delay=st.none() | st.integers(0, 10**9).map(lambda n: n / 1_000_000),
    size=st.none() | st.integers(1, 2**63 - 1),
)
def test_error_crosses_the_wire_as_it_is(world, cls, text, delay, size):
    """What a service raises is raised by its client: the same class, text and data."""
    error = cls(text, resource_name=text[:50], retry_delay=delay, size=size, limit=size)
    with world.client() as client:
        back = raised_by(client, world, error)
    assert type(back) is cls
    assert vars(back) == vars(error)


@pytest.mark.parametrize("text", ["x", "%", "\n", "é", "漢", "😀"])
@pytest.mark.parametrize("size", [1_000, 100_000])
def test_error_of_any_size_arrives(world, text, size):
    """The longest texts and two hundred holders do not keep an error from arriving."""
    held = tuple(AttachmentInformation(f"{n:08}", 0, HOLDER, NOW) for n in range(200))
    told = SessionInformation(
        "id", "data", "data", SessionState.OPEN, True, HOLDER, NOW, NOW, held, "somebody"
    )
    error = errors.SessionExistsError(
        text * size, resource_name=text * size, session=told, retry_delay=1.0
    )
    with world.client() as client:
        back = raised_by(client, world, error)
    assert type(back) is errors.SessionExistsError
    assert back.session is not None
    assert back.session.attachments[:5] == held[:5]
    assert back.message[:100] == (text * size)[:100]


def test_two_hundred_holders_are_told(world):
    """A resource that two hundred clients hold is still refused by name and with a session."""
    raw = world.raw()
    for number in range(200):
        raw.start_initialize("data", attachment_id=f"{number}").result(LIMIT)
    with pytest.raises(errors.SessionExistsError, match="and 195 more") as raised:
        world.client(behavior=1)
    assert raised.value.session is not None
    assert len(raised.value.session.attachments) >= 5


def test_defect_is_internal_and_tells_no_secrets(world, caplog):
    """What nobody foresaw is INTERNAL: the log holds it whole, the client learns its kind only."""
    with world.client() as client:
        back = raised_by(client, world, ValueError("password=hunter2"))
        assert type(back) is errors.InternalError
        assert "ValueError" in str(back)
        assert "hunter2" not in str(back)
        records = [r for r in caplog.records if r.levelno == logging.ERROR and r.exc_info]
        assert any("hunter2" in str(record.exc_info) for record in records)
        world.before_touch = lambda: None
        client.touch()


def test_generic_tools_see_status_and_text(world):
    """A client without this library sees the gRPC status and a text for people."""
    call = world.raw().start_initialize("data", 2)
    failure = call.exception(LIMIT)
    assert failure.code() is grpc.StatusCode.NOT_FOUND
    assert failure.details().startswith("Cannot attach: no session is open on 'data'.")


@pytest.mark.parametrize("garbage", [b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"\x00" * 1000])
@pytest.mark.parametrize("method", ["Initialize", "Close", "Touch", "Follow"])
def test_garbage_is_refused(world, method, garbage):
    """Bytes that are no message are INVALID_ARGUMENT; the connection and the service go on."""
    raw = world.raw()
    call = raw.channel.unary_stream if method == "Follow" else raw.channel.unary_unary
    with pytest.raises(grpc.RpcError) as raised:
        list(call(f"/{SERVICE}/{method}")(garbage, timeout=LIMIT))
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert f"{len(garbage)} bytes" in raised.value.details()
    raw.start_touch(raw.attach("data")).result(LIMIT)


@given(garbage=st.binary(max_size=200))
@once
def test_no_bytes_bring_the_service_down(world, garbage):
    """Whatever bytes arrive, the answer is an answer or an error of the tree, never a defect."""
    raw = world.raw()
    with contextlib.closing(raw.channel):
        for method in ("Initialize", "Close", "Touch"):
            call = raw.channel.unary_unary(f"/{SERVICE}/{method}").future(garbage, timeout=LIMIT)
            failure = call.exception(LIMIT)
            if failure is not None:
                assert not isinstance(error_from_call(failure), errors.InternalError)


def test_unknown_method_is_unimplemented(world):
    """A method that the service does not have is UNIMPLEMENTED, as gRPC says."""
    failure = world.raw().channel.unary_unary(f"/{SERVICE}/Nothing").future(b"").exception(LIMIT)
    assert failure.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.fixture
def few_calls(start_world, monkeypatch):
    """Return a service that takes six calls of a connection at once, and 10,000 bytes of all."""
    small = partial(ErrorInterceptor, Admission(calls=6, size=10_000))
    monkeypatch.setattr(hosting, "ErrorInterceptor", small)
    return start_world()


def test_flood_of_one_client_is_refused_and_starves_nobody(few_calls):
    """Calls beyond the limit get RESOURCE_EXHAUSTED with a delay; other clients are served."""
    runaway, other = few_calls.raw(), few_calls.raw()
    attachment, theirs = runaway.attach("data"), other.attach("other")
    few_calls.touching.shut()
    ended = threading.Semaphore(0)
    calls = [runaway.start_touch(attachment) for _ in range(20)]
    for call in calls:
        call.add_done_callback(lambda _: ended.release())
    for _ in range(5):  # The liveness stream is the sixth.
        few_calls.touching.wait_for_one()
    for _ in range(15):
        assert ended.acquire(timeout=LIMIT)
    refused = [error_from_call(call.exception(0)) for call in calls if call.done()]
    assert len(refused) == 15
    assert {type(error) for error in refused} == {errors.ResourceExhaustedError}
    assert refused[0].retry_delay == 0.5
    assert other.start_release(theirs).result(LIMIT).outcome == 1
    few_calls.touching.open()
    served = [call.result(LIMIT) for call in calls if call.exception(LIMIT) is None]
    assert served == [attachment] * 5
    runaway.start_touch(attachment).result(LIMIT)


@pytest.mark.parametrize(
    "method",
    [
        "grpc.health.v1.Health/Watch",
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        "session_sharing.v1.SessionAdministration/WatchSessions",
    ],
)
def test_streams_that_are_held_are_bounded(few_calls, method):
    """Whoever holds stream after stream, of any service, takes no more than a connection may."""
    raw, asked = few_calls.raw(), threading.Event()

    def requests():
        yield b"\x3a\x01*"  # For reflection: which services there are.
        asked.wait(LIMIT)

    call = raw.channel.stream_stream(f"/{method}")
    held = [call(requests(), timeout=LIMIT) for _ in range(5)]  # The liveness stream is the sixth.
    assert all(next(stream) is not None for stream in held)
    with pytest.raises(grpc.RpcError) as raised:
        next(call(iter([b""]), timeout=LIMIT))
    asked.set()
    assert isinstance(error_from_call(raised.value), errors.ResourceExhaustedError)
    few_calls.raw().attach("data")


def test_bytes_of_all_clients_are_bounded(few_calls):
    """Requests too big together are refused with their sizes; one alone is always taken."""
    raw, other = few_calls.raw(), few_calls.raw()
    few_calls.driver.opening.shut()
    first = raw.start_initialize("a" * 20_000)
    few_calls.driver.opening.wait_for_one()
    error = error_from_call(other.start_initialize("b" * 900).exception(LIMIT))
    assert isinstance(error, errors.ResourceExhaustedError)
    assert error.size is not None
    assert 900 < error.size < 1_100
    assert error.limit == 10_000
    few_calls.driver.opening.open()
    assert first.result(LIMIT).new_session
    assert other.start_initialize("b" * 900).result(LIMIT).new_session


def test_thousand_calls_are_taken_and_hold_up_nobody(world):
    """A client may have 1,000 calls in flight, and another is answered within a second then."""
    busy, other = world.raw(), world.raw()
    theirs = other.attach("other")
    world.driver.opening.shut()
    calls = [busy.start_initialize("data") for _ in range(1_000)]
    world.until_waiting(1_000)
    started = time.monotonic()
    other.start_touch(theirs).result(LIMIT)
    assert time.monotonic() - started < 1
    world.driver.opening.open()
    assert sum(call.result(LIMIT).new_session for call in calls) == 1
