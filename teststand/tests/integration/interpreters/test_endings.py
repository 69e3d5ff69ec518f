"""How interpreters end: by their own, by force, and with the runner."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from teststand_runner.interpreters import (
    Cancellation,
    Interpreter,
    InterpreterClosedError,
    InterpreterDiedError,
    InterpreterGoneError,
    InterpreterKey,
    InterpreterPool,
    InterpreterScope,
    ModuleOwner,
    Request,
    StepCancelledError,
    StepTimeoutError,
)

STEPS = Path(__file__).with_name("steps.py")
SECONDS = 20.0


def until(condition):
    """Wait until a condition holds, for twenty seconds."""
    deadline = time.monotonic() + SECONDS
    waiting = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it does not come"
        waiting.wait(0.01)


def is_alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def pids_in(path):
    until(lambda: path.is_file() and len(path.read_text().split()) == 2)
    return [int(pid) for pid in path.read_text().split()]


def test_a_step_that_takes_too_long_is_ended_with_all_that_it_started(own, tmp_path):
    """After a time-out no process is left of it, and the next step is told."""
    started = tmp_path / "started"
    with pytest.raises(StepTimeoutError, match=r"steps\.py: hang .* after 1\.5 s"):
        own("hang", str(started), timeout=1.5)
    until(lambda: not any(map(is_alive, pids_in(started))))
    with pytest.raises(InterpreterGoneError, match="has ended before"):
        own("echo", 1.0)


def test_cancelling_ends_the_step_that_runs(own, tmp_path):
    """Whoever cancels the run does not wait for the step."""
    cancellation, started = Cancellation(), tmp_path / "started"
    thread = threading.Thread(target=lambda: (pids_in(started), cancellation.cancel()))
    thread.start()
    with pytest.raises(StepCancelledError, match="was cancelled"):
        own("hang", str(started), cancellation=cancellation)
    thread.join()
    until(lambda: not any(map(is_alive, pids_in(started))))


def test_a_process_that_dies_is_told_with_its_last_words(own):
    """The error has how it ended, and what it printed last."""
    with pytest.raises(InterpreterDiedError, match=r"exit code 7.*the last words"):
        own("die", 7)
    with pytest.raises(InterpreterGoneError, match="exit code 7"):
        own("echo", 1.0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_signal_is_told_by_its_name(own):
    """A crash is told from an exit."""
    with pytest.raises(InterpreterDiedError, match="signal SIGKILL"):
        own("crash")


def test_closing_lets_the_users_code_release_what_it_holds(own, tmp_path):
    """What was registered with atexit has run when closing returns."""
    own("release_at_exit", str(tmp_path / "released"))
    assert own.interpreter.close()
    assert (tmp_path / "released").read_text() == "released"
    with pytest.raises(InterpreterClosedError):
        own("echo", 1.0)
    assert not own.interpreter.close(), "once is enough"


def test_closing_ends_what_steps_have_left_running(own, tmp_path):
    """A program that a step started, and that keeps its output open, ends with the interpreter."""
    started = tmp_path / "started"
    own("leave_running", str(started))
    began, (_, pid) = time.monotonic(), pids_in(started)
    assert own.interpreter.close()
    assert time.monotonic() - began < 4.0, "no pipe was waited for"
    until(lambda: not is_alive(pid))


def test_closing_ends_a_step_that_hangs_and_those_that_wait(own, tmp_path):
    """At the end of a run nobody waits for ever, neither for a step nor for its turn."""
    started, errors = tmp_path / "started", []

    def run(name, *arguments):
        with pytest.raises(InterpreterClosedError) as caught:
            own(name, *arguments)
        errors.append(str(caught.value))

    hanging = threading.Thread(target=run, args=("hang", str(started)))
    hanging.start()
    pids = pids_in(started)
    waiting = threading.Thread(target=run, args=("echo", 1.0))
    waiting.start()
    assert not own.interpreter.close()
    hanging.join(SECONDS)
    waiting.join(SECONDS)
    assert len(errors) == 2
    until(lambda: not any(map(is_alive, pids)))


def test_closing_is_bounded(caplog):
    """User's code that never ends does not keep the runner."""
    interpreter = Interpreter.start(Path(sys.executable), "stubborn", end_seconds=0.3)
    interpreter.call(Request("call", ModuleOwner(STEPS), "never_end"), timeout=SECONDS)
    assert not interpreter.close()
    assert not is_alive(interpreter.pid)
    assert "stubborn did not end in good order" in caplog.text


RUNNER = """
import sys
from pathlib import Path
from teststand_runner.interpreters import Interpreter, ModuleOwner, Request
interpreter = Interpreter.start(Path(sys.executable), "orphan", end_seconds=0.1)
request = Request("call", ModuleOwner(Path(sys.argv[1])), sys.argv[3], (sys.argv[2],))
interpreter.call(request, timeout=600)
"""


@pytest.mark.parametrize(
    "step",
    [
        "hang",
        pytest.param(
            "hang_in_c",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has a guard"),
        ),
    ],
)
def test_interpreters_end_with_a_runner_that_is_killed(tmp_path, step):
    """A hanging step outlives a killed runner by the grace alone, and so does what it started."""
    started = tmp_path / "started"
    runner = subprocess.Popen([sys.executable, "-c", RUNNER, str(STEPS), str(started), step])
    pids = pids_in(started)
    runner.kill()
    runner.wait(SECONDS)
    until(lambda: not any(map(is_alive, pids)))


def test_a_pool_has_one_interpreter_for_each_scope_and_a_new_one_for_a_dead_one():
    """Threads that ask at the same time share one; after a death the next step gets another."""
    started = []

    def start(key):
        interpreter = Interpreter.start(key.python, str(key), end_seconds=5.0)
        started.append(interpreter)
        return interpreter

    pool = InterpreterPool(start)
    key = InterpreterKey(InterpreterScope.EXECUTION, "1", Path(sys.executable))
    found = []
    threads = [threading.Thread(target=lambda: found.append(pool.get(key))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == started * 4
    psutil.Process(found[0].pid).kill()
    until(lambda: not found[0].is_running)
    second = pool.get(key)
    assert second is not found[0]
    pool.close_owner(InterpreterScope.EXECUTION, "1")
    assert not second.is_running
    pool.close()
    with pytest.raises(InterpreterClosedError):
        pool.get(key)
    assert len(started) == 2
