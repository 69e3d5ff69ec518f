"""The doctor where all is well, and what it prints."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from session_sharing import cli
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import MemoryClient, MemoryDriver, add_memory_servicer
from shared.tests.integration.doctor.sick_station import Discovery, Station, free_port


def test_healthy_station(
    discovery: Discovery,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where nothing is wrong the doctor finds nothing, says what it looked at, and exits 0."""
    station = Station(tmp_path, monkeypatch)
    station.point_to(discovery.port)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 40))
    with LocalService("memory", MemoryDriver(), add_memory_servicer, station.data) as service:
        discovery.known = {"memory": service.address}
        with MemoryClient("rack", address=service.address):
            assert cli.main(["doctor", "--json"]) == 0
            assert json.loads(capsys.readouterr().out) == []
            assert cli.main(["doctor"]) == 0
    discovery.known = {}
    assert capsys.readouterr().out == (
        f"Nothing is wrong. Looked at discovery at localhost:{discovery.port}, 1 service "
        "(1 with sessions, 1 open), 1 data folder.\n"
    )


def test_exit_codes_and_output(
    discovery: Discovery,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Warnings alone exit 0, an error exits 1; programs get all of it as JSON."""
    Station(tmp_path, monkeypatch).point_to(discovery.port)
    monkeypatch.setenv("https_proxy", "http://proxy.example:80")
    monkeypatch.setenv("no_grpc_proxy", "")
    assert cli.main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("WARNING  https_proxy is set")
    assert "    mend: Set no_grpc_proxy=localhost" in told
    assert "1 warning. Looked at" in told
    assert cli.main(["doctor", "--json", "--address", f"localhost:{free_port()}"]) == 1
    dead, proxy = json.loads(capsys.readouterr().out)
    assert dead.keys() == {"severity", "check", "what", "mend"}
    assert (dead["severity"], dead["check"]) == ("error", "dead-service")
    assert proxy["check"] == "proxy"
