"""Finding a holder again that was seen in an earlier run of the station."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from local_station.session_management import holders
from local_station.session_management.starts import start_of


def _seen(process_id):
    """Return when a process began, as the station sees it."""
    return start_of(process_id, psutil.Process(process_id).create_time())


def test_process_is_found_again_as_long_as_it_runs():
    """A holder is known again after a restart of the station, by its number and its start."""
    own = psutil.Process()
    found = holders.running_process(own.pid, _seen(own.pid) + 0.5)
    assert (found.process_id, found.user) == (own.pid, own.username())
    assert found.is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="starts are by the system's clock elsewhere")
def test_process_is_found_again_after_the_clock_was_set(monkeypatch):
    """A living holder keeps its reservation, whatever the clock says when the station is back."""
    started, created = _seen(os.getpid()), psutil.Process().create_time()
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: created + 3600)
    assert holders.running_process(os.getpid(), started).process_id == os.getpid()


def test_other_process_with_the_same_number_is_not_taken_for_it():
    """The system gives numbers again: the start tells processes apart, and an ended one is gone."""
    assert holders.running_process(os.getpid(), _seen(os.getpid()) - 60) is None
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as ended:
        started = _seen(ended.pid)
        assert holders.running_process(ended.pid, started) is not None
        ended.kill()
    assert holders.running_process(ended.pid, started) is None
