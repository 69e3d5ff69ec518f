"""The proxy that stands for a network that fails."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator
from itertools import islice
from random import Random

import pytest

from session_sharing.testing.proxy import FaultyProxy
from session_sharing.testing.random_faults import FAULTS, RandomFaults

LIMIT = 10.0


def echo(listener: socket.socket, arrived: queue.SimpleQueue[bytes]) -> None:
    """Serve one connection after the other, sending back what comes."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            try:
                while data := connection.recv(100):
                    arrived.put(data)
                    connection.sendall(data)
            except ConnectionError:
                continue


@pytest.fixture
def arrived() -> queue.SimpleQueue[bytes]:
    """Return what arrived at the server, piece by piece."""
    return queue.SimpleQueue()


@pytest.fixture
def proxy(arrived) -> Iterator[FaultyProxy]:
    """Put a proxy before a server that sends everything back."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=echo, args=(listener, arrived), name="echo", daemon=True).start()
        with FaultyProxy(f"localhost:{listener.getsockname()[1]}") as proxy:
            yield proxy


def connect(proxy: FaultyProxy) -> socket.socket:
    """Connect to the proxy."""
    host, _, port = proxy.address.rpartition(":")
    return socket.create_connection((host, int(port)), LIMIT)


def use(client: socket.socket) -> None:
    """Send and receive until that fails."""
    while True:
        client.sendall(b"a")
        client.recv(1)


def connect_and_use(proxy: FaultyProxy) -> None:
    """Use a new connection until that fails, which may be at once."""
    with connect(proxy) as client:
        use(client)


def test_it_passes_on_in_both_directions(proxy):
    """What is sent arrives, and so does its end."""
    with connect(proxy) as client:
        client.sendall(b"hello")
        client.shutdown(socket.SHUT_WR)
        assert client.makefile("rb").read() == b"hello"


def test_it_cuts_and_refuses(proxy):
    """A cut resets what is connected; who is refused is reset; then all is well again."""
    with connect(proxy) as client:
        client.sendall(b"a")
        assert client.recv(1) == b"a"
        proxy.cut()
        with pytest.raises(ConnectionError):
            use(client)
    proxy.refuse()
    with pytest.raises(ConnectionError):
        connect_and_use(proxy)
    proxy.accept()
    test_it_passes_on_in_both_directions(proxy)


def test_it_holds_back_and_delays(proxy):
    """What is held back arrives when it is let go, and what is delayed comes late."""
    with connect(proxy) as client:
        proxy.hold_back()
        client.sendall(b"a")
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(LIMIT)
        proxy.let_go()
        assert client.recv(1) == b"a"
        proxy.delay(0.05)
        began = time.monotonic()
        client.sendall(b"b")
        assert client.recv(1) == b"b"
        assert time.monotonic() - began >= 0.1, "there and back"


def test_it_drops_replies(proxy):
    """Requests arrive and their replies do not, until the connection is cut; new ones work."""
    with connect(proxy) as client:
        client.sendall(b"a")
        assert client.recv(1) == b"a"
        proxy.drop_replies()
        client.sendall(b"b")
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(LIMIT)
        proxy.cut()
        with pytest.raises(ConnectionError):
            use(client)
    test_it_passes_on_in_both_directions(proxy)


def test_it_cuts_one_direction(proxy, arrived):
    """The client meets the end of the replies, and what it sends still arrives."""
    with connect(proxy) as client:
        client.sendall(b"a")
        assert arrived.get(timeout=LIMIT) == b"a"
        assert client.recv(1) == b"a"
        proxy.end_replies()
        assert client.recv(1) == b""
        client.sendall(b"b")
        assert arrived.get(timeout=LIMIT) == b"b"


def test_it_holds_replies_back(proxy, arrived):
    """Requests arrive while the replies wait."""
    with connect(proxy) as client:
        proxy.hold_back(replies_only=True)
        client.sendall(b"a")
        assert arrived.get(timeout=LIMIT) == b"a"
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(LIMIT)
        proxy.let_go()
        assert client.recv(1) == b"a"


@pytest.mark.parametrize("kind", FAULTS)
def test_all_is_well_after_a_random_fault(proxy, kind):
    """Whatever was played, and on whatever connection, the network passes everything on again."""
    with connect(proxy) as client:
        client.sendall(b"a")
        assert client.recv(1) == b"a"
        RandomFaults(proxy, Random(1)).play_one(kind, 0.001)
    test_it_passes_on_in_both_directions(proxy)


def test_random_faults_follow_from_their_seed(proxy):
    """The same seed gives the same faults, of the same length; and each kind has its turn."""
    one, two, other = (
        list(islice(RandomFaults(proxy, Random(n)).choices(), 16)) for n in (1, 1, 2)
    )
    assert one == two != other
    assert sorted(kind for kind, *_ in one[:8]) == sorted(FAULTS)
