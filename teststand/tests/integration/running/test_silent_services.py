"""Steps whose services do not answer: the time-out of a step bounds them, and ending the run."""

from __future__ import annotations

import re
import socket
import threading
import time

import pytest

from measurement_support import client
from teststand_runner.model import MeasurementCall, UpdatePinMap
from teststand_runner.results import Outcome, StepStarted
from teststand_runner.running import RunOptions, StopRequests, run_sequences
from teststand_runner.running.steps import pin_map
from teststand_runner.testing.making import sequence, sequence_file, step

TOO_LONG = 8.0
STEPS = [
    (
        MeasurementCall("Silent_Python", "", (), ()),
        r'"Silent_Python" has not told .* 0\.3 s\..*log',
    ),
    (UpdatePinMap('"a.pinmap"'), r"not registered .*a\.pinmap within 0\.3 s\..*doctor"),
]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return what runs a step whose services accept connections, and never say anything."""
    (tmp_path / "a.pinmap").write_text("<PinMap/>", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        for module, name in ((client, "find_plug_in"), (pin_map, "resolve_address")):
            monkeypatch.setattr(module, name, lambda *_, **__: address)

        def run_(action, **how):
            file = sequence_file(sequence("MainSequence", step("it", action)))
            return run_sequences(file, tmp_path / "made.seq", **how)[0].main

        before, since = set(threading.enumerate()), time.monotonic()
        yield run_
        assert time.monotonic() - since < TOO_LONG
    for each in set(threading.enumerate()) - before:
        each.join(TOO_LONG)


@pytest.mark.parametrize(("action", "error"), STEPS)
def test_silent_services_are_waited_for_as_long_as_a_step_may_take(run, action, error):
    """The step ends in its time, and says what is silent and what to do."""
    (result,) = run(action, options=RunOptions(step_timeout=0.3)).steps
    assert result.status is Outcome.ERROR
    assert re.search(error, result.error), result.error


@pytest.mark.parametrize("action", [action for action, _ in STEPS])
def test_ending_the_run_does_not_wait_for_silent_services(run, action):
    """Ctrl-C goes to Cleanup at once."""
    requests = StopRequests()

    def interrupt(event):
        if isinstance(event, StepStarted):
            requests.request()

    options = RunOptions(step_timeout=TOO_LONG)
    (result,) = run(action, options=options, requests=requests, listener=interrupt).steps
    assert result.status is Outcome.TERMINATED
