"""Ctrl-C, and being asked to end, while a sequence runs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from teststand_runner.running import StopRequests

_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")  # the last is Windows' Ctrl-Break


@contextmanager
def heeding(requests: StopRequests) -> Iterator[None]:
    """Have signals ask the run to stop, as long as the context lasts; for the main thread."""
    known = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {each: signal.signal(each, lambda *_: requests.request()) for each in known}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
