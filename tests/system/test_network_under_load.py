"""A network that fails in every way at random, while four programs log over it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from session_sharing.testing.proxy import FaultyProxy
from session_sharing.testing.random_faults import RandomFaults
from tests.system.load_crew import Crew
from tests.system.load_targets import Target
from tests.system.restart_cast import pause

SECONDS = 2.5
LONG_SECONDS = 60.0
KILLS = 12


@pytest.mark.parametrize(
    "seconds", [SECONDS, pytest.param(LONG_SECONDS, marks=pytest.mark.reliability)]
)
@pytest.mark.parametrize("target", ["log", "sqlite"], indirect=True)
def test_faulty_network(target: Target, crew: Crew, base_seed: str, seconds: float, report) -> None:
    """Connections are cut, and replies lost or late: each record is there once, in order.

    No client is told of it.
    """
    service, resource = target.service, target.resource(f"network{seconds:.0f}")
    with FaultyProxy(service.address) as proxy:
        faults = RandomFaults(proxy, Random(f"{base_seed}/{service.module}/{seconds}"))
        with crew.load(service.module, proxy.address, resource, base_seed) as load:
            faults.play(seconds)
            load.go_on()
            acknowledged = load.end()
    records = sum(acknowledged.values())
    report(f"{service.module}: {len(faults.played)} faults of the network, {records} records")
    assert not target.wrong(resource, acknowledged), faults.played
    target.forget(resource)


@pytest.mark.reliability
@pytest.mark.parametrize("target", ["log", "sqlite"], indirect=True)
def test_faulty_network_of_a_service_that_is_killed(
    target: Target, crew: Crew, base_seed: str, report
) -> None:
    """Faults of the network and kills at once, also in the midst of one another, are no more."""
    service, resource = target.service, target.resource("both")
    random = Random(f"{base_seed}/{service.module}/kills")
    with FaultyProxy(service.address) as proxy:
        faults = RandomFaults(proxy, Random(random.random()))
        with (
            crew.load(service.module, proxy.address, resource, base_seed) as load,
            ThreadPoolExecutor(1, "kills") as pool,
        ):
            for _ in range(KILLS):
                playing = pool.submit(faults.play, 3.0)
                pause(random, 3.0)
                service.process.kill()
                service.start()
                playing.result()
                load.go_on()
            acknowledged = load.end()
    report(f"{service.module}: {len(faults.played)} faults of the network, {KILLS} kills")
    assert not target.wrong(resource, acknowledged), faults.played
    target.forget(resource)
