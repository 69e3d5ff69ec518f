"""The operator's commands on a station where services, or the station itself, do not run."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from session_sharing import cli
from session_sharing.behavior import Behavior
from session_sharing.cli.journals import idle_journals
from session_sharing.core import Kept, KeptAttachment, KeptSession
from session_sharing.discovery import DiscoveryConnection
from session_sharing.identity import this_client
from session_sharing.journals.content import header
from session_sharing.journals.entries import kept_to_json
from session_sharing.journals.lines import to_line
from shared.tests.integration.doctor.sick_station import Discovery, Station

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
HERE = this_client()
LEFT: list[Kept] = [
    KeptSession("s", "p", "k", "a", "r", Behavior.AUTO, "", "c", "i", HERE, NOW, NOW),
    KeptAttachment("i", "s", "c", HERE, Behavior.AUTO, "", NOW, created=True),
]
NOBODY = 1 << 30  # the number of no process
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    """Give this process a station, and the journal of a service that was stopped under it."""
    station = Station(tmp_path, monkeypatch)
    lines = to_line(header(HERE.boot_id)) + to_line(kept_to_json(LEFT))
    (station.data / "left.journal").write_text(lines, "ascii")
    return station


def test_stopped_service_with_holders_is_an_error(station: Station, capsys: Capture) -> None:
    """Programs that wait for a stopped service are named by `list`, and an error of `doctor`."""
    discovery = Discovery()
    station.point_to(discovery.port)
    assert cli.main(["list"]) == 0
    told = f"left is not running; its journal has 1 session, held by {HERE}. "
    assert told in capsys.readouterr().out
    before = (station.data / "left.journal").read_bytes()
    assert cli.main(["doctor", "--json"]) == 1
    (found,) = (
        one for one in json.loads(capsys.readouterr().out) if one["check"] == "left-sessions"
    )
    assert (found["severity"], str(HERE) in found["what"]) == ("error", True)
    assert (station.data / "left.journal").read_bytes() == before
    discovery.stop()


@pytest.mark.parametrize(
    ("holder", "listens", "idle"),
    [
        (None, True, True),
        ({"process_id": HERE.process_id, "host": HERE.host}, True, False),
        ({"process_id": HERE.process_id, "host": HERE.host}, False, True),
        ({"process_id": NOBODY, "host": HERE.host}, True, True),
        ({"process_id": NOBODY, "host": f"not {HERE.host}"}, False, False),
        ({}, True, False),
    ],
)
def test_lock_and_port_tell_who_runs(
    station: Station, holder: dict[str, Any] | None, listens: bool, idle: bool
) -> None:
    """A service runs that holds its lock and listens; one of another machine may."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        if not listens:
            server.close()
            port = 1
        else:
            port = server.getsockname()[1]
        (station.data / "left.port").write_text(str(port), "ascii")
        if holder is not None:
            (station.data / ".left.lock").write_text(json.dumps(holder), "ascii")
        assert bool(idle_journals(station.data)) is idle


def test_frozen_station_is_told_from_none(
    station: Station, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """A station that takes connections and is silent is called frozen, with its process."""
    make: Callable[..., None] = DiscoveryConnection.__init__
    monkeypatch.setattr(make, "__kwdefaults__", {"timeout": 0.5})
    (station.home / "DiscoveryService.lock").write_text('{"process_id": 7}', "ascii")
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        station.point_to(frozen.getsockname()[1])
        assert cli.main(["list"]) == 1
    told = capsys.readouterr().err
    assert "does not answer: it is frozen" in told
    assert "Its lock names process 7." in told
    assert "No discovery service is running" not in told
