"""What callers are told when a database fails, and what follows from it: one function for each way.

Each takes the database's own words, in one line and without the password, and the settings.
"""

from __future__ import annotations

from dataclasses import dataclass

from db_writer.service.settings import DatabaseSettings
from session_sharing.errors import (
    AccessDeniedError,
    PreconditionError,
    ResourceExhaustedError,
    ResourceNotFoundError,
    SharingError,
    UnavailableError,
)
from session_sharing.information import sentence

RETRY_SECONDS = 1.0
_LOOK_AT_SCHEMA = (
    "Somebody changed its tables; restore them, or use another database, and initialize again."
)


@dataclass(frozen=True)
class Failure:
    """What an error of a database means.

    Attributes:
        told: What callers are told.
        passing: Whether the same may succeed soon, on a new connection.
        alone: Whether parts of what was to be stored may be stored each by itself.
        broken: Whether nothing can be stored any more, for good.
        of_record: Whether the cause is in a record: later it would be refused as well.
    """

    told: SharingError
    passing: bool = False
    alone: bool = False
    broken: bool = False
    of_record: bool = False


def away(reason: str, settings: DatabaseSettings) -> Failure:
    """The server does not answer, for now."""
    return Failure(
        UnavailableError(
            f"The database {settings.shown} is away: {sentence(reason)} "
            "Start the server, or check the network and the URL in the configuration; the service "
            "connects again by itself.",
            retry_delay=RETRY_SECONDS,
        ),
        passing=True,
    )


def busy_server(reason: str, settings: DatabaseSettings) -> Failure:
    """Somebody holds a lock, or a statement took too long."""
    return Failure(
        UnavailableError(
            f"The database {settings.shown} was too busy: {sentence(reason)} "
            "If it stays so, see in pg_stat_activity who holds a lock; then try again.",
            retry_delay=RETRY_SECONDS,
        )
    )


def again(reason: str, settings: DatabaseSettings) -> Failure:
    """The transaction met others; the next attempt may not."""
    return Failure(busy_server(reason, settings).told, passing=True)


def full(reason: str, settings: DatabaseSettings) -> Failure:
    """There is no room."""
    return Failure(
        ResourceExhaustedError(
            f"The database {settings.shown} has no room: {sentence(reason)} "
            "Make room, or raise the limit; trying again helps then.",
            retry_delay=RETRY_SECONDS,
        ),
        alone=True,  # There may be room for smaller ones.
    )


def denied(reason: str, settings: DatabaseSettings) -> Failure:
    """A right or the password is missing."""
    return Failure(
        AccessDeniedError(
            f"The database {settings.shown} lets the service not do this: {sentence(reason)} "
            "Check the user "
            f"in databases.{settings.name}.url, the rights of that user, and the password: "
            f"{_where_the_password_is(settings)}."
        )
    )


def _where_the_password_is(settings: DatabaseSettings) -> str:
    if settings.password_key:
        return f"{settings.password_key} says where it is"
    return "none is configured, by password_file or password_env"


def no_login(reason: str, settings: DatabaseSettings) -> Failure:
    """The user is known, and may not log in."""
    return Failure(
        AccessDeniedError(
            f"The user of the database {settings.shown} may not log in: {sentence(reason)} Give it "
            "the right on the server (ALTER ROLE ... LOGIN), or name another user in "
            f"databases.{settings.name}.url."
        )
    )


def denied_file(reason: str, settings: DatabaseSettings) -> Failure:
    """A right on the file or its folder is missing."""
    return Failure(
        AccessDeniedError(
            f"The database {settings.shown} cannot be opened or written: {sentence(reason)} "
            "Give the user who runs the service the right to write the file and its folder."
        )
    )


def missing(reason: str, settings: DatabaseSettings) -> Failure:
    """There is no such database."""
    return Failure(
        ResourceNotFoundError(
            f"There is no database {settings.shown}: {sentence(reason)} "
            "Create it (createdb), or correct the URL in the configuration."
        )
    )


def misconfigured(reason: str, settings: DatabaseSettings) -> Failure:
    """The URL or an option is wrong."""
    return Failure(
        PreconditionError(
            f"The database {settings.shown} cannot be opened as it is configured: "
            f"{sentence(reason)} "
            "Correct the URL or the options in the configuration."
        )
    )


def without_tls(reason: str, settings: DatabaseSettings) -> Failure:
    """The configuration asks for TLS, and the server has none."""
    return misconfigured(f"{reason}; its server has no TLS, which sslmode asks for", settings)


def standing_by(reason: str, settings: DatabaseSettings) -> Failure:
    """The server only reads, for now."""
    return Failure(
        UnavailableError(
            f"The database {settings.shown} takes no records: {sentence(reason)} "
            "Its server stands by for another, or was made read-only; give the URL of the one "
            "that writes.",
            retry_delay=RETRY_SECONDS,
        ),
        passing=True,
    )


def locked(reason: str, settings: DatabaseSettings) -> Failure:
    """Another program holds the lock of the file."""
    return Failure(
        UnavailableError(
            f"Another program has held the database {settings.shown} locked for "
            f"{settings.connect_timeout:g} s ({reason}). End its transaction, or close it; then "
            "try again.",
            retry_delay=RETRY_SECONDS,
        )
    )


def failing_disk(reason: str, settings: DatabaseSettings) -> Failure:
    """The file cannot be read, or not be locked; what was begun is undone."""
    return Failure(
        UnavailableError(
            f"The disk of the database {settings.shown} fails: {sentence(reason)} "
            "Nothing was stored. Check the disk and its file system; the service tries again with "
            "the next record.",
            retry_delay=RETRY_SECONDS,
        )
    )


def disk(reason: str, settings: DatabaseSettings) -> Failure:
    """A sync failed: nobody knows what is on the disk."""
    return Failure(
        UnavailableError(
            f"The session on the database {settings.shown} is broken: {sentence(reason)} What was "
            "acknowledged is safe; the last records without an answer may be stored or not. Check "
            "the disk, close the session and initialize it again."
        ),
        broken=True,
    )


def no_database(reason: str, settings: DatabaseSettings) -> Failure:
    """The file is something else."""
    return Failure(
        PreconditionError(
            f"The file {settings.shown} is no SQLite database, or a damaged one: "
            f"{sentence(reason)} It is "
            "left as it is. Choose another name, or restore the file."
        ),
        broken=True,
    )


def schema(reason: str, settings: DatabaseSettings) -> Failure:
    """The tables are not as they were made."""
    return Failure(
        PreconditionError(
            f"The database {settings.shown} refuses: {sentence(reason)} {_LOOK_AT_SCHEMA}"
        ),
        alone=True,
    )


def refused(reason: str, settings: DatabaseSettings) -> Failure:
    """The server refuses for a reason of its own."""
    return Failure(
        PreconditionError(
            f"The database {settings.shown} refuses: {sentence(reason)} "
            "See the server's log; put right what it says there, then try again."
        ),
        alone=True,
    )
