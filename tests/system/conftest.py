"""What system tests share: a real logger, a seed that is always told, and a place for figures."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from db_writer import DbWriterClient
from session_sharing.testing.processes import ServerProcess
from tests.system.floor import Floor
from tests.system.load_crew import Crew
from tests.system.load_targets import LogTarget, PostgresqlTarget, SqliteTarget, Target
from tests.system.restart_cast import Service
from tools.postgresql import PostgresqlServer

SEED = os.environ.get("SESSION_SHARING_SEED") or secrets.token_hex(4)
FIGURES = pytest.StashKey[list[str]]()


@dataclass(frozen=True)
class Logger:
    """A running `python -m json_logger`, and where its files lie."""

    address: str
    folder: Path


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell the seed, with which the choices of a run can be repeated, and what was measured."""
    terminalreporter.section("system tests")
    terminalreporter.write_line(f"repeat the random choices with SESSION_SHARING_SEED={SEED}")
    for figure in config.stash.get(FIGURES, []):
        terminalreporter.write_line(figure)


@pytest.fixture(scope="session")
def base_seed() -> str:
    """Return what all random choices of this run follow from."""
    return SEED


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that adds a line to the summary of the run."""
    return request.config.stash.setdefault(FIGURES, []).append


@pytest.fixture(scope="module")
def logger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logger]:
    """Return a real logger, a process of its own, that acknowledges what the system has."""
    folder = tmp_path_factory.mktemp("logs")
    arguments = ["--port", "0", "--data-dir", str(folder), "--ack", "os"]
    with ServerProcess("json_logger", arguments) as server:
        yield Logger(server.address, folder)


@pytest.fixture(scope="session")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Return a station, a logger, a database writer and both plug-ins, all running."""
    with ExitStack() as stack:
        yield Floor(tmp_path_factory.mktemp("floor"), stack)


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    """Return four programs that log when they are told to."""
    with ExitStack() as stack:
        yield Crew(stack)


@pytest.fixture(scope="module")
def log_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LogTarget]:
    """Return a logger that may fall, and its files."""
    service = Service("json_logger", tmp_path_factory.mktemp("logs"), {}, moves=False)
    yield LogTarget(service)
    service.process_ends()


@pytest.fixture(scope="module")
def sqlite_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteTarget]:
    """Return a database writer that may fall, and its files."""
    service = Service("db_writer", tmp_path_factory.mktemp("files"), {}, moves=False)
    yield SqliteTarget(service)
    service.process_ends()


@pytest.fixture(scope="module")
def postgresql_target(
    tmp_path_factory: pytest.TempPathFactory, server: PostgresqlServer
) -> Iterator[PostgresqlTarget]:
    """Return a database writer that may fall, and a database of a server that may, too."""
    folder = tmp_path_factory.mktemp("server")
    config = folder / "writer.toml"
    with server.database() as url:
        text = url.set(drivername="postgresql").render_as_string(hide_password=False)
        config.write_text(f"[databases.line]\nurl = {text!r}\nconnect_timeout = 30.0\n", "utf-8")
        service = Service("db_writer", folder, {}, "--config", str(config), moves=False)
        try:
            DbWriterClient("line", address=service.address).close()  # It makes the tables.
            yield PostgresqlTarget(service, text)
        finally:
            service.process_ends()


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Target:
    """Return the target that the test is parametrised with, by its name."""
    found: Target = request.getfixturevalue(f"{request.param}_target")
    return found
