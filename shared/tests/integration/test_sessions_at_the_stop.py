"""What becomes of sessions, streams and calls when the service stops."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import grpc
import pytest

from session_sharing.errors import ServiceStoppingError, UnavailableError
from session_sharing.testing.processes import ServerProcess
from session_sharing.wire.generated import administration_pb2
from session_sharing.wire.status import error_from_call

LIMIT = 20.0
STOPPING = "service is stopping"


def ends_with_stopping(stream) -> bool:
    """Read a stream to its end; return whether that says that the service is stopping."""
    with pytest.raises(grpc.RpcError) as raised:
        for _ in stream:
            pass
    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
    return STOPPING in raised.value.details()


def test_held_streams_are_told(world):
    """Streams that are held end with UNAVAILABLE and "service is stopping"; handles are closed."""
    raw = world.raw()
    attachment = raw.attach("data", 3)
    following = raw.follow(attachment)
    next(following)
    watching = raw.administration.WatchSessions(
        administration_pb2.WatchSessionsRequest(), timeout=LIMIT
    )
    next(watching)
    world.service.stop()
    for stream in (raw.stream, following, watching):
        assert ends_with_stopping(stream)
    world.service.__exit__(None, None, None)
    assert world.driver.closed == {"data": 1}


def test_new_work_is_refused_and_accepted_work_finishes(world):
    """While it stops, a service refuses what comes, and finishes what it accepted."""
    raw = world.raw()
    attachment = raw.attach("data")
    world.touching.shut()
    touching = raw.start_touch(attachment)
    world.touching.wait_for_one()
    world.service.stop()
    assert ends_with_stopping(raw.stream)
    watching = raw.administration.WatchSessions(
        administration_pb2.WatchSessionsRequest(), timeout=LIMIT
    )
    assert ends_with_stopping(watching)
    for call in (raw.start_initialize("other"), raw.start_touch(attachment)):
        error = error_from_call(call.exception(LIMIT))
        assert isinstance(error, UnavailableError)
        assert STOPPING in error.message
    assert not touching.done()
    world.touching.open()
    assert touching.result(LIMIT) == attachment
    world.service.__exit__(None, None, None)
    assert world.driver.closed == {"data": 1}
    assert world.driver.opened == {"data": 1}


def test_stop_ends_no_session_of_its_own(start_world):
    """The stop takes nothing away from clients whose streams end by it, whatever the grace time."""
    world = start_world(grace=0)
    raw = world.raw()
    raw.attach("data")
    world.driver.closing.shut()
    world.service.stop()
    world.driver.closing.wait_for_one()
    assert ends_with_stopping(raw.stream)
    (session,) = world.sessions()
    assert (session.state.value, len(session.attachments)) == ("open", 1)
    world.driver.closing.open()
    world.service.__exit__(None, None, None)
    assert world.driver.closed == {"data": 1}


def test_release_during_the_stop_closes_no_handle_twice(world):
    """A release that arrives while the stop closes the handle shares that close."""
    raw = world.raw()
    attachment = raw.attach("data")
    world.driver.closing.shut()
    world.service.stop()
    world.driver.closing.wait_for_one()
    releasing = raw.start_release(attachment)
    world.until(lambda sessions: sessions[0].state.value == "closing")
    world.driver.closing.open()
    assert releasing.result(LIMIT).outcome == 1
    world.service.__exit__(None, None, None)
    assert world.driver.closed == {"data": 1}


def test_initialize_that_still_waits_at_the_end_is_told(world):
    """An Initialize whose resource hangs is told that the service is stopping, not broken off."""
    world.driver.opening.shut()
    call = world.raw().start_initialize("data")
    world.driver.opening.wait_for_one()
    world.service.stop()
    error = error_from_call(call.exception(LIMIT))
    assert isinstance(error, UnavailableError)
    assert STOPPING in error.message


def test_initialize_that_was_located_too_late_opens_nothing(world):
    """An Initialize whose name is still looked up when the stop begins opens nothing any more."""
    going_on, came, locate = threading.Event(), threading.Event(), world.driver.locate

    def locate_slowly(resource):
        came.set()
        going_on.wait(LIMIT)
        return locate(resource)

    world.driver.locate = locate_slowly
    raw = world.raw()
    world.touching.shut()
    call = raw.start_initialize("data")
    assert came.wait(LIMIT)
    world.service.stop()
    assert ends_with_stopping(raw.stream)
    going_on.set()
    assert isinstance(error_from_call(call.exception(LIMIT)), UnavailableError)
    assert world.driver.opened == {}


@pytest.mark.parametrize("hanging", ["", "open", "close", "touch"])
def test_process_exits_in_time_whatever_hangs(tmp_path, connect, hanging):
    """A service ends within 10 s with exit code 0, also while an open, close or call hangs."""
    here = str(Path(__file__).parent)
    path = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    arguments = [str(tmp_path / "data"), *filter(None, [hanging])]
    with ServerProcess("memory_service_program", arguments, {"PYTHONPATH": path}) as server:
        raw = connect(server.address)
        attached = hanging != "open"
        use = raw.start_touch(raw.attach("data")) if attached else raw.start_initialize("data")
        _until(lambda: f"{hanging or 'close'}..." in server.log or use.done())
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 10
        error = use.exception(LIMIT)
        told = ServiceStoppingError if hanging in {"open", "touch"} else None
        assert (type(error_from_call(error)) if error else None) is told
    assert ("close..." in server.log) is (hanging != "open")


def _until(condition) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
