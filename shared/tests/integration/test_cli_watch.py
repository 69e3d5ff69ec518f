"""The operator's command `watch`, against real services that come and go."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from session_sharing.cli import watching as watching_module
from session_sharing.cli.watching import Changed, Trouble, Watching
from session_sharing.discovery import DiscoveryConnection, ServiceDescriptor, ServiceLocation
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import MemoryClient, MemoryDriver, add_memory_servicer
from session_sharing.testing.processes import running_station
from shared.tests.integration.doctor.sick_station import Discovery

LIMIT = 30


def test_watch_tells_changes_as_they_happen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`watch --json` prints each change, goes on with a service that is back, ends by Ctrl-C."""
    discovery = Discovery()
    monkeypatch.setenv("SESSION_SHARING_DISCOVERY", f"localhost:{discovery.port}")
    with LocalService("memory", MemoryDriver(), add_memory_servicer, tmp_path) as service:
        discovery.known = {"memory": service.address}
        watching = _watch()
        limit = threading.Timer(LIMIT, watching.kill)
        limit.start()
        assert _next_event(watching) == "watching"
        with MemoryClient("rack", address=service.address):
            events = [_next_event(watching) for _ in range(3)]
        events += [_next_event(watching) for _ in range(3)]
    assert events == ["opening", "opened", "attached", "released", "closing", "closed"]
    assert _next_event(watching) == "gone"
    with LocalService("memory", MemoryDriver(), add_memory_servicer, tmp_path) as back:
        discovery.known = {"memory": back.address}
        assert _next_event(watching) == "watching"
        _interrupt(watching)
        watching.communicate(timeout=LIMIT)
    limit.cancel()
    discovery.stop()
    assert sys.platform == "win32" or watching.returncode == 0


def test_watch_finds_services_that_start_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who watches where no station or service runs learns that once, and sees it when it starts."""
    monkeypatch.setattr(watching_module, "LOOK_SECONDS", 0.05)
    monkeypatch.delenv("SESSION_SHARING_DISCOVERY", raising=False)
    monkeypatch.setenv("LOCAL_STATION_HOME", str(tmp_path / "later"))
    with (
        LocalService("memory", MemoryDriver(), add_memory_servicer, tmp_path / "data") as service,
        closing(Watching()) as watching,
    ):
        trouble = watching.next()
        assert isinstance(trouble, Trouble)
        assert "python -m local_station" in trouble.text
        with (
            running_station(tmp_path / "later") as station,
            DiscoveryConnection(station.address) as discovery,
        ):
            location = ServiceLocation("localhost", service.address.rpartition(":")[2])
            discovery.register(ServiceDescriptor("memory", "memory", ("memory",)), location)
            changed = watching.next()
    assert isinstance(changed, Changed)
    assert changed.service.address == service.address


def _watch() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "session_sharing", "watch", "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )


def _next_event(watching: subprocess.Popen[str]) -> str:
    assert watching.stdout is not None
    return str(json.loads(watching.stdout.readline())["event"])


def _interrupt(process: subprocess.Popen[str]) -> None:
    """End it as Ctrl-C does; Windows has no such signal for one process alone."""
    if sys.platform == "win32":
        process.kill()
    else:
        process.send_signal(signal.SIGINT)
