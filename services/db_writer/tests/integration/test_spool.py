"""A server that is away, and a station that goes on: what is logged waits, and is delivered."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from db_writer import DbWriterClient, RecordContext
from db_writer.service import main
from db_writer.service.config import ConfiguredDatabase
from db_writer.service.database import Database
from db_writer.service.refused_command import retry_refused, show_refused
from db_writer.service.settings import DatabaseSettings
from db_writer.service.spool import delivery
from services.db_writer.tests.looking import DEADLINE, ask, until
from services.db_writer.tests.postgresql import PostgresqlServer, stop
from services.db_writer.tests.support import local_writer
from session_sharing.client.administration import Administration
from session_sharing.errors import PreconditionError, UnavailableError
from session_sharing.information import Backlog
from session_sharing.service import ServiceOptions
from session_sharing.testing.hosting import LocalService


@pytest.fixture
def settings(postgresql: DatabaseSettings) -> DatabaseSettings:
    """Return the settings of an empty database whose records may wait."""
    return replace(postgresql, connect_timeout=1.0, spool_bytes=1 << 24)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the delivery look often, so that tests do not wait for it."""
    monkeypatch.setattr(delivery, "LONGEST_PAUSE", 0.2)
    monkeypatch.setattr(delivery, "LOOK_SECONDS", 0.1)


@contextmanager
def stopped(server: PostgresqlServer) -> Iterator[None]:
    """Stop the server for a while."""
    stop(server)
    try:
        yield
    finally:
        server.start()


def client_of(service: LocalService[Database], **options: int) -> DbWriterClient:
    """Open a client on the database."""
    return DbWriterClient("line", address=service.address, wait=DEADLINE, **options)


def backlog(service: LocalService[Database]) -> Backlog:
    """Return what waits for the database, as an operator is told."""
    with Administration(service.address) as administration:
        told = {one.resource_name: one for one in administration.service().backlogs}
    return told["line"]


def is_empty(service: LocalService[Database]) -> bool:
    """Say whether nothing waits."""
    return not backlog(service).waiting_records


def names(client: DbWriterClient) -> list[str]:
    """Return the names of all records."""
    return [record.measurement_name for record in client.read()]


def test_session_goes_on_while_the_server_is_away(
    tmp_path: Path, settings: DatabaseSettings, server: PostgresqlServer
) -> None:
    """Who logs notices nothing; it is told to who looks, and followed when it is delivered."""
    followed: list[str] = []

    def follow() -> None:
        for record in client.read(follow=True):
            followed.append(record.measurement_name)

    with local_writer(tmp_path, {"line": settings}) as service:
        client = client_of(service)
        follower = threading.Thread(target=follow, name="follower", daemon=True)
        client.set_context(RecordContext(serial_number="SN-1"))
        client.log("0", {}, {})
        follower.start()
        until(lambda: followed == ["0"])
        with stopped(server):
            client.log("1", {}, {})
            client.log_many([])
            client.log("2", {}, {})
            with pytest.raises(UnavailableError, match="is away"):
                names(client)
            with Administration(service.address) as administration:
                assert administration.service().problems == (), "it takes records"
                (session,) = administration.sessions()
            assert session.backlog
            assert (session.backlog.waiting_records, session.backlog.refused_records) == (2, 0)
            assert "is away" in session.backlog.reason
        until(lambda: followed == ["0", "1", "2"])
        until(lambda: is_empty(service))
        client.log("3", {}, {})
        until(lambda: followed == ["0", "1", "2", "3"])
        assert all(record.context.serial_number == "SN-1" for record in client.read())
        client.close()
        follower.join(DEADLINE)


def test_session_opens_while_the_server_is_away(
    tmp_path: Path, settings: DatabaseSettings, server: PostgresqlServer, make_postgresql: Callable
) -> None:
    """A database that was reached once may be away when its session is opened, or opened again.

    What waits is delivered without a session as well. A database that was never reached is an
    error, as is one that is there and is not as it should be. `--check` reaches it, too, while a
    service runs on the data folder.
    """
    other = replace(make_postgresql(), name="other", connect_timeout=1.0, spool_bytes=1 << 24)
    tried = replace(make_postgresql(), name="tried", connect_timeout=1.0, spool_bytes=1 << 24)
    databases = {"line": settings, "other": other, "tried": tried}
    with local_writer(tmp_path, databases) as service, client_of(service) as client:
        client.log("0", {}, {})
        configured = {"tried": ConfiguredDatabase(tried, None)}
        assert main.run_check(ServiceOptions(None, tmp_path / "data"), configured) == 0
    with stopped(server):
        with local_writer(tmp_path, databases) as service:
            with pytest.raises(UnavailableError, match=r"is away.*never reached from here"):
                DbWriterClient("other", address=service.address, wait=DEADLINE)
            DbWriterClient("tried", address=service.address, wait=DEADLINE).close()
            left = client_of(service, behavior=3)
            assert left.new_session
            left.log("1", {}, {})
            left.detach()
        with local_writer(tmp_path, databases) as service:
            with client_of(service, behavior=4) as again:
                assert not again.new_session
                again.log("2", {}, {})
                again.log("3", {}, {})
            assert backlog(service).waiting_records == 3
    with local_writer(tmp_path, databases) as service:
        until(lambda: is_empty(service))
        with client_of(service) as client:
            assert names(client) == ["0", "1", "2", "3"]
        ask(settings, "DROP TABLE measurement_values CASCADE")
        with pytest.raises(PreconditionError, match="lacks"):
            client_of(service)


def test_refused_record_waits_for_people(
    tmp_path: Path,
    settings: DatabaseSettings,
    server: PostgresqlServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the database refuses for good is kept and shown; when it takes it, it is delivered."""
    data = tmp_path / "data"
    with local_writer(tmp_path, {"line": settings}) as service, client_of(service) as client:
        ask(settings, "ALTER TABLE measurements ADD CONSTRAINT c CHECK (name <> 'bad')")
        with pytest.raises(PreconditionError):  # A database that is there refuses itself.
            client.log("bad", {}, {})
        with stopped(server):
            client.log("1", {}, {})
            with client.group() as group:
                for name in ("2", "bad", "bad", "3"):
                    group.log(name, {"range": 10}, {"x": float("nan")})
            client.log("4", {}, {})
        until(lambda: is_empty(service))
        assert names(client) == ["1", "4"], "a group is all or none"
        assert backlog(service).refused_records == 4
        assert show_refused(data, as_json=True) == 0
        _, refused, *_ = json.loads(capsys.readouterr().out)
        assert (refused["database"], refused["record"]["measurement_name"]) == ("line", "bad")
        assert refused["record"]["measurement_outputs"] == {"x": "NaN"}
        assert refused["cause"] == refused["record_number"], "the first of the two"
        assert "violates check constraint" in refused["reason"]
        assert show_refused(data, as_json=False) == 0
        _, first, cause, *_ = capsys.readouterr().out.splitlines()
        assert f"brought together with {refused['record_number']}: " in first
        assert "together" not in cause
        assert retry_refused(data, "lime") == 1
        assert "there are: line" in capsys.readouterr().err
        ask(settings, "ALTER TABLE measurements DROP CONSTRAINT c")
        assert retry_refused(data, "line") == 0
        assert "4 records will be tried again" in capsys.readouterr().out
        until(lambda: backlog(service).refused_records == 0 and is_empty(service))
        assert names(client) == ["1", "4", "2", "bad", "bad", "3"]


def test_spool_of_a_database_that_is_not_configured_any_more(
    tmp_path: Path,
    settings: DatabaseSettings,
    server: PostgresqlServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What waits for a database that left the configuration is told, and left as it is.

    Sessions close while something waits, and the service stops: it is delivered later.
    """
    with local_writer(tmp_path, {"line": settings}) as service, client_of(service) as client:
        client.log("0", {}, {})
    with stopped(server):
        with local_writer(tmp_path, {"line": settings}) as service:
            with client_of(service) as client:
                client.log("1", {}, {})
            assert service.call(service.engine.sessions) == []
        with local_writer(tmp_path, {}) as service:
            told = backlog(service)
            assert (told.resource_name, told.waiting_records) == ("line", 1)
            assert "Configure it again" in told.reason
            assert "--waiting --json" in told.reason
        assert any("1 record waits since " in line for line in caplog.messages)
    with local_writer(tmp_path, {"line": settings}) as service:
        until(lambda: is_empty(service))
    assert ask(settings, "SELECT name FROM measurements ORDER BY id") == [("0",), ("1",)]
