"""What a database's errors mean: what callers are told, and whether trying again helps."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

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

RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Failure:
    """What an error of a database means.

    Attributes:
        told: What callers are told.
        passing: Whether the same may succeed soon, on a new connection.
        alone: Whether parts of what was to be stored may be stored each by itself.
        broken: Whether nothing can be stored any more, for good.
    """

    told: SharingError
    passing: bool = False
    alone: bool = False
    broken: bool = False


def is_conflict(error: DBAPIError) -> bool:
    """Say whether a row is there already, or what it refers to is not there any more."""
    return isinstance(error.orig, sqlite3.IntegrityError) or _state(error).startswith("23")


def judge(error: DBAPIError, settings: DatabaseSettings) -> Failure:
    """Say what an error of the database means."""
    if isinstance(error.orig, sqlite3.Error):
        return _judge_file(str(error.orig), settings)
    return _judge_server(error, settings)


def _judge_file(reason: str, settings: DatabaseSettings) -> Failure:
    for words, what in _FILE_FAILURES.items():
        if words in reason:
            return what(reason, settings)
    return Failure(
        PreconditionError(f"The database {settings.shown} refuses: {reason}. {_LOOK_AT_SCHEMA}"),
        alone=True,
    )


def _judge_server(error: DBAPIError, settings: DatabaseSettings) -> Failure:
    reason, state = _reason(error, settings), _state(error)
    if not state:  # No connection came about, or it was lost without a word.
        for pattern, told in _CONNECT_FAILURES.items():
            if re.search(pattern, reason):
                return told(reason, settings)
    for prefix, what in _STATES.items():
        if state.startswith(prefix):
            return what(reason, settings)
    return _away(reason, settings)


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _reason(error: DBAPIError, settings: DatabaseSettings) -> str:
    """Return the database's own words in one line, surely without the password."""
    reason = re.sub(r"\s+", " ", str(error.orig)).strip().rstrip(".")[:500]
    password = settings.url.password
    return reason.replace(str(password), "***") if password else reason


def _away(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        UnavailableError(
            f"The database {settings.shown} is away: {reason}. Start the server, or check the "
            "network and the URL in the configuration; the service connects again by itself.",
            retry_delay=RETRY_SECONDS,
        ),
        passing=True,
    )


def _busy_server(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        UnavailableError(
            f"The database {settings.shown} was too busy: {reason}. If it stays so, see in "
            "pg_stat_activity who holds a lock; then try again.",
            retry_delay=RETRY_SECONDS,
        )
    )


def _again(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(_busy_server(reason, settings).told, passing=True)


def _full(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        ResourceExhaustedError(
            f"The database {settings.shown} has no room: {reason}. Make room, or raise the limit; "
            "trying again helps then.",
            retry_delay=RETRY_SECONDS,
        ),
        alone=True,  # There may be room for smaller ones.
    )


def _denied(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        AccessDeniedError(
            f"The database {settings.shown} lets the service not do this: {reason}. Check the user "
            "and the password in the configuration, and the rights of that user."
        )
    )


def _denied_file(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        AccessDeniedError(
            f"The database {settings.shown} cannot be opened or written: {reason}. Give the user "
            "who runs the service the right to write the file and its folder."
        )
    )


def _missing(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        ResourceNotFoundError(
            f"There is no database {settings.shown}: {reason}. Create it (createdb), or correct "
            "the URL in the configuration."
        )
    )


def _misconfigured(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        PreconditionError(
            f"The database {settings.shown} cannot be opened as it is configured: {reason}. "
            "Correct the URL or the options in the configuration."
        )
    )


def _standing_by(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        UnavailableError(
            f"The database {settings.shown} takes no records: {reason}. Its server stands by for "
            "another, or was made read-only; give the URL of the one that writes.",
            retry_delay=RETRY_SECONDS,
        ),
        passing=True,
    )


def _locked(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        UnavailableError(
            f"Another program has held the database {settings.shown} locked for "
            f"{settings.connect_timeout:g} s ({reason}). End its transaction, or close it; then "
            "try again.",
            retry_delay=RETRY_SECONDS,
        )
    )


def _disk(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        UnavailableError(
            f"The session on the database {settings.shown} is broken: {reason}. What was "
            "acknowledged is safe; the last records without an answer may be stored or not. Check "
            "the disk, close the session and initialize it again."
        ),
        broken=True,
    )


def _no_database(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        PreconditionError(
            f"The file {settings.shown} is no SQLite database, or a damaged one: {reason}. It is "
            "left as it is. Choose another name, or restore the file."
        ),
        broken=True,
    )


def _value(reason: str, settings: DatabaseSettings) -> Failure:
    told = f"The database {settings.shown} cannot hold a value of a record: {reason}."
    return Failure(ValueTypeError(told), alone=True)


def _schema(reason: str, settings: DatabaseSettings) -> Failure:
    return Failure(
        PreconditionError(f"The database {settings.shown} refuses: {reason}. {_LOOK_AT_SCHEMA}"),
        alone=True,
    )


_LOOK_AT_SCHEMA = (
    "Somebody changed its tables; restore them, or use another database, and initialize again."
)
_Judge = Callable[[str, DatabaseSettings], Failure]
_FILE_FAILURES: dict[str, _Judge] = {
    "is locked": _locked,
    "is full": _full,
    "disk I/O error": _disk,
    "not a database": _no_database,
    "malformed": _no_database,
    "readonly": _denied_file,
    "unable to open": _denied_file,
    "out of memory": _full,
}
_CONNECT_FAILURES: dict[str, _Judge] = {
    "password authentication failed|no password supplied": _denied,
    r"no pg_hba\.conf entry|role \".*\" does not exist": _denied,
    r"database \".*\" does not exist": _missing,
    r"invalid (connection option|\S+ value|response)": _misconfigured,
}
"""By patterns in what the client's library says, which gives no SQLSTATE before it is connected."""

_STATES: dict[str, _Judge] = {
    "22": _value,
    "23": _schema,
    "25006": _standing_by,
    "28": _denied,
    "3D": _missing,
    "40": _again,
    "42501": _denied,
    "42": _schema,
    "53300": _again,
    "53": _full,
    "55P03": _busy_server,
    "57014": _busy_server,
}
"""By the beginning of the SQLSTATE; the longer ones stand first. All else: the database is away."""
