"""Whether a server is well: it answers others at once, and does not grow."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import psutil

HEALTH = "/grpc.health.v1.Health/Check"

HEALTH_SECONDS = 1.0
"""In this time the server has to say how it is, whatever it was sent."""

HEALTH_TRIES = 3
"""How often it may be late before that counts: other programs use this machine too."""

MOST_MEMORY = 96 << 20
"""By how many bytes a server may grow, whatever is sent: it remembers the last sessions."""


class VitalSigns:
    """Looks at a server from beside.

    Args:
        address: Where it is, as host:port.
        process_id: Its process.
    """

    def __init__(self, address: str, process_id: int) -> None:
        self._address = address
        self._process = psutil.Process(process_id)
        self._grown_from = 0

    def measure_memory(self) -> None:
        """Count from here by how much the server grows: it has loaded all that it needs."""
        self._grown_from = self._process.memory_info().rss

    def check(self, after: object) -> None:
        """Look at its health and its size.

        Raises:
            AssertionError: It answers late, or has grown too much.
        """
        self._check_health(after)
        grown = self._process.memory_info().rss - self._grown_from
        assert not self._grown_from or grown < MOST_MEMORY, f"it has grown by {grown}: {after}"

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look whether others are answered while the block, a call, takes long.

        Raises:
            AssertionError: They are not.
        """
        took: list[float] = []
        late = threading.Timer(HEALTH_SECONDS, lambda: took.append(self._health_takes()))
        late.name = "health during a slow call"
        late.start()
        try:
            yield
        finally:
            late.cancel()
            late.join()
        assert not took or took[0] < HEALTH_SECONDS, f"a call held up others for {took[0]:.1f} s"

    def _check_health(self, after: object) -> None:
        took = HEALTH_SECONDS
        for _ in range(HEALTH_TRIES):
            took = self._health_takes()
            if took < HEALTH_SECONDS:
                return
        raise AssertionError(f"the server needs {took:.1f} s to tell its health, after {after}")

    def _health_takes(self) -> float:
        begin = time.monotonic()
        with grpc.insecure_channel(self._address) as channel:
            check: Any = channel.unary_unary(HEALTH)
            check(b"", timeout=10 * HEALTH_SECONDS)
        return time.monotonic() - begin
