"""The doctor where programs do not find discovery, or not the right one: each fault is planted."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from session_sharing.cli.doctor import gather_discovery
from shared.tests.integration.doctor.sick_station import Discovery, Station, found, free_port


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    """Give this process a station that has nothing yet."""
    return Station(tmp_path, monkeypatch)


def test_no_discovery(station: Station) -> None:
    """Where nothing runs, the doctor says how to start it."""
    finding = found()["no-discovery"]
    assert str(station.key_file) in finding.what
    assert finding.mend == "Start one: python -m local_station"


def test_stale_key_file(station: Station) -> None:
    """A key file that a killed station left behind is told from a station that runs."""
    station.point_to(free_port())
    finding = found()["stale-key-file"]
    assert str(station.key_file) in finding.what
    assert "python -m local_station" in finding.mend


@pytest.mark.parametrize("content", ["{", "[]", '{"InsecurePort": "many"}'])
def test_garbage_in_the_key_file(station: Station, content: str) -> None:
    """A key file that cannot be understood is to be deleted."""
    station.key_file.write_text(content, "utf-8")
    assert f"Delete {station.key_file}" in found()["bad-key-file"].mend


def test_unreadable_key_file(station: Station) -> None:
    """A key file that is no file at all is found too."""
    station.key_file.mkdir()
    assert found().keys() == {"bad-key-file"}


def test_variable_that_leads_away(
    station: Station, discovery: Discovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that names a dead address, beside a station that runs, is to be unset."""
    station.point_to(discovery.port)
    monkeypatch.setenv("SESSION_SHARING_DISCOVERY", f"localhost:{free_port()}")
    finding = found()["discovery-elsewhere"]
    assert f"localhost:{discovery.port}" in finding.what
    assert "Unset SESSION_SHARING_DISCOVERY" in finding.mend


def test_variable_that_is_no_address(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that names no address is to be corrected."""
    monkeypatch.setenv("SESSION_SHARING_DISCOVERY", "nonsense")
    assert "Correct the environment variable" in found()["bad-address"].mend


def test_key_file_that_leads_away(station: Station, discovery: Discovery) -> None:
    """A station that its key file does not name is found by the port of its last run."""
    ports = station.home / "ports"
    ports.mkdir()
    (ports / "local_station.port").write_text(f"{discovery.port}\n", "utf-8")
    station.point_to(free_port())
    finding = found()["stale-key-file"]
    assert f"localhost:{discovery.port}" in finding.what
    assert f"SESSION_SHARING_DISCOVERY=localhost:{discovery.port}" in finding.mend


def test_discovery_that_hangs(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes connections at the port of discovery, and is silent, is to be ended."""
    monkeypatch.setattr(gather_discovery, "PROBE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        station.point_to(listening.getsockname()[1])
        assert "End the program" in found()["discovery-silent"].mend


def test_discovery_of_an_older_release(station: Station) -> None:
    """A discovery that cannot list who runs is asked for each service that it describes."""
    old = Discovery(is_old=True)
    old.known = {"dead": f"localhost:{free_port()}"}
    station.point_to(old.port)
    assert found().keys() == {"dead-service"}
    old.stop()


def test_service_that_is_registered_at_no_address(station: Station, discovery: Discovery) -> None:
    """A service that discovery knows by nonsense is found dead, and keeps nothing from looking."""
    station.point_to(discovery.port)
    discovery.known = {"odd": "localhost:seven"}
    assert "odd at localhost:seven" in found()["dead-service"].what
    discovery.known = {}
