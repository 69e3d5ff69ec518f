"""What a database's errors mean, where no server shows it: in words, and without the password."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError

from db_writer.service.failures import Failure, is_lost, judge
from db_writer.service.settings import DatabaseSettings
from session_sharing.errors import (
    AccessDeniedError,
    PreconditionError,
    ResourceExhaustedError,
    ResourceNotFoundError,
    SharingError,
    UnavailableError,
    ValueTypeError,
)

SECRET = "correct-horse"
SERVER = DatabaseSettings(
    "line", make_url(f"postgresql://me:{SECRET}@db.example/line"), "postgresql://db.example/line"
)
FILE = DatabaseSettings("file", make_url("sqlite:///a.sqlite"), "a.sqlite")


class ServerError(Exception):
    """Stands for an error of the driver, which may have details in `diag`.

    Args:
        text: What it says.
        sqlstate: The server's code; None where no connection came about.
    """

    diag: object = None

    def __init__(self, text: str, sqlstate: str | None = None) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


def judged(error: Exception, settings: DatabaseSettings = SERVER) -> Failure:
    return judge(DBAPIError("SELECT", None, error), settings)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('FATAL:  password authentication failed for user "me"', AccessDeniedError),
        ("fe_sendauth: no password supplied", AccessDeniedError),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', AccessDeniedError),
        ('FATAL:  role "me" does not exist', AccessDeniedError),
        ('FATAL:  role "me" is not permitted to log in', AccessDeniedError),
        ('FATAL:  permission denied for database "line"', AccessDeniedError),
        ("FATAL:  sorry, too many clients already", UnavailableError),
        ('FATAL:  database "line" does not exist', ResourceNotFoundError),
        ('invalid connection option "sslmod"', PreconditionError),
        ('invalid port number: "99999"', PreconditionError),
        ("server does not support SSL, but SSL was required", PreconditionError),
        ('root certificate file "/nope" does not exist', PreconditionError),
        ("SSL error: certificate verify failed", PreconditionError),
        ("SSL connection has been closed unexpectedly", UnavailableError),
        ("Connection refused", UnavailableError),
    ],
)
def test_connections_that_do_not_come_about(text: str, kind: type[SharingError]) -> None:
    """Only a server that is away is waited for; all else is told as what has to be corrected."""
    failure = judged(ServerError(text))
    assert type(failure.told) is kind
    assert failure.passing is (kind is UnavailableError)


@pytest.mark.parametrize(
    ("state", "passing"),
    [("57P01", True), ("08006", True), ("40P01", True), ("25006", True), ("57014", False)],
)
def test_what_passes(state: str, passing: bool) -> None:
    """A transaction is repeated when that may help, not when time is up."""
    failure = judged(ServerError("said", state))
    assert isinstance(failure.told, UnavailableError)
    assert failure.passing is passing


@pytest.mark.parametrize(
    ("state", "kind"),
    [("54000", ValueTypeError), ("P0001", PreconditionError), ("XX000", PreconditionError)],
)
def test_what_a_server_refuses_is_not_away(state: str, kind: type[SharingError]) -> None:
    """A server that answers is there: what it refuses is told at once, and others are stored."""
    failure = judged(ServerError("said", state))
    assert type(failure.told) is kind
    assert not failure.passing
    assert failure.alone


def test_what_the_driver_refuses() -> None:
    """A value that is not even sent is told as such, not as a server that is away."""
    failure = judge(DataError("SELECT", None, ServerError("cannot contain NUL")), SERVER)
    assert type(failure.told) is ValueTypeError
    assert not failure.passing


@pytest.mark.parametrize(
    ("state", "invalidated", "lost"),
    [(None, True, True), ("08006", True, True), ("57P01", True, False), (None, False, False)],
)
def test_whether_it_may_have_been_done(state: str | None, invalidated: bool, lost: bool) -> None:
    """Only an open connection that ended without a word leaves that open."""
    error = ServerError("server closed the connection", state)
    assert is_lost(DBAPIError("X", None, error, connection_invalidated=invalidated)) is lost


def test_wrong_password_tells_where_it_is_from() -> None:
    """Who is refused is told which keys say who logs in, and with which password."""
    reason = ServerError("FATAL:  password authentication failed")
    named = replace(SERVER, password_key="databases.line.password_env")
    told = judged(reason, named).told.message
    assert "databases.line.url" in told
    assert "databases.line.password_env says where it is" in told
    assert "none is configured" in judged(reason).told.message


def test_user_who_may_not_log_in_is_told_so() -> None:
    """Nobody is sent to start a server that is there and refuses its user."""
    told = judged(ServerError('FATAL:  role "me" is not permitted to log in')).told.message
    assert "may not log in" in told
    assert "ALTER ROLE ... LOGIN" in told
    assert "Start the server" not in told


def test_rule_that_refuses_a_record_is_named() -> None:
    """A rule of the database is told as one, by its name; nobody is sent to restore tables."""
    error = ServerError('violates check constraint "c"', "23514")
    error.diag = SimpleNamespace(constraint_name="c")
    file = sqlite3.IntegrityError("CHECK constraint failed: c")
    for failure in (judged(error), judged(file, FILE)):
        assert failure.told.message.startswith("The constraint 'c' of the database ")
        assert "Log what it allows" in failure.told.message
        assert failure.of_record
    trigger = judged(ServerError("no such unit", "P0001"))
    assert trigger.told.message.startswith("A trigger of the database ")
    assert trigger.of_record


def test_reason_that_is_a_question_ends_as_one() -> None:
    """What the library asks stands before our advice without a stray full stop."""
    told = judged(ServerError("Is the server running?")).told.message
    assert "Is the server running? Start the server" in told


def test_server_without_tls_tells_the_option() -> None:
    """What has to be changed is named, not only what the library says."""
    assert "sslmode" in judged(ServerError("server does not support SSL")).told.message


def test_the_password_is_in_no_text() -> None:
    """Whatever a driver says, the password is taken out."""
    failure = judged(ServerError(f"cannot parse\n\tpostgresql://me:{SECRET}@db.example/line"))
    assert SECRET not in failure.told.message
    assert "postgresql://me:***@db.example/line" in failure.told.message


@pytest.mark.parametrize(
    ("name", "broken", "kind"),
    [
        ("SQLITE_IOERR_FSYNC", True, UnavailableError),
        ("SQLITE_IOERR_DIR_FSYNC", True, UnavailableError),
        ("", True, UnavailableError),
        ("SQLITE_IOERR_WRITE", False, ResourceExhaustedError),
        ("SQLITE_IOERR_READ", False, UnavailableError),
    ],
)
def test_a_failing_disk(name: str, broken: bool, kind: type[SharingError]) -> None:
    """After a failed sync nobody knows what is on the disk; what fails before it is undone."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    failure = judged(error, FILE)
    assert failure.broken is broken
    assert type(failure.told) is kind
    assert name in failure.told.message
    assert not failure.passing
