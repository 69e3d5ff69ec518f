"""The operator's command `close`, against a real service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest

from session_sharing import Behavior, SessionNotFoundError, cli
from session_sharing.cli import close as close_module
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import MemoryClient, MemoryDriver, add_memory_servicer

BY_FORCE = ("--force", "--reason", "maintenance")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalService[list[str]]]:
    folder: Path = tmp_path_factory.mktemp("close")
    with LocalService("memory", MemoryDriver(), add_memory_servicer, folder) as running:
        yield running


def close(service, *arguments: str) -> int:
    """Run the command against the service."""
    return cli.main(["close", *arguments, "--address", service.address])


def open_sessions(service) -> list[str]:
    """Return the resources of the sessions that are open."""
    return [session.resource_name for session in service.call(service.engine.sessions)]


def test_close_is_polite(service, capsys) -> None:
    """A session that is held is not taken away: who holds it is told, and how to force it."""
    with MemoryClient("rack", address=service.address) as client:
        assert close(service, client.public_id) == 1
        client.touch()
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{client.public_id} is not closed yet: held by " in told.err
    assert f"close {client.public_id} --force" in told.err
    assert open_sessions(service) == []


def test_close_closes_what_nobody_holds(service, capsys) -> None:
    """A session that was left open closes at once."""
    client = MemoryClient("r", Behavior.INITIALIZE_SESSION_THEN_DETACH, address=service.address)
    client.detach()
    assert close(service, client.public_id, "--reason", "tidying") == 0
    assert capsys.readouterr().out == f"Closed {client.public_id} on 'r'.\n"
    assert open_sessions(service) == []


def test_close_waits_for_holders(service, capsys, monkeypatch) -> None:
    """With `--wait` the command ends when the last holder has gone."""
    client = MemoryClient("r", Behavior.INITIALIZE_SESSION_THEN_DETACH, address=service.address)

    def sleep(_: float) -> None:
        client.detach()  # So the command has found it held before.

    monkeypatch.setattr(close_module, "time", SimpleNamespace(monotonic=monotonic, sleep=sleep))
    assert close(service, client.public_id, "--wait", "30") == 0
    assert f"Closed {client.public_id}" in capsys.readouterr().out


def test_force_takes_a_session_from_its_holders(service, capsys) -> None:
    """`--force` closes a session under its holders, who are told who did it and why."""
    with MemoryClient("rack", address=service.address) as client:
        assert close(service, client.public_id, *BY_FORCE) == 0
        with pytest.raises(SessionNotFoundError, match="maintenance"):
            client.touch()
    assert f"Closed {client.public_id}" in capsys.readouterr().out


@pytest.mark.parametrize("reason", [[], ["--reason", " "]])
def test_force_needs_a_reason(service, reason, capsys) -> None:
    """Who takes a session from others has to say why."""
    with pytest.raises(SystemExit) as caught:
        close(service, "--all", "--force", *reason)
    assert caught.value.code == 2
    assert "--reason TEXT" in capsys.readouterr().err


def test_close_all(service, capsys) -> None:
    """`--all` asks every session; by force it leaves nothing open."""
    left = MemoryClient("b", Behavior.INITIALIZE_SESSION_THEN_DETACH, address=service.address)
    left.detach()
    with MemoryClient("a", address=service.address):
        assert close(service, "--all") == 1
        assert open_sessions(service) == ["a"]
        assert close(service, "--all", *BY_FORCE) == 0
        assert open_sessions(service) == []
    assert capsys.readouterr().out.count("Closed") == 2
    assert close(service, "--all") == 0


def test_close_of_unknown_session_fails(service, capsys) -> None:
    """A misspelt id closes nothing and exits 1, saying how to find the right one."""
    assert close(service, "nonsense") == 1
    assert "python -m session_sharing list" in capsys.readouterr().err
