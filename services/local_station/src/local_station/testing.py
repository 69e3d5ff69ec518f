"""A station as a process of its own, for tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from session_sharing.discovery.location import ADDRESS_VARIABLE, HOME_VARIABLE

_START_SECONDS = 20.0
_STOP_SECONDS = 15.0


class StationProcess:
    """A station that is serving.

    Attributes:
        port: The port of its discovery service.
    """

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.port = port

    @property
    def address(self) -> str:
        """The host:port of its discovery service."""
        return f"localhost:{self.port}"

    def stop(self) -> int:
        """Ask it to stop, as a user would, and return its exit code."""
        if self._process.poll() is None:
            if sys.platform == "win32":
                self._process.send_signal(signal.CTRL_BREAK_EVENT)
            else:
                self._process.send_signal(signal.SIGTERM)
        return self._process.wait(_STOP_SECONDS)

    def kill(self) -> None:
        """End it without giving it time for anything, as `kill -9` does."""
        self._process.kill()
        self._process.wait(_STOP_SECONDS)


@contextmanager
def running_station(
    home: Path, *arguments: str, environment: dict[str, str] | None = None
) -> Iterator[StationProcess]:
    """Run `python -m local_station` while the block lasts.

    Args:
        home: The station's folder.
        arguments: For its command line.
        environment: Variables to set for it beside those of this process.

    Raises:
        RuntimeError: It did not become ready.
    """
    process = _start(home, arguments, environment or {})
    try:
        yield StationProcess(process, _ready_port(process))
    finally:
        process.kill()
        process.communicate(timeout=_STOP_SECONDS)


def _start(
    home: Path, arguments: tuple[str, ...], environment: dict[str, str]
) -> subprocess.Popen[str]:
    variables = {**os.environ, HOME_VARIABLE: str(home), **environment}
    variables.pop(ADDRESS_VARIABLE, None)
    flags = 0
    if sys.platform == "win32":
        # A group of its own, so that Ctrl-Break ends it and not the tests too.
        flags = subprocess.CREATE_NEW_PROCESS_GROUP
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "local_station", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=variables,
        creationflags=flags,
        text=True,
    )


def _ready_port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None, "it was started with a pipe"
    limit = threading.Timer(_START_SECONDS, process.kill)
    limit.name = "station start limit"
    limit.start()
    line = process.stdout.readline()
    limit.cancel()
    name, _, port = line.rpartition(":")
    if name != "local_station ready: localhost":
        raise RuntimeError(f"The station did not start; it said {line!r}.")
    return int(port)
