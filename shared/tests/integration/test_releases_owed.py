"""Releases whose service was away: delivered when it is back, while the process lives on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from session_sharing.core import Outcome
from session_sharing.errors import OutcomeUnknownError, UnavailableError
from session_sharing.testing.proxy import FaultyProxy

LIMIT = 10.0
WAIT = 0.2


@pytest.fixture
def proxy(world) -> Iterator[FaultyProxy]:
    """Put a proxy before the service."""
    with FaultyProxy(world.service.address) as proxy:
        yield proxy


def restart(world, start_world, proxy):
    """Kill the service, and start it again with what it has kept."""
    successor = start_world(world.after_kill())
    proxy.lead_to(successor.service.address)
    proxy.accept()
    return successor


def test_block_that_ended_while_the_service_was_away_is_released(world, start_world, proxy):
    """A process that goes on with another session holds nothing of a block that it has left."""
    other = world.client("other", address=proxy.address)
    left = world.client("left", behavior=1, address=proxy.address, wait=WAIT)
    proxy.refuse()
    with pytest.raises((UnavailableError, OutcomeUnknownError)), left:
        left.touch()
    successor = restart(world, start_world, proxy)
    successor.until(lambda sessions: [told.resource_name for told in sessions] == ["other"])
    other.touch()
    assert left.close().outcome is Outcome.CLOSED
    assert successor.client("left", behavior=1).new_session


def test_initialize_whose_answer_was_lost_holds_nothing(world, proxy):
    """What a client was given and never heard of is given back when the service is there again."""
    world.client("other", address=proxy.address)
    world.driver.opening.shut()
    with ThreadPoolExecutor(1) as threads:
        making = threads.submit(world.client, "lost", address=proxy.address, wait=LIMIT / 20)
        world.driver.opening.wait_for_one()
        proxy.refuse()
        assert isinstance(making.exception(LIMIT), UnavailableError)
    world.driver.opening.open()
    world.until(lambda sessions: len(sessions[-1].attachments) == 1)
    proxy.accept()
    world.until(lambda sessions: [told.resource_name for told in sessions] == ["other"])


def test_close_that_was_not_delivered_is_tried_again(world, start_world, proxy):
    """Who closes again after the service was away has its answer, also without any connection."""
    client = world.client(behavior=3, address=proxy.address, wait=WAIT)
    proxy.refuse()
    with pytest.raises((UnavailableError, OutcomeUnknownError)), client:
        client.touch()
    assert client.released is None
    assert client._connection.is_ended
    successor = restart(world, start_world, proxy)
    client._wait = LIMIT
    assert client.close().outcome is Outcome.CLOSED
    assert client.released is not None
    assert successor.sessions() == []
    assert client._connection.is_ended
