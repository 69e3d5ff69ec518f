"""Clients whose service goes away and comes back: over a proxy that cuts, or on another port."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from session_sharing.core import Outcome
from session_sharing.errors import (
    AttachmentEndedError,
    NoStationError,
    ServiceNotFoundError,
    SessionNotFoundError,
    UnavailableError,
)
from session_sharing.testing.memory import MemoryClient
from session_sharing.testing.proxy import FaultyProxy

LIMIT = 10.0


@pytest.fixture
def proxy(world) -> Iterator[FaultyProxy]:
    """Put a proxy before the service."""
    with FaultyProxy(world.service.address) as proxy:
        yield proxy


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Return threads for calls that wait."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def until(condition: Callable[[], bool]) -> None:
    """Wait for what the client's own threads do."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def until_lost(client: MemoryClient) -> None:
    """Wait until a client has noticed that its service is away."""
    until(lambda: not client._connection.is_alive)


def restart(world, start_world, proxy, *, forgetful: bool = False):
    """Let another service, with all that the first has kept, take its place behind the proxy."""
    proxy.refuse()
    successor = start_world(None if forgetful else world.after_kill())
    proxy.lead_to(successor.service.address)
    return successor


class Discovery:
    """A discovery client that finds what the test says."""

    failure: Exception = ServiceNotFoundError("It is not registered.")

    def __init__(self) -> None:
        self.location, self.insecure_port = "localhost", ""

    def lead_to(self, address: str) -> None:
        """Find the service there; an empty address is that of a service that does not run."""
        self.insecure_port = address.rpartition(":")[2]

    def resolve_service(self, provided_interface, service_class):
        """Return where the service is."""
        if not self.insecure_port:
            raise self.failure
        return self


def test_cut_connection_is_nothing_to_its_users(world, proxy, threads):
    """A connection that is cut under a call costs nothing: the client is back as itself."""
    client = world.client(address=proxy.address)
    link, client_id = client._connection.link, client._connection.link.client_id
    old_channel = weakref.ref(link.channel)
    world.touching.shut()
    touching = threads.submit(client.touch)
    world.touching.wait_for_one()
    proxy.cut()
    world.touching.wait_for_one()
    world.touching.open()
    touching.result(LIMIT)
    assert client._connection.link is not link
    assert client._connection.link.client_id == client_id
    del link
    until(lambda: old_channel() is None)
    assert client.close().outcome is Outcome.CLOSED


def test_service_that_was_killed_is_awaited(world, start_world, proxy, threads):
    """Calls, releases and new clients wait for the next run, and find their sessions there."""
    client, kept = (world.client(name, address=proxy.address) for name in ("data", "kept"))
    successor = restart(world, start_world, proxy)
    until_lost(client)
    touching, closing = threads.submit(client.touch), threads.submit(kept.close)
    joining = threads.submit(successor.client, "data", 2, address=proxy.address)
    assert not any(call.done() for call in (touching, closing, joining))
    proxy.accept()
    touching.result(LIMIT)
    assert closing.result(LIMIT).outcome is Outcome.CLOSED
    assert joining.result(LIMIT).session_name == client.session_name
    assert joining.result()._connection is client._connection
    (session,) = successor.sessions()
    assert [held.lost for held in session.attachments] == [False, False]


def test_stopping_service_is_awaited_at_another_port(start_world, threads):
    """A service that stops and starts again elsewhere is found there by discovery."""
    discovery, world = Discovery(), start_world()
    discovery.lead_to(world.service.address)
    client = world.client(address=None, discovery_client=discovery)
    discovery.lead_to("")
    world.service.stop()
    until_lost(client)
    touching = threads.submit(client.touch)
    joining = threads.submit(world.client, "data", 2, address=None, discovery_client=discovery)
    world.service.__exit__(None, None, None)
    successor = start_world(world.folder)
    assert successor.service.address != world.service.address
    assert not touching.done()
    discovery.lead_to(successor.service.address)
    touching.result(LIMIT)
    assert joining.result(LIMIT)._connection is client._connection
    assert client._connection.address == successor.service.address
    assert client.close().outcome is Outcome.CLOSE_PENDING
    assert joining.result().close().outcome is Outcome.CLOSED


def test_discovery_that_is_away_hides_no_service(start_world):
    """A connection that was cut is made again where it was, while discovery is away."""
    discovery, world = Discovery(), start_world()
    with FaultyProxy(world.service.address) as proxy:
        discovery.lead_to(proxy.address)
        client = world.client(address=None, discovery_client=discovery)
        discovery.lead_to("")
        discovery.failure = NoStationError("It is away.")
        link = client._connection.link
        proxy.cut()
        client.touch()
        until(lambda: client._connection.link is not link)
        assert client.close().outcome is Outcome.CLOSED


def test_service_that_forgot_is_met_without_discovery(world, start_world, proxy):
    """While discovery is away, a service that knows its clients no more has them anew."""
    discovery = Discovery()
    discovery.lead_to(proxy.address)
    client = world.client(address=None, discovery_client=discovery)
    discovery.lead_to("")
    discovery.failure = NoStationError("It is away.")
    successor = restart(world, start_world, proxy, forgetful=True)
    until_lost(client)
    proxy.accept()
    fresh = successor.client(address=None, discovery_client=discovery, wait=LIMIT / 4)
    assert fresh._connection is client._connection
    with pytest.raises(SessionNotFoundError, match="Initialize again"):
        client.touch()


def test_service_without_memory_refuses_what_it_does_not_know(world, start_world, proxy):
    """A service that knows the client no more refuses its attachment; a new session works."""
    client = world.client(address=proxy.address)
    successor = restart(world, start_world, proxy, forgetful=True)
    proxy.accept()
    with pytest.raises(SessionNotFoundError, match="Initialize again"):
        client.touch()
    with successor.client(address=proxy.address) as fresh:
        assert fresh._connection is client._connection
        fresh.touch()
    assert client.close().outcome is Outcome.CLOSED


def test_client_away_for_longer_than_the_grace_time_is_told(start_world):
    """Who comes back too late is refused, and told when it expired; its next session works."""
    world = start_world(grace=0.1)
    keeper = world.raw()
    keeper.attach("data", 3)
    with FaultyProxy(world.service.address) as proxy:
        client = world.client(behavior=2, address=proxy.address)
        proxy.refuse()
        world.until(lambda sessions: len(sessions[0].attachments) == 1)
        proxy.accept()
        with pytest.raises(AttachmentEndedError, match=r"was taken away at 2.*grace time") as told:
            client.touch()
        assert told.value.maybe_done is ("answer to a repeat" in told.value.message)
        world.client(behavior=2, address=proxy.address).touch()


def test_initialize_waits_for_a_service_that_starts(world, proxy, threads):
    """A client that is made while its service is away waits, and then has its session."""
    proxy.refuse()
    making = threads.submit(world.client, address=proxy.address)
    with pytest.raises(UnavailableError, match="Start the service there"):
        world.client(address=proxy.address, wait=0.5)
    proxy.accept()
    making.result(LIMIT).touch()


def test_initialize_is_repeated_when_its_answer_is_lost(world, proxy, threads):
    """An Initialize that is cut off leaves one attachment, and its client has it."""
    world.driver.opening.shut()
    making = threads.submit(world.client, address=proxy.address)
    world.driver.opening.wait_for_one()
    proxy.cut()
    world.until_waiting(0)
    world.driver.opening.open()
    assert making.result(LIMIT).new_session
    assert [len(told.attachments) for told in world.sessions()] == [1]


def test_initialize_that_expires_before_its_answer_is_made_anew(start_world, threads):
    """A client that was taken for dead in the midst of Initialize still gets a session."""
    world = start_world(grace=0)
    world.driver.opening.shut()
    with FaultyProxy(world.service.address) as proxy:
        making = threads.submit(world.client, address=proxy.address)
        world.driver.opening.wait_for_one()
        proxy.hold_back()
        world.driver.opening.open()
        world.until(lambda sessions: [len(told.attachments) for told in sessions] == [1])
        proxy.refuse()
        world.until(lambda sessions: not sessions)
        proxy.let_go()
        proxy.accept()
        making.result(LIMIT).touch()
        assert [len(told.attachments) for told in world.sessions()] == [1]


def test_service_that_stays_away_is_told(world, proxy):
    """After `wait` a call is UNAVAILABLE and says what is unknown; the client goes on later."""
    client = world.client(address=proxy.address, wait=0.5)
    proxy.refuse()
    with pytest.raises(UnavailableError) as told:
        client.touch()
    for words in ("is away since 2", "waited for 0.5 s", "is unknown", "goes on by itself"):
        assert words in told.value.message
    proxy.accept()
    until(lambda: client._connection.is_alive)
    client.touch()
