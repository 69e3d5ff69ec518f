"""The operator's commands, above all `list`, against real services."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from session_sharing import cli
from session_sharing.cli.watching import Changed, Trouble, Watching
from session_sharing.client.administration import Administration
from session_sharing.discovery import DiscoveryConnection, ServiceDescriptor, ServiceLocation
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import MemoryClient, MemoryDriver, add_memory_servicer
from session_sharing.testing.processes import running_station

LIMIT = 30


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LocalService[list[str]]]:
    with LocalService("memory", MemoryDriver(), add_memory_servicer, tmp_path) as running:
        yield running


def test_list_tells_programs_all_fields(service, capsys) -> None:
    """`list --json` prints what interfaces promise, for every session and attachment."""
    with MemoryClient("Rack?client=dmm", address=service.address) as client:
        assert cli.main(["list", "--json", "--address", service.address]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["resource"] == "Rack"
    assert told["session"] == client.public_id
    assert told["state"] == "open"
    assert told["close_pending"] is False
    assert told["created_by"]["process_id"] == os.getpid()
    assert told["attachments"][0]["alias"] == "dmm"
    assert told["attachments"][0]["behavior"] == "AUTO"
    assert {"service", "address", "since"} <= set(told)


def test_list_is_plain_text_in_a_pipe(service, capsys) -> None:
    """People get a table; in a pipe it has no colours; the secret name is never shown."""
    with MemoryClient("rack", address=service.address) as client:
        assert cli.main(["list", "--address", service.address]) == 0
    told = capsys.readouterr().out
    assert client.public_id in told
    assert "rack" in told
    assert client.session_name not in told
    assert "\x1b" not in told


def test_list_says_when_nothing_is_open(service, capsys) -> None:
    """An empty list is an answer, and tells who was asked."""
    assert cli.main(["list", "--address", service.address]) == 0
    assert "No sessions are open. 1 session service answered." in capsys.readouterr().out


def test_dead_address_is_one_line(capsys) -> None:
    """A service that does not answer is an error with its address, and no traceback."""
    assert cli.main(["list", "--address", "localhost:1"]) == 1
    told = capsys.readouterr().err
    assert "localhost:1" in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("arguments", [["close"], ["list", "--nonsense"], ["frobnicate"], []])
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    """Wrong usage is told from failure by the exit code."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DiscoveryConnection]:
    """Run a station that knows a service without sessions: itself."""
    pytest.importorskip("local_station")
    monkeypatch.delenv("SESSION_SHARING_DISCOVERY", raising=False)
    monkeypatch.setenv("LOCAL_STATION_HOME", str(tmp_path / "station"))
    with (
        running_station(tmp_path / "station") as running,
        DiscoveryConnection(running.address) as discovery,
    ):
        _register(discovery, "other.kind", running.port)
        yield discovery


@pytest.fixture
def frozen(station: DiscoveryConnection, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let the station know services that take connections, and never answer; two of them."""
    monkeypatch.setattr(Administration.sessions, "__defaults__", (1.0,))
    with ExitStack() as stack:
        ports = []
        for _ in range(2):
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            ports.append(listening.getsockname()[1])
            _register(station, f"frozen.{ports[-1]}", ports[-1])
        yield [f"localhost:{port}" for port in ports]


def _register(discovery: DiscoveryConnection, name: str, port: int) -> None:
    discovery.register(
        ServiceDescriptor(name, name, (name,)), ServiceLocation("localhost", str(port))
    )


def test_services_of_another_kind_are_left_out(service, station, capsys) -> None:
    """Discovery knows services that have no sessions; that is no failure."""
    _register(station, "memory", _port_of(service.address))
    with MemoryClient("rack", address=service.address) as client:
        assert cli.main(["list"]) == 0
    told = capsys.readouterr()
    assert client.public_id in told.out
    assert told.err == ""
    assert cli.main(["list", "--address", station.address]) == 1
    assert "another kind" in capsys.readouterr().err


def test_frozen_services_are_told_and_hide_nothing(service, station, frozen, capsys) -> None:
    """Services that do not answer fail `list`, one line each, and cost one time-out together."""
    _register(station, "memory", _port_of(service.address))
    with MemoryClient("rack", address=service.address) as client:
        started = time.monotonic()
        assert cli.main(["list", "--json"]) == 1
        assert time.monotonic() - started < 1.9
        told = capsys.readouterr()
        assert [one["session"] for one in json.loads(told.out)] == [client.public_id]
        assert len(told.err.splitlines()) == 2
        for address in frozen:
            name = f"frozen.{_port_of(address)}"
            assert f"{name}: The service at {address} does not answer" in told.err
        by_force = ["--force", "--reason", "x"]
        # It was found, so all is well.
        assert cli.main(["close", client.public_id, *by_force]) == 0
        assert cli.main(["close", "--all"]) == 1


def test_frozen_services_do_not_keep_others_from_being_watched(service, station, frozen) -> None:
    """`watch` tells once which services it does not watch, by name, and watches the others."""
    _register(station, "memory", _port_of(service.address))
    with closing(Watching()) as watching:
        told = [watching.next() for _ in range(3)]
    troubles = sorted(one.text for one in told if isinstance(one, Trouble))
    assert [text.partition(": ")[0] for text in troubles] == [
        f"frozen.{_port_of(address)}" for address in sorted(frozen)
    ]
    (changed,) = (one for one in told if isinstance(one, Changed))
    assert changed.service.name == "memory"


def _port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


@pytest.mark.parametrize(
    "arguments", [["list"], ["list", "--json"], ["watch", "--json"], ["watch"]]
)
def test_pipes_of_any_encoding_take_any_name(tmp_path, arguments) -> None:
    """A name that the console's code page lacks, as on Windows, comes through in escapes."""
    with (
        LocalService("memory", MemoryDriver(), add_memory_servicer, tmp_path) as service,
        MemoryClient("表😀.log", address=service.address),
    ):
        process = subprocess.Popen(
            [sys.executable, "-m", "session_sharing", *arguments, "--address", service.address],
            env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
            stdout=subprocess.PIPE,
            text=True,
            encoding="ascii",
        )
        limit = threading.Timer(LIMIT, process.kill)
        limit.start()
        lines = iter(process.stdout.readline, "")
        # JSON has escapes of its own for characters beyond 16 bits.
        escaped = "\\u8868\\ud83d\\ude00" if "--json" in arguments else "\\u8868\\U0001f600"
        found = any(f"{escaped}.log" in line for line in lines)
        if arguments[0] == "watch":
            process.kill()
        process.communicate()
        limit.cancel()
    assert found
    assert arguments[0] == "watch" or process.returncode == 0
