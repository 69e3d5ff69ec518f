"""What clients are told of databases that cannot be used, soon and without any password."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from db_writer import DbWriterClient
from db_writer.service.database import Database
from db_writer.service.settings import DatabaseSettings
from services.db_writer.tests.looking import DEADLINE, ask, until
from services.db_writer.tests.postgresql import VARIABLE, PostgresqlServer, stop
from services.db_writer.tests.support import local_writer
from session_sharing.errors import (
    AccessDeniedError,
    ResourceNameError,
    ResourceNotFoundError,
    ResourceReplacedError,
    SharingError,
    UnavailableError,
)
from session_sharing.testing.hosting import LocalService

Connect = Callable[..., DbWriterClient]
Refusal = Callable[[URL], SharingError]
SECRET = "s3cret"
CONNECT_SECONDS = 2.0


@pytest.fixture
def refusal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Refusal:
    """Return what opens a database and returns what the client is told: in time, and discreetly."""

    def refuse(url: URL) -> SharingError:
        url = url.set(password=SECRET)
        shown = url.render_as_string()
        settings = DatabaseSettings("line", url, shown, connect_timeout=CONNECT_SECONDS)
        with local_writer(tmp_path, {"line": settings}) as service:
            begin = time.monotonic()
            with pytest.raises(SharingError) as caught:
                DbWriterClient("line", address=service.address, wait=DEADLINE)
            assert time.monotonic() - begin < CONNECT_SECONDS + 1.0
            assert service.call(service.engine.sessions) == []
        assert SECRET not in caught.value.message + caplog.text
        return caught.value

    caplog.set_level("DEBUG")
    return refuse


def test_nobody_listens(refusal: Refusal) -> None:
    """Where no server is, the error names the place and says what to check."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = URL.create(
            "postgresql+psycopg", "me", None, "127.0.0.1", unused.getsockname()[1], "n"
        )
        error = refusal(url)
    assert isinstance(error, UnavailableError)
    assert f"127.0.0.1:{url.port}/n" in error.message
    assert error.retry_delay is not None


def test_host_that_never_answers(refusal: Refusal) -> None:
    """A host that says nothing is given up after the connect time-out."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = URL.create(
            "postgresql+psycopg", "me", None, "127.0.0.1", silent.getsockname()[1], "n"
        )
        assert isinstance(refusal(url), UnavailableError)


def test_host_without_an_address(refusal: Refusal) -> None:
    """A misspelt host is told with its name."""
    error = refusal(URL.create("postgresql+psycopg", "me", None, "no.invalid", None, "n"))
    assert isinstance(error, UnavailableError)
    assert "no.invalid" in error.message


def test_names_that_mean_no_database(connect: Connect, writer: LocalService[Database]) -> None:
    """A name that is not configured, and an address in place of a name, are told at once."""
    with pytest.raises(ResourceNotFoundError, match=r"\(line;"):
        DbWriterClient("lime", address=writer.address)
    for address in (
        f"postgresql://me:{SECRET}@host/results",
        f"postgresql://me:{SECRET}@host/results?sslmode=require",
        f"postgresql://me:{SECRET}@host/results.sqlite?client=a",
    ):
        with pytest.raises(ResourceNameError) as caught:
            DbWriterClient(address, address=writer.address)
        assert SECRET not in caught.value.message + caught.value.resource_name


def test_file_that_is_deleted_under_a_session(tmp_path: Path) -> None:
    """Nothing is acknowledged that nobody would find; a new session makes a new file."""
    with local_writer(tmp_path, {}) as service:
        client = DbWriterClient("a.sqlite", address=service.address, wait=DEADLINE)
        client.log("one", {}, {})
        (tmp_path / "data" / "a.sqlite").rename(tmp_path / "data" / "moved.sqlite")
        with pytest.raises(ResourceReplacedError, match=r"initialize it again"):
            client.log("lost", {}, {})
        with pytest.raises(ResourceReplacedError):
            client.close()
        with DbWriterClient("a.sqlite", address=service.address, wait=DEADLINE) as again:
            again.log("two", {}, {})
            assert [record.measurement_name for record in again.read()] == ["two"]


@pytest.fixture
def server_client(tmp_path: Path, postgresql: DatabaseSettings) -> Iterator[DbWriterClient]:
    """Return a client of a writer on a PostgreSQL database."""
    settings = replace(postgresql, connect_timeout=1.0)
    with (
        local_writer(tmp_path, {"line": settings}) as service,
        DbWriterClient("line", address=service.address, wait=DEADLINE) as client,
    ):
        yield client


def names(client: DbWriterClient) -> list[str]:
    """Return the names of all records."""
    return [record.measurement_name for record in client.read()]


def test_session_survives_connections_that_are_cut(
    server_client: DbWriterClient, postgresql: DatabaseSettings
) -> None:
    """When a server ends all connections, clients notice nothing: records are there, once."""
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for number in range(3):
        server_client.log(str(number), {}, {})
        assert len(names(server_client)) == number + 1
        assert ask(postgresql, cut) > [(0,)]
    server_client.log("3", {}, {})
    assert names(server_client) == list("0123")


def test_session_survives_a_restart_of_the_server(
    server_client: DbWriterClient, server: PostgresqlServer
) -> None:
    """While the server is away clients are told so; when it is back the session goes on."""
    server_client.log("before", {}, {})
    stop(server)
    try:
        with pytest.raises(UnavailableError, match="is away") as caught:
            server_client.log("refused", {}, {})
        assert caught.value.retry_delay is not None
        with pytest.raises(UnavailableError, match="is away"):
            names(server_client)
    finally:
        server.start()
    server_client.log("after", {}, {})
    assert names(server_client) == ["before", "after"]


def test_database_that_the_server_has_not(refusal: Refusal, server: PostgresqlServer) -> None:
    """A database that does not exist is told with its name."""
    url = server.url.set(drivername="postgresql+psycopg", database="nowhere")
    error = refusal(url)
    assert isinstance(error, ResourceNotFoundError)
    assert "nowhere" in error.message


def test_wrong_password(refusal: Refusal, asks_for_passwords: URL) -> None:
    """A password that the server does not take is told as that, and not shown."""
    error = refusal(asks_for_passwords)
    assert isinstance(error, AccessDeniedError)
    assert "password" in error.message


@pytest.fixture
def asks_for_passwords(server: PostgresqlServer) -> Iterator[URL]:
    """Have the server ask one user for a password; return the URL for that user."""
    if os.environ.get(VARIABLE):
        pytest.skip("the server is the user's: whom it trusts is not changed")
    rules = Path(server.execute("SHOW hba_file")[0][0])
    before = rules.read_text()
    server.execute("CREATE ROLE asked LOGIN PASSWORD 'another'")
    try:
        _let_rules_hold(
            server,
            rules,
            f"local all asked scram-sha-256\nhost all asked all scram-sha-256\n{before}",
        )
        yield server.url.set(drivername="postgresql+psycopg", username="asked")
    finally:
        _let_rules_hold(server, rules, before)
        server.execute("DROP ROLE asked")


def _let_rules_hold(server: PostgresqlServer, rules: Path, text: str) -> None:
    loaded = server.execute("SELECT pg_conf_load_time()")
    rules.write_text(text)
    server.execute("SELECT pg_reload_conf()")
    until(lambda: server.execute("SELECT pg_conf_load_time()") != loaded)
