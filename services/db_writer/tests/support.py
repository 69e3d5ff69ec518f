"""What the tests of the service share: a writer in a thread or a process."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from db_writer.service.config import ConfiguredDatabase
from db_writer.service.database import Database
from db_writer.service.driver import DatabaseDriver
from db_writer.service.main import writer_servicers
from db_writer.service.names import Databases
from db_writer.service.settings import DatabaseSettings
from db_writer.service.spools import Spools
from session_sharing.service import SessionEngine
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.processes import ServerProcess


def local_writer(
    folder: Path, databases: Mapping[str, DatabaseSettings], *, grace: float = 5.0
) -> LocalService[Database]:
    """Return a writer to start in a thread; its data folder is `folder / "data"`.

    Args:
        folder: Where it keeps everything.
        databases: The databases of its configuration, by name.
        grace: How long a client that is gone keeps its sessions, in seconds.
    """
    data = folder / "data"
    data.mkdir(exist_ok=True)
    configured = {name: ConfiguredDatabase(base, None) for name, base in databases.items()}
    known = Databases(data, configured)
    spools = Spools(data, known)
    spools.start()
    return LocalService(
        "db_writer",
        DatabaseDriver(known, spools),
        writer_servicers(),
        folder / "state",
        lambda driver: SessionEngine(driver, grace=grace),
    )


def handle_of(service: LocalService[Database]) -> Database:
    """Return the database of the one session that is open."""
    (session,) = service.call(lambda: list(service.engine._executor.sessions.values()))
    handle: Database = session.handle
    return handle


def environment() -> dict[str, str]:
    """Return the environment for a program that finds all modules that the tests find."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def writer_process(data: Path, *arguments: str) -> ServerProcess:
    """Start a writer as a process of its own."""
    return ServerProcess(
        "db_writer", ["--port", "0", "--data-dir", str(data), *arguments], environment()
    )
