"""The PostgreSQL server of the tests: one of the user's, or one that is started here."""

from __future__ import annotations

import pytest

from tools.postgresql import VARIABLE, PostgresqlServer, connect

__all__ = ["VARIABLE", "PostgresqlServer", "connect", "stop"]


def stop(server: PostgresqlServer) -> None:
    """Stop the server, or skip the test: it is the user's."""
    if server.is_the_users:
        pytest.skip("the server is the user's: it is not stopped")
    server.stop()
