"""What a database's errors mean: what callers are told, and whether trying again helps."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

from sqlalchemy.exc import DataError, DBAPIError

from db_writer.service import record_refusals, refusals
from db_writer.service.refusals import RETRY_SECONDS, Failure
from db_writer.service.settings import DatabaseSettings
from session_sharing.errors import OutcomeUnknownError, SharingError
from session_sharing.service import StoreError

__all__ = [
    "RETRY_SECONDS",
    "Failure",
    "WriteError",
    "is_conflict",
    "is_lost",
    "judge",
    "no_unicode",
    "outcome_unknown",
]


class WriteError(StoreError):
    """A database did not store records, or did not say whether it did.

    Args:
        failure: What the last attempt met.
        unknown: What callers are told where an attempt may have stored them; None if none may.

    Attributes:
        failure: As above.
        is_unknown: Whether an attempt may have stored them.
    """

    def __init__(self, failure: Failure, unknown: SharingError | None = None) -> None:
        super().__init__(
            unknown or failure.told,
            alone=failure.alone and unknown is None,
            broken=failure.broken,
        )
        self.failure = failure
        self.is_unknown = unknown is not None

    @property
    def reason(self) -> str:
        """What the last attempt met, in sentences for people."""
        return self.failure.told.message


def is_conflict(error: DBAPIError) -> bool:
    """Say whether a row is there already, or what it refers to is not there any more."""
    return isinstance(error.orig, sqlite3.IntegrityError) or _state(error).startswith("23")


def is_lost(error: DBAPIError) -> bool:
    """Say whether an open connection was lost, so that what was under way may have been done.

    A server that says it ends the connection (57P01) has not done it: it says so only before a
    commit begins. Later it ends the connection without a word, also where it waited for another
    server to have the commit too.
    """
    return error.connection_invalidated and (_state(error) or "08").startswith(("08", "40003"))


def judge(error: DBAPIError, settings: DatabaseSettings) -> Failure:
    """Say what an error of the database means."""
    if isinstance(error.orig, sqlite3.Error):
        return _judge_file(error.orig, settings)
    return _judge_server(error, settings)


def outcome_unknown(error: DBAPIError, settings: DatabaseSettings) -> WriteError:
    """Say what it means that an attempt may have stored records, and the last one failed."""
    failure = judge(error, settings)
    told = OutcomeUnknownError(
        f"The connection to the database {settings.shown} was lost before it said whether the "
        f"records are stored; look there. Trying again failed: {failure.told}"
    )
    return WriteError(failure, told)


def no_unicode(error: UnicodeError, settings: DatabaseSettings) -> Failure:
    """Say what it means that a text cannot be written, or what was read is none."""
    if isinstance(error, UnicodeEncodeError):
        return record_refusals.value("a text is no Unicode", settings)
    return refusals.schema("a text in it is not in the encoding of the database", settings)


def _judge_file(error: sqlite3.Error, settings: DatabaseSettings) -> Failure:
    if isinstance(error, sqlite3.IntegrityError):
        return record_refusals.against_a_rule(str(error), settings, _constraint_of_file(error))
    name = getattr(error, "sqlite_errorname", "")  # from Python 3.11 on
    reason = f"{error} ({name})" if name.startswith("SQLITE_IOERR") else str(error)
    for words, what in _FILE_FAILURES.items():
        if words in reason:
            return what(reason, settings)
    return refusals.schema(reason, settings)


def _judge_server(error: DBAPIError, settings: DatabaseSettings) -> Failure:
    reason, state = _reason(error, settings), _state(error)
    if not state and isinstance(error, DataError):  # The driver did not even send it.
        return record_refusals.value(reason, settings)
    if not state:  # No connection came about, or it was lost without a word.
        for pattern, told in _CONNECT_FAILURES.items():
            if re.search(pattern, reason):
                return told(reason, settings)
    if state.startswith("23"):
        return record_refusals.against_a_rule(reason, settings, _constraint(error))
    for prefix, what in _STATES.items():
        if state.startswith(prefix):
            return what(reason, settings)
    if state:
        return refusals.refused(f"{reason} (SQLSTATE {state})", settings)
    return refusals.away(reason, settings)


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _constraint(error: DBAPIError) -> str:
    """Return the name of the constraint of which the server tells; empty if it names none."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""


def _constraint_of_file(error: sqlite3.Error) -> str:
    """Return what SQLite calls a constraint: its name, or its columns."""
    return str(error).partition("constraint failed: ")[2]


def _reason(error: DBAPIError, settings: DatabaseSettings) -> str:
    """Return the database's own words in one line, surely without the password."""
    reason = re.sub(r"\s+", " ", str(error.orig)).strip().rstrip(".")[:500]
    password = settings.url.password
    return reason.replace(str(password), "***") if password else reason


_Judge = Callable[[str, DatabaseSettings], Failure]
_FILE_FAILURES: dict[str, _Judge] = {
    "is locked": refusals.locked,
    "is full": refusals.full,
    "SQLITE_IOERR_WRITE": refusals.full,  # a limit of the file's size, or a quota
    "SQLITE_IOERR_TRUNCATE": refusals.full,
    "SQLITE_IOERR_SHMSIZE": refusals.full,
    "SQLITE_IOERR_NOMEM": refusals.full,
    "SQLITE_IOERR_FSYNC": refusals.disk,
    "SQLITE_IOERR_DIR_FSYNC": refusals.disk,
    "SQLITE_IOERR_": refusals.failing_disk,
    "disk I/O error": refusals.disk,  # Which it is Python 3.10 does not tell.
    "not a database": refusals.no_database,
    "malformed": refusals.no_database,
    "readonly": refusals.denied_file,
    "unable to open": refusals.denied_file,
    "out of memory": refusals.full,
}
_CONNECT_FAILURES: dict[str, _Judge] = {
    "password authentication failed|no password supplied": refusals.denied,
    "is not permitted to log in": refusals.no_login,
    "permission denied for database": refusals.denied,
    "too many (clients|connections)|remaining connection slots": refusals.again,
    r"no pg_hba\.conf entry|role \".*\" does not exist": refusals.denied,
    r"database \".*\" does not exist": refusals.missing,
    r"invalid (connection option|\S+ value|port number|response)": refusals.misconfigured,
    "does not support SSL": refusals.without_tls,
    "certificate|private key": refusals.misconfigured,
}
"""By patterns in what the client's library says, which gives no SQLSTATE before it is connected."""

_STATES: dict[str, _Judge] = {
    "08": refusals.away,
    "22": record_refusals.value,
    "25006": refusals.standing_by,
    "28": refusals.denied,
    "3D": refusals.missing,
    "40": refusals.again,
    "42501": refusals.denied,
    "42": refusals.schema,
    "53300": refusals.again,
    "53": refusals.full,
    "54": record_refusals.value,
    "55P03": refusals.busy_server,
    "57014": refusals.busy_server,
    "57P": refusals.away,
    "P0001": record_refusals.raised,
}
"""By the beginning of the SQLSTATE; the longer ones stand first. Others are refusals."""
