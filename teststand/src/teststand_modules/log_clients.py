"""Letting go of the client of a log: what becomes of its session, and what went wrong."""

from __future__ import annotations

import logging

from session_sharing.client import RecordingClient
from session_sharing.core import Outcome
from session_sharing.errors import (
    AttachmentEndedError,
    NotFoundError,
    OutcomeUnknownError,
    SessionAbortedError,
    SharingError,
    UnavailableError,
)
from session_sharing.text import printable
from teststand_modules.creations import Wish

_log = logging.getLogger(__name__)

GONE = (NotFoundError, AttachmentEndedError, SessionAbortedError)
"""What a session that is gone, or was taken away, answers."""


def released(client: RecordingClient, wish: Wish, failures: list[SharingError]) -> Outcome | None:
    """Release by the behaviour; return what became of the session, None if that is unknown."""
    try:
        client.__exit__(None, None, None)
    except GONE:
        return Outcome.CLOSED
    except SharingError as failure:
        note_failure(failure, wish, failures)
    return client.released.outcome if client.released else None


def note_failure(failure: SharingError, wish: Wish, failures: list[SharingError]) -> None:
    """Note a failure; a service that was waited for in vain is not waited for again."""
    failures.append(failure)
    if isinstance(failure, (UnavailableError, OutcomeUnknownError)):
        wish.hurry.set()


def undo_opening(client: RecordingClient, wish: Wish) -> None:
    """Let go of a session whose Setup failed: closed if it was created for that."""
    wish.hurry.set()
    try:
        if client.new_session:
            client.close()
        else:
            client.detach()
    except SharingError as failure:
        _log.warning("Letting go of a log after a failure failed as well: %s", failure.message)


def leave_open(client: RecordingClient) -> None:
    """Let go of a session without asking to close it."""
    try:
        client.detach()
    except SharingError as failure:  # It is delivered later, or ends with this process.
        _log.warning("Leaving a session open failed: %s", printable(failure.message))
