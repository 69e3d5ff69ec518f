"""Services that stand still while four programs log to them, and go on as if nothing had been."""

from __future__ import annotations

import signal
import sys
import threading
from random import Random

import pytest

from tests.system.load_crew import Crew
from tests.system.load_targets import Target
from tests.system.restart_cast import pause

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows freezes no process by a signal"
)

SHORTER = pytest.param([0.4, 0.8], id="shorter")
"""For how long it stands still, in seconds: shorter than any ping time-out."""

LONGER = pytest.param([6.0, 35.0], id="longer", marks=pytest.mark.reliability)
"""Longer than those of the service and its grace time, and than those of clients as well."""


@pytest.mark.parametrize("seconds", [SHORTER, LONGER])
@pytest.mark.parametrize("target", ["log", "sqlite"], indirect=True)
def test_frozen_service(
    target: Target, crew: Crew, base_seed: str, seconds: list[float], report
) -> None:
    """When it wakes up all go on: nothing is lost, nothing doubled, and no client is told of it."""
    random = Random(f"{base_seed}/{seconds}")
    service, resource = target.service, target.resource(f"frozen{seconds[0]}")
    with crew.load(service.module, service.address, resource, base_seed) as load:
        for each in seconds:
            pause(random, 0.3)
            service.process.process.send_signal(signal.SIGSTOP)
            try:
                threading.Event().wait(each)  # The fault itself.
            finally:
                service.process.process.send_signal(signal.SIGCONT)
            load.go_on()
        acknowledged = load.end()
    report(f"{service.module}: frozen for {seconds} s, {sum(acknowledged.values())} records")
    assert not target.wrong(resource, acknowledged)
    target.forget(resource)
