"""The proxy that stands for a network that fails."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from session_sharing.testing.proxy import FaultyProxy

LIMIT = 10.0


def echo(listener: socket.socket) -> None:
    """Serve one connection after the other, sending back what comes."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            try:
                while data := connection.recv(100):
                    connection.sendall(data)
            except ConnectionError:
                continue


@pytest.fixture
def proxy() -> Iterator[FaultyProxy]:
    """Put a proxy before a server that sends everything back."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=echo, args=(listener,), name="echo", daemon=True).start()
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
