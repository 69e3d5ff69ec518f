"""Ctrl-C, and being asked to end, while a sequence runs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from session_sharing.signals import stop_signals
from teststand_runner.running import StopRequests


@contextmanager
def heeding(requests: StopRequests) -> Iterator[None]:
    """Have signals ask the run to stop, as long as the context lasts; for the main thread."""
    before = {each: signal.signal(each, lambda *_: requests.request()) for each in stop_signals()}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
