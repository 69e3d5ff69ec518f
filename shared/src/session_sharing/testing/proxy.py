"""A network that fails when a test wants it to: a TCP proxy on loopback."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from types import TracebackType

from session_sharing.discovery.address import addresses_of, split_address

_CHUNK = 1 << 16
_CONNECT_SECONDS = 5.0
_ACCEPT_SECONDS = 0.1
_LINGER = "hh" if sys.platform == "win32" else "ii"
_RESET = struct.pack(_LINGER, 1, 0)  # What is closed is reset, and what it had to send dropped.


class FaultyProxy:
    """Passes TCP connections on to a server, until a test cuts, delays, drops or holds them back.

    To requests what comes from a client is counted here, to replies what comes from the server.

    A thread named `proxy` accepts; each connection has two named `proxy stream`. Methods may be
    called from any thread; `_changed` guards all state, and nothing is sent or received under it.
    As a context manager it closes.

    Args:
        target: host:port of the server that stands behind.

    Attributes:
        address: host:port of the proxy.
    """

    def __init__(self, target: str) -> None:
        self._changed = threading.Condition()
        self._target = target
        self._delay = 0.0
        self._requests_held = self._replies_held = self._refusing = self._closed = False
        self._sockets: set[socket.socket] = set()
        self._servers: dict[socket.socket, socket.socket] = {}  # with the client of each
        self._dropping: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_ACCEPT_SECONDS)  # Closing it would not wake who accepts.
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._accepting = threading.Thread(target=self._accept, name="proxy", daemon=True)
        self._accepting.start()

    # What a test does

    def lead_to(self, target: str) -> None:
        """Lead new connections to another server."""
        with self._changed:
            self._target = target

    def cut(self) -> None:
        """Reset all connections; new ones are accepted."""
        with self._changed:
            cut, self._sockets = self._sockets, set()
            self._servers.clear()
            self._dropping.clear()
            self._changed.notify_all()
        for one in cut:
            _reset(one)

    def refuse(self) -> None:
        """Reset all connections, and each new one, until `accept`."""
        with self._changed:
            self._refusing = True
        self.cut()

    def accept(self) -> None:
        """Accept connections again."""
        with self._changed:
            self._refusing = False

    def delay(self, seconds: float) -> None:
        """Delay what is passed on, in both directions.

        Args:
            seconds: How long each piece is delayed; 0 not to delay.
        """
        with self._changed:
            self._delay = seconds

    def drop_replies(self) -> None:
        """Drop all replies on the connections that there are; requests go on. Then `cut` them."""
        with self._changed:
            self._dropping |= set(self._servers)

    def end_replies(self) -> None:
        """Cut one direction: clients meet the end of the replies, and requests go on."""
        with self._changed:
            self._dropping |= set(self._servers)
            clients = list(self._servers.values())
        for client in clients:
            with suppress(OSError):  # It is gone already.
                client.shutdown(socket.SHUT_WR)

    def hold_back(self, *, replies_only: bool = False) -> None:
        """Pass nothing on until `let_go`: a server that is frozen.

        Args:
            replies_only: Requests go on.
        """
        with self._changed:
            self._requests_held, self._replies_held = not replies_only, True

    def let_go(self) -> None:
        """Pass on what was held back, and what comes."""
        with self._changed:
            self._requests_held = self._replies_held = False
            self._changed.notify_all()

    def close(self) -> None:
        """Reset all connections, and accept none any more."""
        with self._changed:
            self._closed = True
        self.refuse()
        self._accepting.join()

    # How it is done

    def _accept(self) -> None:
        with self._listener:
            while not self._closed:
                try:
                    client, _ = self._listener.accept()
                except TimeoutError:
                    continue
                self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        with self._changed:
            target, refusing = self._target, self._refusing
        server = None if refusing else _connect(target)
        if server is None:
            _reset(client)
            return
        with self._changed:
            self._sockets |= {client, server}
            self._servers[server] = client
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, sink in ((client, server), (server, client)):
            arguments = (source, sink)
            threading.Thread(
                target=self._pass_on, args=arguments, name="proxy stream", daemon=True
            ).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        """Pass on what comes, and at last its end."""
        try:
            while data := source.recv(_CHUNK):
                if not self._may_pass(source):
                    return
                if source not in self._dropping:
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:  # It was cut, or reset by one of the ends.
            with self._changed:
                self._sockets -= {source, sink}
                self._forget(source, sink)
            _reset(source)
            _reset(sink)
        else:
            if self._is_last_end(source, sink):
                source.close()
                sink.close()

    def _is_last_end(self, source: socket.socket, sink: socket.socket) -> bool:
        """Note the end of one direction; return whether the other has ended before."""
        with self._changed:
            self._sockets.discard(source)
            is_last = sink not in self._sockets
            if is_last:
                self._forget(source, sink)
            return is_last

    def _forget(self, *ended: socket.socket) -> None:
        """Forget a connection; called under the guard."""
        self._dropping -= set(ended)
        for one in ended:
            self._servers.pop(one, None)

    def _may_pass(self, source: socket.socket) -> bool:
        """Wait as long as is to be waited; return whether the connection is still there."""
        with self._changed:
            late = time.monotonic() + self._delay
            while source in self._sockets and not self._closed:
                left, held = late - time.monotonic(), self._is_held(source)
                if not held and left <= 0:
                    return True
                self._changed.wait(None if held else left)
        return False

    def _is_held(self, source: socket.socket) -> bool:
        return self._replies_held if source in self._servers else self._requests_held

    def __enter__(self) -> FaultyProxy:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _connect(target: str) -> socket.socket | None:
    """Connect to a server; None if nobody answers."""
    host, port = split_address(target)
    for address in addresses_of(host):
        try:
            return socket.create_connection((address, port), _CONNECT_SECONDS)
        except OSError:
            continue
    return None


def _reset(one: socket.socket) -> None:
    """Close a socket so that its other end sees a reset, and who reads from it ends."""
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        one.shutdown(socket.SHUT_RDWR)
    except OSError:  # The other end, or another thread, was faster.
        pass
    finally:
        one.close()
