"""A server as a process: its ready line, its signals, its exit codes; with real processes."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("hosting_program.py")
DEADLINE = 20.0  # seconds

if sys.platform == "win32":
    SIGNALS = [signal.CTRL_BREAK_EVENT]
    FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    SIGNALS = [signal.SIGTERM, signal.SIGINT]
    FLAGS = 0

Process = subprocess.Popen[str]
Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start server processes; none outlives the test, and none keeps it waiting."""
    processes: list[Process] = []
    guards: list[threading.Timer] = []
    # As users have it: what could not be written stays in a buffer, and Python meets it at its end.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}

    def start_one(mode: str, stop_within: float = 10) -> Process:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), mode, str(tmp_path / "state"), str(stop_within)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            creationflags=FLAGS,
        )
        processes.append(process)
        guards.append(threading.Timer(DEADLINE, process.kill))
        guards[-1].start()
        return process

    yield start_one
    for guard, process in zip(guards, processes, strict=True):
        guard.cancel()
        process.kill()
        process.wait(DEADLINE)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def ready_port(process: Process) -> int:
    """Wait for the ready line and return its port."""
    assert process.stdout
    match = re.fullmatch(r"program ready: localhost:(\d+)\n", process.stdout.readline())
    assert match
    return int(match.group(1))


@pytest.mark.parametrize("number", SIGNALS)
def test_signal_stops_in_order_and_exits_0(start: Start, number: signal.Signals) -> None:
    """A stop signal drains, gives back and exits 0; standard output held one line and no more."""
    process = start("plain")
    port = ready_port(process)
    socket.create_connection(("localhost", port), timeout=5).close()
    process.send_signal(number)
    out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0
    assert out == ""
    lines = err.splitlines()
    assert lines.index("drained") < lines.index("stopped")
    assert "Traceback" not in err


def test_next_run_has_the_same_port(start: Start) -> None:
    """A restarted server is where it was, after a kill as after a stop."""
    first = start("plain")
    port = ready_port(first)
    first.kill()
    first.wait(DEADLINE)
    second = start("plain")
    assert ready_port(second) == port
    second.send_signal(SIGNALS[0])
    assert second.wait(DEADLINE) == 0
    assert ready_port(start("plain")) == port


def test_second_server_has_another_port(start: Start) -> None:
    """A remembered port that is in use does not stop a start."""
    assert ready_port(start("plain")) != ready_port(start("plain"))


def test_more_signals_do_no_harm(start: Start) -> None:
    """Signals that come while the server stops, and while Python ends, change nothing."""
    process = start("stopping-hangs", stop_within=0.5)
    ready_port(process)
    while process.poll() is None:
        process.send_signal(SIGNALS[-1])
        time.sleep(0.01)  # so that the signals spread over the whole stop
    assert process.returncode == 0
    assert process.stderr
    assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize(
    ("mode", "logged"),
    [
        ("stopping-hangs", "drain did not end within"),
        ("loop-hangs", "The process does not end by itself"),
        ("thread-hangs", "hung-worker"),
        ("executor-hangs", "The process does not end by itself"),
    ],
)
def test_whatever_hangs_the_process_ends_in_time(start: Start, mode: str, logged: str) -> None:
    """A hung drain, loop, thread or executor costs the limit at most; the log says what hung."""
    process = start(mode, stop_within=0.5)
    ready_port(process)
    signalled = time.monotonic()
    process.send_signal(SIGNALS[0])
    _, err = process.communicate(timeout=DEADLINE)
    assert time.monotonic() - signalled < 3  # 0.5 s, and room for a busy machine
    assert process.returncode == 0
    assert logged in err
    assert ("stopped" in err.splitlines()) == (mode != "loop-hangs")


def test_stuck_log_does_not_keep_the_process(start: Start) -> None:
    """A parent that stops reading standard error cannot keep the server from ending."""
    process = start("log-hangs", stop_within=0.5)
    ready_port(process)
    process.send_signal(SIGNALS[0])
    assert process.wait(5) == 0


def test_failed_start_is_one_line_and_exit_1(start: Start) -> None:
    """A start that fails says in one line what to do, whatever line ends the message had."""
    process = start("start-fails")
    out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1
    assert out == ""
    assert err == "program: The data folder /x is held by another process.\n"


def test_failed_start_ends_in_spite_of_a_thread(start: Start) -> None:
    """A worker started before the failure keeps neither the process nor its exit code."""
    process = start("start-fails-with-thread", stop_within=0.5)
    _, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1
    assert err.splitlines()[0] == "program: The data folder /x is held."
    assert "hung-worker" in err


def test_failure_after_the_server_started_stops_it_in_order(start: Start) -> None:
    """When the last step of a start fails, all is given back, and nothing was ready."""
    process = start("registration-fails")
    out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1
    assert out == ""
    assert err.splitlines() == ["drained", "stopped", "program: The name is taken."]


def test_defect_at_start_shows_its_traceback(start: Start) -> None:
    """An error that nobody foresaw is exit 1 with the traceback that its finder needs."""
    process = start("start-is-defect")
    out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1
    assert out == ""
    assert err.startswith("Traceback")
    assert err.rstrip().endswith("ZeroDivisionError: a defect")


def test_nobody_reads_standard_output(start: Start) -> None:
    """A server whose parent closed the pipe serves on, says so in the log, and exits 0."""
    process = start("plain")
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    line = process.stderr.readline()
    assert "Nobody reads standard output" in line
    port = int(line.rpartition(":")[2])
    socket.create_connection(("localhost", port), timeout=5).close()
    process.send_signal(SIGNALS[0])
    assert process.wait(DEADLINE) == 0


def test_nobody_reads_standard_error(start: Start) -> None:
    """A server whose log goes nowhere still exits 0."""
    process = start("plain")
    assert process.stderr
    process.stderr.close()
    ready_port(process)
    process.send_signal(SIGNALS[0])
    assert process.wait(DEADLINE) == 0


def test_closed_standard_input_does_not_end_it(start: Start) -> None:
    """A parent that closes the standard input of the server does not end it."""
    process = start("plain")
    assert process.stdin
    process.stdin.close()
    port = ready_port(process)
    socket.create_connection(("localhost", port), timeout=5).close()
    assert process.poll() is None
    process.send_signal(SIGNALS[0])
    assert process.wait(DEADLINE) == 0
