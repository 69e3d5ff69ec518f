"""Clients that are killed, interrupted, forked or cut off; with real processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest

from session_sharing.behavior import Behavior
from session_sharing.errors import (
    AttachmentEndedError,
    SessionExistsError,
    UnknownClientError,
)
from session_sharing.wire.status import error_from_call

PROGRAM = Path(__file__).with_name("memory_client_program.py")
LIMIT = 20.0
Start = Callable[[str, str], "subprocess.Popen[str]"]

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork and no SIGINT")


@pytest.fixture
def start() -> Iterator[Start]:
    """Start client programs; none outlives the test."""
    processes: list[subprocess.Popen[str]] = []

    def start_one(address: str, mode: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), address, mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start_one
    for process in processes:
        process.kill()
        process.communicate(timeout=LIMIT)


def error_of(call: grpc.Future) -> Exception:
    """Return the library's error that a call of stubs ends with."""
    return error_from_call(call.exception(LIMIT))


@pytest.mark.parametrize(("mode", "grace"), [("hold", 0.5), ("touch", 0.0)])
def test_killed_client_is_released_within_the_grace_time(start_world, start, mode, grace):
    """A killed client's attachments are released after the grace time, not a second later."""
    world = start_world(grace=grace)
    process = start(world.service.address, mode)
    assert process.stdout.readline()
    process.kill()
    killed = time.monotonic()
    world.until(lambda sessions: not sessions)
    assert grace - 0.1 <= time.monotonic() - killed < grace + 1
    assert world.driver.closed == {"data": 1}


def test_killed_client_releases_by_its_behaviors(start_world, start):
    """Of a killed client's sessions those close whose behaviour says so; the others stay."""
    world = start_world(grace=0)
    process = start(world.service.address, "two")
    process.stdout.readline()
    process.kill()
    world.until(lambda found: [(s.resource_name, s.attachments) for s in found] == [("kept", ())])
    assert "memory_client_program.py" in str(world.sessions()[0].created_by)


def test_orphan_of_a_killed_client_is_taken_over(start_world, start):
    """What a dead program left open is in the way, unless the next client may take it over."""
    world = start_world(grace=0)
    process = start(world.service.address, "two")
    process.stdout.readline()
    process.kill()
    process.wait(LIMIT)
    world.until(lambda found: [session.attachments for session in found] == [()])
    with pytest.raises(SessionExistsError):
        world.client("kept", 1)
    with world.client("kept", 1, take_over_orphan=True) as client:
        assert client.took_over.created_by.process_id == process.pid
        client.touch()
    with world.client("kept", 1, take_over_orphan=True) as client:
        assert client.took_over is None


def test_client_killed_while_it_waits_leaves_nothing(start_world, start):
    """A client killed while its Initialize waits is taken back, and what opens for it is closed."""
    world = start_world(grace=0)
    world.driver.opening.shut()
    process = start(world.service.address, "hold")
    world.driver.opening.wait_for_one()
    process.kill()
    world.until_waiting(0)
    world.driver.opening.open()
    world.until(lambda sessions: not sessions)
    assert world.driver.closed == {"data": 1}


def test_killed_holder_closes_what_others_asked_to_close(start_world, start):
    """A pending close that waits for a client that died is carried out."""
    world = start_world(grace=0)
    process = start(world.service.address, "hold")
    process.stdout.readline()
    client = world.client(behavior=Behavior.ATTACH_TO_SESSION_THEN_CLOSE, wait_closed=LIMIT)
    process.kill()
    assert client.close().outcome.value == "closed"


@posix
def test_interrupt_while_waiting_leaves_nothing(start_world, start):
    """Ctrl-C during an Initialize that waits ends the program at once and leaves nothing held."""
    world = start_world(grace=60)
    world.driver.opening.shut()
    process = start(world.service.address, "hold")
    world.driver.opening.wait_for_one()
    process.send_signal(signal.SIGINT)
    _, log = process.communicate(timeout=LIMIT)
    assert "KeyboardInterrupt" in log
    world.until_waiting(0)
    world.driver.opening.open()
    world.until(lambda sessions: not sessions)
    assert world.driver.closed == {"data": 1}


@posix
def test_forked_child_is_refused_and_harms_nobody(start_world, start):
    """A forked child may not use its parent's session; the parent goes on as if nothing was."""
    world = start_world(grace=0)
    process = start(world.service.address, "fork")
    assert process.stdout.readline() == "child 3\n", process.stderr.read()
    assert len(world.sessions()[0].attachments) == 1
    out, log = process.communicate("go on\n", timeout=LIMIT)
    assert out == "parent done\n", log
    assert world.sessions() == []


def test_spawned_child_has_a_session_of_its_own(start_world, start):
    """A child made by `spawn` shares the session as every other program does."""
    world = start_world()
    out, log = start(world.service.address, "spawn").communicate(timeout=LIMIT)
    assert out == "child 0\n", log
    assert world.driver.opened == world.driver.closed == {"data": 1}


def test_lost_client_that_comes_back_in_time_keeps_its_attachments(start_world):
    """A client whose stream was lost keeps all it holds if it comes back within the grace time."""
    world = start_world(grace=60)
    raw = world.raw()
    attachment = raw.attach("data")
    raw.vanish()
    world.service.call(lambda: None)
    back = world.raw(raw.client_id)
    assert back.client_id == raw.client_id
    assert back.hello.grace_time.seconds == 60
    back.start_touch(attachment).result(LIMIT)
    assert back.start_release(attachment).result(LIMIT).outcome == 1


def test_client_that_is_back_does_not_expire(start_world):
    """The grace time of a client ends when it comes back: it holds long beyond it."""
    world = start_world(grace=0.3)
    other, raw = world.raw(), world.raw()
    attachment = raw.attach("data")
    raw.stream.cancel()
    back = world.raw(raw.client_id)
    other.attach("other")
    other.vanish()  # Its grace time begins later than that of the client that is back.
    world.until(lambda sessions: len(sessions) == 1)
    back.start_touch(attachment).result(LIMIT)


def test_one_of_two_streams_may_go(start_world):
    """A client that came back before its old stream was missed is lost with the last of them."""
    world = start_world(grace=0)
    raw = world.raw()
    attachment = raw.attach("data")
    back = world.raw(raw.client_id)
    raw.vanish()
    back.start_touch(attachment).result(LIMIT)
    assert len(world.sessions()) == 1
    back.vanish()
    world.until(lambda sessions: not sessions)


def test_expired_attachment_is_refused_and_told_why(start_world):
    """What was taken away stays so: a client that wakes up is told when, and to attach again."""
    world = start_world(grace=0)
    keeper, raw = world.raw(), world.raw()
    keeper.attach("data", 3)
    attachment = raw.attach("data")
    raw.stream.cancel()
    world.until(lambda sessions: len(sessions[0].attachments) == 1)
    error = error_of(raw.start_touch(attachment))
    assert isinstance(error, AttachmentEndedError)
    for part in ("raw (process 1 on here) was taken away at 2", "grace time", "attach anew"):
        assert part in error.message
    again = raw.start_initialize("data", attachment_id=attachment.attachment_id)
    assert isinstance(error_of(again), UnknownClientError)
    with pytest.raises(grpc.RpcError) as raised:
        world.raw(raw.client_id)
    assert isinstance(error_from_call(raised.value), UnknownClientError)
    fresh = world.raw()
    repeated = fresh.start_initialize("data", attachment_id=attachment.attachment_id)
    assert isinstance(error_of(repeated), AttachmentEndedError)


def test_call_of_a_killed_client_holds_nothing_open(start_world):
    """A call that hangs when its client dies ends with it, and the session can close."""
    world = start_world(grace=0)
    raw = world.raw()
    attachment = raw.attach("data")
    world.touching.shut()
    touching = raw.start_touch(attachment)
    world.touching.wait_for_one()
    raw.vanish()
    world.until(lambda sessions: not sessions)
    assert touching.exception(LIMIT) is not None
    assert isinstance(error_of(world.raw().start_touch(attachment)), AttachmentEndedError)
