"""The smallest session service as a process: `memory_service_program.py FOLDER [HANGS]`.

HANGS is `open`, `close` or `touch`: what never ends.
"""

from __future__ import annotations

import sys
import threading
from functools import partial
from pathlib import Path

from session_sharing.discovery import ServiceDescriptor
from session_sharing.service import ServiceOptions, configure_logging, run_service
from session_sharing.testing.memory import SERVICE, MemoryDriver, add_memory_servicer

FOLDER, HANGS = sys.argv[1], sys.argv[2:]
DESCRIPTOR = ServiceDescriptor("Memory", SERVICE, (SERVICE,), ("1.0.0",))


class HangingDriver(MemoryDriver):
    """A driver that says what it does, and hangs where HANGS says."""

    def open(self, address: str) -> list[str]:
        """Open a list."""
        say_and_hang("open")
        return super().open(address)

    def close(self, handle: list[str]) -> None:
        """Close a list."""
        say_and_hang("close")
        super().close(handle)


def say_and_hang(what: str) -> None:
    """Say what begins; it never ends if HANGS says so."""
    print(f"{what}...", file=sys.stderr, flush=True)
    if what in HANGS:
        threading.Event().wait()


if __name__ == "__main__":
    configure_logging()
    options = ServiceOptions(0, Path(FOLDER))
    servicers = partial(add_memory_servicer, touching=partial(say_and_hang, "touch"))
    sys.exit(run_service("memory", DESCRIPTOR, HangingDriver, servicers, options))
