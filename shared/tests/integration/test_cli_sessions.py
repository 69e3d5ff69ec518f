"""The operator's commands `list`, `watch` and `close`, against a real service."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from session_sharing import SessionNotFoundError, cli
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
    assert "No sessions are open. 1 session service(s) answered." in capsys.readouterr().out


def test_dead_address_is_one_line(capsys) -> None:
    """A service that does not answer is an error with its address, and no traceback."""
    assert cli.main(["list", "--address", "localhost:1"]) == 1
    told = capsys.readouterr().err
    assert "localhost:1" in told
    assert told.count("\n") == 1


def test_close_takes_a_session_from_its_holders(service, capsys) -> None:
    """`close` closes one session by force; its holders are told who did it and why."""
    with MemoryClient("rack", address=service.address) as client:
        command = ["close", client.public_id, "--reason", "maintenance"]
        assert cli.main([*command, "--address", service.address]) == 0
        with pytest.raises(SessionNotFoundError, match="maintenance"):
            client.touch()
    assert f"Closed {client.public_id}" in capsys.readouterr().out


def test_close_all_closes_all(service, capsys) -> None:
    """`close --all` leaves nothing open."""
    with MemoryClient("a", address=service.address), MemoryClient("b", address=service.address):
        assert cli.main(["close", "--all", "--address", service.address]) == 0
        assert service.call(service.engine.sessions) == []
    assert capsys.readouterr().out.count("Closed") == 2


def test_close_of_unknown_session_fails(service, capsys) -> None:
    """A misspelt id closes nothing and exits 1, saying how to find the right one."""
    assert cli.main(["close", "nonsense", "--address", service.address]) == 1
    assert "python -m session_sharing list" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["close"], ["list", "--nonsense"], ["frobnicate"], []])
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    """Wrong usage is told from failure by the exit code."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2


def test_watch_tells_changes_as_they_happen(tmp_path) -> None:
    """`watch --json` prints each change while it runs, and ends when the service is gone."""
    with LocalService("memory", MemoryDriver(), add_memory_servicer, tmp_path) as service:
        watching = _watch(service.address)
        assert _next_event(watching) == "watching"
        with MemoryClient("rack", address=service.address):
            events = [_next_event(watching) for _ in range(3)]
    assert events == ["opening", "opened", "attached"]
    rest, _ = watching.communicate(timeout=LIMIT)
    assert [json.loads(line)["event"] for line in rest.splitlines()] == [
        "released",
        "closing",
        "closed",
        "gone",
    ]
    assert watching.returncode == 0


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
            assert f"The service at {address} does not answer" in told.err
        assert cli.main(["close", client.public_id]) == 0  # It was found, so all is well.
        assert cli.main(["close", "--all"]) == 1


def test_frozen_services_do_not_keep_others_from_being_watched(
    service, station, frozen, capsys
) -> None:
    """`watch` tells which services it does not watch, and watches the others."""
    _register(station, "memory", _port_of(service.address))
    watchers = service.engine._executor.watchers

    def stop_when_watched() -> None:
        deadline = time.monotonic() + LIMIT
        while not service.call(lambda: bool(watchers._queues)) and time.monotonic() < deadline:
            time.sleep(0.02)
        service.stop()

    threading.Thread(target=stop_when_watched, name="stop when watched").start()
    assert cli.main(["watch", "--json"]) == 1
    told = capsys.readouterr()
    assert [json.loads(line)["event"] for line in told.out.splitlines()] == ["watching", "gone"]
    assert len(told.err.splitlines()) == 2


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


def _watch(address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "session_sharing", "watch", "--json", "--address", address],
        stdout=subprocess.PIPE,
        text=True,
    )


def _next_event(watching: subprocess.Popen[str]) -> str:
    assert watching.stdout is not None
    return str(json.loads(watching.stdout.readline())["event"])


def test_watch_without_a_service_says_so(tmp_path, monkeypatch, capsys) -> None:
    """Who watches where no service runs learns that at once, and how to start one."""
    with running_station(tmp_path):
        monkeypatch.setenv("LOCAL_STATION_HOME", str(tmp_path))
        assert cli.main(["watch"]) == 1
    assert "Start one first" in capsys.readouterr().err
