"""The end of a log session whose holder, an interpreter, has ended without a Cleanup."""

from __future__ import annotations

from session_sharing import Behavior, RecordContext
from session_sharing.client import RecordingClient
from session_sharing.errors import SharingError
from teststand_modules.arguments import Pattern
from teststand_modules.creations import Opened, Wish
from teststand_modules.log_clients import GONE, leave_open, note_failure, released
from teststand_modules.notes import Noted, fingerprint
from teststand_modules.record_contexts import RecordContexts


def ending_behavior(wish: Wish) -> Behavior:
    """Return how to attach to what an interpreter opened: only what it left open is to be closed.

    Args:
        wish: What was asked for.
    """
    if wish.pattern is Pattern.HOLD:
        return Behavior.ATTACH_TO_SERVER_SESSION
    return Behavior.ATTACH_TO_SESSION_THEN_CLOSE


def end_noted(
    client: RecordingClient,
    opened: Opened[None],
    noted: Noted,
    contexts: RecordContexts,
    failures: list[SharingError],
) -> bool:
    """Release a session that an interpreter opened; one in its place is left alone.

    What the interpreter held, the service releases by itself, as if it had cleaned up; but what
    records inherit ends with the session alone, so it is taken back.

    Args:
        client: What is attached to the session now; its behaviour says whether it closes.
        opened: What the interpreter noted of the session.
        noted: What that is a part of.
        contexts: What the executions of this interpreter say of the session.
        failures: Gets what went wrong.

    Returns:
        Whether others than that interpreter hold the session still.
    """
    if fingerprint(client.session_name) != opened.identity:
        leave_open(client)
        return False
    if not contexts.knows(client.session_name):
        _take_back(client, noted, failures)
    released(client, noted.wish, failures)
    return _has_others(client, noted)


def _take_back(client: RecordingClient, noted: Noted, failures: list[SharingError]) -> None:
    try:
        client.set_context(RecordContext(site=noted.wish.context.site))
    except GONE:
        return
    except SharingError as failure:
        note_failure(failure, noted.wish, failures)


def _has_others(client: RecordingClient, noted: Noted) -> bool:
    """Tell whether a session is held by others than an interpreter that has ended.

    Its attachments are there until the service has noticed, and then for the grace time.
    """
    session = client.released.session if client.released else None
    dead = (noted.host, noted.process_id)
    return session is not None and any(
        not each.lost and (each.holder.host, each.holder.process_id) != dead
        for each in session.attachments
    )
