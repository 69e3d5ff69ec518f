"""Calls that wait for a service that is away, until nobody wants them any more."""

from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from session_sharing.client.connection import Connection
from session_sharing.core import Outcome
from session_sharing.errors import OutcomeUnknownError, UnavailableError
from session_sharing.testing.memory import MemoryClient
from session_sharing.testing.proxy import FaultyProxy

LIMIT = 10.0
AT_ONCE = 2.0


@pytest.fixture
def proxy(world) -> Iterator[FaultyProxy]:
    """Put a proxy before the service."""
    with FaultyProxy(world.service.address) as proxy:
        yield proxy


@pytest.fixture
def when_it_waits(proxy, monkeypatch) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Cut all clients off, and do something as soon as a call waits for the service."""
    waits = threading.Event()
    next_link = Connection.next_link

    def tell_and_wait(*arguments, **options):
        waits.set()
        return next_link(*arguments, **options)

    def cut_and_do(do: Callable[[], object]) -> None:
        monkeypatch.setattr(Connection, "next_link", tell_and_wait)
        proxy.refuse()
        assert waits.wait(LIMIT)
        do()

    with ThreadPoolExecutor(1) as threads:
        yield lambda do: threads.submit(cut_and_do, do)


def use(client: MemoryClient) -> None:
    """Use a session until that fails."""
    while True:
        client.touch()


def test_closing_the_client_ends_what_waits(world, proxy, when_it_waits):
    """A call that waits ends when another thread closes its client; that waits for the service."""
    client = world.client(address=proxy.address)
    closed = threading.Event()
    began = time.monotonic()
    when_it_waits(lambda: (client.close(), closed.set()))
    for _ in ("what waits", "what comes"):
        with pytest.raises(OutcomeUnknownError, match="broken off while it waited"):
            use(client)
    assert time.monotonic() - began < AT_ONCE
    assert not closed.is_set()
    proxy.accept()
    assert closed.wait(LIMIT)
    assert world.sessions() == []


def test_giving_up_ends_what_waits_and_what_comes(world, proxy, when_it_waits):
    """When `give_up` is set, what waits ends, and later calls are tried once and do not wait."""
    give_up = threading.Event()
    client = world.client(address=proxy.address, give_up=give_up)
    healthy = world.client("other", give_up=give_up)
    began = time.monotonic()
    when_it_waits(give_up.set)
    with pytest.raises(OutcomeUnknownError, match="broken off while it waited"):
        use(client)
    with pytest.raises(UnavailableError, match="Initializing the session was not done"):
        world.client("more", address=proxy.address, give_up=give_up)
    with pytest.raises(OutcomeUnknownError, match="broken off"):
        client.close()
    assert time.monotonic() - began < AT_ONCE
    healthy.touch()
    assert healthy.close().outcome is Outcome.CLOSED


def test_interrupt_ends_the_whole_block(world, proxy, when_it_waits):
    """Ctrl-C while a call waits ends it, and the block that releases does not wait again."""
    client = world.client(address=proxy.address)

    def use_until_interrupted() -> None:
        when_it_waits(_thread.interrupt_main)
        use(client)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), client:
        use_until_interrupted()
    assert time.monotonic() - began < AT_ONCE


def test_block_that_gave_up_does_not_wait_again(world, proxy):
    """A block that ends because the service stays away waits for it once, not once more."""
    wait = AT_ONCE * 0.75  # as much as connecting takes on a busy machine
    client = world.client(address=proxy.address, wait=wait)
    proxy.refuse()
    began = time.monotonic()
    with pytest.raises(UnavailableError, match="is away since"), client:
        use(client)
    assert time.monotonic() - began < 2 * wait


def test_calls_of_others_go_on_waiting(world, proxy, when_it_waits):
    """Who breaks off ends its own calls alone: another client of the connection has its answer."""
    impatient, patient = (world.client(name, address=proxy.address) for name in "ab")
    with ThreadPoolExecutor(2) as threads:
        when_it_waits(impatient.close)
        with pytest.raises(OutcomeUnknownError):
            use(impatient)
        waiting = threads.submit(patient.touch)
        proxy.accept()
        waiting.result(LIMIT)
