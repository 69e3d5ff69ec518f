"""A server that takes data and does not answer, where records need not wait for it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from db_writer import DbWriterClient
from db_writer.service import engine
from db_writer.service.settings import DatabaseSettings
from services.db_writer.tests.looking import DEADLINE, ask, until
from services.db_writer.tests.postgresql import PostgresqlServer
from services.db_writer.tests.support import local_writer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be frozen")


@contextmanager
def frozen(settings: DatabaseSettings) -> Iterator[None]:
    """Freeze what the server has for each of the connections that it has now."""
    if sys.platform == "win32":
        return
    own = "datname = current_database() AND pid <> pg_backend_pid()"
    processes = [pid for (pid,) in ask(settings, f"SELECT pid FROM pg_stat_activity WHERE {own}")]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


def test_record_waits_for_no_frozen_server(
    tmp_path: Path,
    postgresql: DatabaseSettings,
    server: PostgresqlServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is spooled soon, and delivered by another connection; what thaws stores nothing twice."""
    if server.is_the_users:
        pytest.skip("the server is the user's: it is not frozen")
    monkeypatch.setattr(engine, "HASTE_ANSWER_SECONDS", 0.3)
    settings = replace(postgresql, connect_timeout=0.2, spool_bytes=1 << 20)
    stored = "SELECT name FROM measurements ORDER BY id"
    with (
        local_writer(tmp_path, {"line": settings}) as service,
        DbWriterClient("line", address=service.address, wait=DEADLINE) as client,
    ):
        client.log("0", {}, {})
        with frozen(settings):
            started = time.monotonic()
            client.log("1", {}, {})
            client.log("2", {}, {})
            assert time.monotonic() - started < DEADLINE / 2
            until(lambda: len(ask(settings, stored)) == 3)
        client.log("3", {}, {})
        assert ask(settings, stored) == [("0",), ("1",), ("2",), ("3",)]
