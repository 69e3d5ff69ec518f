"""Services that stand still while four programs log to them, and go on as if nothing had been."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from session_sharing.client.administration import Administration
from session_sharing.testing.proxy import FaultyProxy
from tests.system.leftovers import until
from tests.system.load_crew import PROGRAMS, Crew
from tests.system.load_targets import Target
from tests.system.restart_cast import pause

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows freezes no process by a signal"
)

SHORTER = pytest.param([0.4, 0.8], id="shorter")
"""For how long it stands still, in seconds: shorter than any ping time-out."""

LONGER_THAN_GRACE = 6.0
LONGER = pytest.param([LONGER_THAN_GRACE, 35.0], id="longer", marks=pytest.mark.reliability)
"""Longer than those of the service and its grace time, and than those of clients as well."""


@contextmanager
def frozen(target: Target) -> Iterator[None]:
    """Freeze a service during the block."""
    process = target.service.process.process
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def stand_still(seconds: float) -> None:
    """Let the time of a freeze pass: that is the fault itself."""
    threading.Event().wait(seconds)


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
            with frozen(target):
                stand_still(each)
            load.go_on()
        acknowledged = load.end()
    report(f"{service.module}: frozen for {seconds} s, {sum(acknowledged.values())} records")
    assert not target.wrong(resource, acknowledged)
    target.forget(resource)


@pytest.mark.reliability
@pytest.mark.parametrize("target", ["log", "sqlite"], indirect=True)
def test_frozen_service_whose_clients_were_lost(target: Target, crew: Crew, base_seed: str) -> None:
    """Who was cut off just before a service stood still for longer than the grace time comes back.

    The service gives nobody up for time in which nobody could come back.
    """
    service, resource = target.service, target.resource("lost")
    with (
        FaultyProxy(service.address) as proxy,
        crew.load(service.module, proxy.address, resource, base_seed) as load,
    ):
        proxy.refuse()
        with Administration(service.address) as administration:
            until(lambda: administration.service().lost_clients == PROGRAMS, "all are lost")
        with frozen(target):
            stand_still(LONGER_THAN_GRACE)
            proxy.accept()
        load.go_on()
        acknowledged = load.end()
    assert not target.wrong(resource, acknowledged)
    target.forget(resource)
