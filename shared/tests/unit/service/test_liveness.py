"""Who is known to be dead, judged by what the operating system tells."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import psutil
import pytest

from session_sharing.identity import this_client
from session_sharing.information import ClientIdentity
from session_sharing.service.liveness import Sighting, is_known_dead, look_at

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
HERE = ClientIdentity("service", host="here", process_id=1, boot_id="boot")
CLIENT = ClientIdentity("client", "here", 7, START, boot_id="boot")
COUNTED = replace(CLIENT, started_after_boot=7.5)
RUNS, GONE = Sighting(runs=True, started=START.timestamp()), Sighting(runs=False)


def later(seconds: float) -> Sighting:
    """Return a process that started so much later than the client says of itself."""
    return Sighting(runs=True, started=(START + timedelta(seconds=seconds)).timestamp())


@pytest.mark.parametrize(
    ("client", "seen", "dead"),
    [
        (CLIENT, RUNS, False),
        (CLIENT, GONE, True),
        (CLIENT, later(2.5), True),
        (replace(CLIENT, process_started=START.replace(tzinfo=None)), later(2.5), True),
        (CLIENT, later(1.5), False),
        (CLIENT, later(-60), False),
        (CLIENT, Sighting(runs=True), False),
        (replace(CLIENT, process_started=None), later(60), False),
        (replace(CLIENT, boot_id="before"), RUNS, True),
        (replace(CLIENT, boot_id=""), RUNS, False),
        (replace(CLIENT, boot_id=""), GONE, True),
        (replace(CLIENT, host="there"), GONE, False),
        (replace(CLIENT, host="there", boot_id="before"), GONE, False),
        (replace(CLIENT, host=""), GONE, False),
        (replace(CLIENT, process_id=0), GONE, False),
        (COUNTED, replace(later(60), after_boot=7.5), False),
        (COUNTED, replace(RUNS, after_boot=7.51), True),
        (COUNTED, later(60), True),
        (CLIENT, replace(later(60), after_boot=7.5), True),
        (replace(COUNTED, boot_id=""), replace(RUNS, after_boot=9.0), False),
        (ClientIdentity("unknown"), GONE, False),
    ],
)
def test_only_who_surely_ended_is_dead(client, seen, dead):
    """Dead is who ran here, before a reboot or as a process that is gone; nobody else is."""
    assert is_known_dead(client, HERE, lambda process_id: seen) is dead


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone derives the start from the clock")
@pytest.mark.parametrize("step", [-3600.0, 3600.0])
def test_step_of_the_clock_kills_nobody(step):
    """A process that runs is the same one, wherever the clock was when it described itself."""
    me = this_client()
    told = me.process_started
    assert told is not None
    assert not is_known_dead(replace(me, process_started=told + timedelta(seconds=step)), me)


def test_boot_that_is_not_told_is_no_other_boot():
    """Where the system does not tell its boot, nobody is dead because of that."""
    assert not is_known_dead(CLIENT, replace(HERE, boot_id=""), lambda process_id: RUNS)


def test_running_process_is_alive_and_an_ended_one_dead():
    """This process is alive by its own description; one that ended is dead, waited for or not."""
    assert not is_known_dead(this_client())
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as child:
        ended = replace(this_client(), process_id=child.pid)
        assert child.stdout is not None
        child.stdout.read()  # Its end; only Linux and macOS keep it as a zombie now.
        psutil.wait_procs([psutil.Process(child.pid)], timeout=0.2)
        assert is_known_dead(ended) or child.poll() is not None
        child.wait(10)
        assert is_known_dead(ended)


@pytest.mark.parametrize("error", [psutil.AccessDenied(7), PermissionError(), OverflowError()])
def test_process_that_cannot_be_seen_runs(monkeypatch, error):
    """A process of another user, of which the system tells nothing, is not taken for dead."""

    def refuse(process_id):
        raise error

    monkeypatch.setattr(psutil, "Process", refuse)
    assert look_at(7) == Sighting(runs=True)
