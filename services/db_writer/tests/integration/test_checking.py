"""Whether the service notices that an open database does not answer any more."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from db_writer.service import checking
from db_writer.service.checking import DatabaseChecks
from db_writer.service.driver import DatabaseDriver
from db_writer.service.names import Databases
from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import Store
from services.db_writer.tests.looking import ask

CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def checks() -> Iterator[DatabaseChecks]:
    """Return checks of no database; the handles of those that a test adds are their names."""
    checks = DatabaseChecks()
    yield checks
    for handle in list(checks._open):
        checks.remove(handle)


def on_server(port: int, password: str = "") -> DatabaseSettings:
    """Return the settings of a database on a server of this machine."""
    url = URL.create("postgresql", "ann", password, "127.0.0.1", port, "line")
    return DatabaseSettings(f"line {port}", url, f"line {port}", connect_timeout=2.0)


def test_open_databases_that_answer_are_well(
    store: Store, settings: DatabaseSettings, checks: DatabaseChecks
) -> None:
    """A database that answers is no problem, nor is one whose connections were cut meanwhile."""
    checks.add("a", settings)
    assert checks.problems() == []
    if not settings.is_file:
        ask(settings, CUT)
    assert checks.problems() == []


def test_server_that_is_away_is_a_problem(checks: DatabaseChecks) -> None:
    """A server at which nobody listens is told, without the password."""
    pytest.importorskip("psycopg")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        checks.add("a", on_server(probe.getsockname()[1], "correct-horse"))
    (problem,) = checks.problems()
    assert "refused" in problem
    assert "correct-horse" not in problem


def test_server_that_is_silent_hides_no_other(
    checks: DatabaseChecks, sqlite: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that hangs is told when the time is over; the others are asked at the same time."""
    pytest.importorskip("psycopg")
    monkeypatch.setattr(checking, "LIMIT_SECONDS", 0.3)
    Store(sqlite).close()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        silent = on_server(listening.getsockname()[1])
        checks.add("silent", silent)
        checks.add("file", sqlite)
        told = checks.problems()
        thread = checks._open["silent"]._thread
        assert [problem.partition(" does")[0] for problem in told] == [
            f"The database {silent.shown}"
        ]
        checks.problems()
        assert checks._open["silent"]._thread is thread, "it is not asked twice at once"


def test_server_that_may_be_away_is_no_problem(
    checks: DatabaseChecks, make_postgresql: Callable[[], DatabaseSettings]
) -> None:
    """Where records wait for a server it may be away; one that is there has to be as it should."""
    settings = make_postgresql()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        checks.add("away", on_server(probe.getsockname()[1]), may_be_away=True)
    assert checks.problems() == []
    checks.add("empty", settings, may_be_away=True)
    (problem,) = checks.problems()
    assert settings.shown in problem


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a file that is open")
def test_file_that_went_away_is_a_problem(tmp_path: Path) -> None:
    """A database file that was deleted under its session is told, until the session closes."""
    driver = DatabaseDriver(Databases(tmp_path, {}))
    path = tmp_path / "a.sqlite"
    database = driver.open(str(path))
    assert driver.check() == []
    path.unlink()
    (problem,) = driver.check()
    assert "is not there any more" in problem
    driver.close(database)
    assert driver.check() == []
