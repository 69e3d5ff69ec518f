"""Opens the two databases of a copy, each for the copy alone."""

from __future__ import annotations

from contextlib import ExitStack

from db_writer.client import DbWriterClient
from session_sharing import Behavior
from session_sharing.errors import InvalidRequestError, PreconditionError, SessionExistsError
from session_sharing.information import CLOSE_COMMAND, SessionInformation


def open_source(clients: ExitStack, name: str, address: str | None) -> DbWriterClient:
    """Open the database that is copied.

    Args:
        clients: Releases it in the end.
        name: Its name.
        address: host:port of the service; None to discover it.

    Raises:
        InvalidRequestError: It has no records.
        PreconditionError: Somebody has it open.
        SharingError: The service cannot be reached, or refuses it.
    """
    try:
        source = _open(clients, name, address)
    except SessionExistsError as error:
        raise _in_use(name, error) from error
    if next(source.read(last=1), None) is None:
        raise InvalidRequestError(
            f"The source {name} has no records. Is its name right? A misspelt one makes an empty "
            "database, which you may delete then."
        )
    return source


def open_target(
    clients: ExitStack, source: DbWriterClient, name: str, address: str | None
) -> DbWriterClient:
    """Open the database that is copied into; what it makes is left only for a copy that begins.

    Args:
        clients: Releases it in the end.
        source: The database that is copied, which is open.
        name: The target's name.
        address: host:port of the service; None to discover it.

    Raises:
        InvalidRequestError: It is the source.
        PreconditionError: Somebody has it open.
        SharingError: The service cannot be reached, or refuses it.
    """
    try:
        target = _open(clients, name, address)
    except SessionExistsError as error:
        if error.session is not None and error.session.public_id == source.public_id:
            raise _same(name) from error
        raise _in_use(name, error) from error
    if target.public_id == source.public_id:  # The same client may open it under an alias.
        raise _same(name)
    return target


def _open(clients: ExitStack, name: str, address: str | None) -> DbWriterClient:
    # Behaviour 1 refuses a database that somebody else has open, and tells who.
    behavior = Behavior.INITIALIZE_SERVER_SESSION
    return clients.enter_context(DbWriterClient(name, behavior, address=address))


def _same(name: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"FROM and TO are the same database, so nothing was copied. Give another one than {name} "
        "to copy into."
    )


def _in_use(name: str, error: SessionExistsError) -> PreconditionError:
    """Say that a database is open, and what to do about it."""
    session = error.session
    how = error.message if session is None else f"There is {session}. {_advice(session)}"
    return PreconditionError(
        f"{name} is open elsewhere, and nobody else may have it open while it is copied. {how}",
        session=session,
    )


def _advice(session: SessionInformation) -> str:
    if session.attachments and all(holder.lost for holder in session.attachments):
        return (
            "Its holder is gone: the service lets go of it within the grace time (5 s, and 60 s "
            "after a restart of the service, unless its options say otherwise). Wait for that and "
            f"start again, or close it at once: `{CLOSE_COMMAND} {session.public_id} --force "
            '--reason "..."`.'
        )
    return session.how_to_close()
