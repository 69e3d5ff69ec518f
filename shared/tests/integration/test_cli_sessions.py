"""The operator's commands `list`, `watch` and `close`, against a real service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from session_sharing import SessionNotFoundError, cli
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import MemoryClient, MemoryDriver, add_memory_servicer

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


def _watch(address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "session_sharing", "watch", "--json", "--address", address],
        stdout=subprocess.PIPE,
        text=True,
    )


def _next_event(watching: subprocess.Popen[str]) -> str:
    assert watching.stdout is not None
    return str(json.loads(watching.stdout.readline())["event"])
