"""Clients that stand still: frozen by the system, or in a call that holds the interpreter."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from session_sharing.service import hosting

PROGRAM = Path(__file__).with_name("memory_client_program.py")
LIMIT = 60.0
PING, TIME_OUT = 300, 500  # ms
LONGER = 2  # seconds

Start = Callable[[str, str], "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start client programs, which say when they hold their session; none outlives the test."""
    processes: list[subprocess.Popen[str]] = []

    def start_one(address: str, mode: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(PROGRAM), address, mode]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        processes.append(process)
        assert process.stdout.readline()
        return process

    yield start_one
    for process in processes:
        process.kill()
        process.communicate(timeout=LIMIT)


@pytest.fixture
def quick_pings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let services look after their clients more often, so that tests need not wait for long."""
    quick = {
        "grpc.keepalive_time_ms": PING,
        "grpc.keepalive_timeout_ms": TIME_OUT,
        "grpc.http2.ping_timeout_ms": TIME_OUT,
    }
    options = {**dict(hosting.SERVER_OPTIONS), **quick}
    monkeypatch.setattr(hosting, "SERVER_OPTIONS", tuple(options.items()))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows freezes no process by a signal")
def test_frozen_client_is_refused_when_it_wakes_up(start_world, start, quick_pings):
    """A client frozen for longer than the grace time has lost its session, and is told so."""
    world = start_world(grace=0.1)
    process = start(world.service.address, "hold")
    process.send_signal(signal.SIGSTOP)
    world.until(lambda sessions: not sessions)
    process.send_signal(signal.SIGCONT)
    _, log = process.communicate("go on\n", timeout=LIMIT)
    assert process.returncode == 1
    assert "AttachmentEndedError" in log.splitlines()[-1]
    assert "was taken away at" in log
    assert world.driver.opened == world.driver.closed == {"data": 1}


def blocked_for(seconds: int, address: str, start: Start) -> None:
    """Let a client hold the interpreter for so long, then use its session."""
    process = start(address, "block")
    began = time.monotonic()
    out, log = process.communicate(f"{seconds}\n", timeout=LIMIT)
    assert out == "done\n", log
    assert time.monotonic() - began >= seconds


def test_client_that_holds_the_interpreter_keeps_its_session(start_world, start, quick_pings):
    """Liveness is the transport's: a driver call that lets no thread run costs no attachment."""
    world = start_world(grace=0)
    blocked_for(LONGER, world.service.address, start)
    assert world.driver.opened == world.driver.closed == {"data": 1}


@pytest.mark.reliability
def test_client_that_holds_the_interpreter_for_long(start_world, start):
    """The same for 30 s, with the options that services have."""
    world = start_world(grace=0)
    blocked_for(30, world.service.address, start)
    assert world.driver.opened == world.driver.closed == {"data": 1}
