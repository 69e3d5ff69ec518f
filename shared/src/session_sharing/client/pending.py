"""Closes that are pending: whether a release asked for one, and on whom it waits."""

from __future__ import annotations

from session_sharing.behavior import Behavior, asks_to_close
from session_sharing.core import Outcome, Released, ReleaseMode
from session_sharing.information import ClientIdentity

_INSISTING = {Behavior.INITIALIZE_SERVER_SESSION, Behavior.ATTACH_TO_SESSION_THEN_CLOSE}


def asked_to_close(mode: ReleaseMode, behavior: Behavior, *, created: bool) -> bool:
    """Return whether a release asks to close: only then its client cares for what is pending.

    Args:
        mode: What was asked for.
        behavior: The behaviour of the client.
        created: Whether the client created the session.
    """
    by_table = asks_to_close(behavior, created=created)
    return mode is ReleaseMode.ASK_TO_CLOSE or (mode is ReleaseMode.BY_BEHAVIOR and by_table)


def insists_on_close(mode: ReleaseMode, behavior: Behavior) -> bool:
    """Return whether the user is warned when the close is pending."""
    return mode is ReleaseMode.ASK_TO_CLOSE or behavior in _INSISTING


def pends_on_others(released: Released, own: ClientIdentity) -> bool:
    """Return whether a close is pending, and not only because of this process.

    Further clients of this process, under other aliases, are nobody to wait for or to warn of.
    Where nobody holds the session any more, its closing takes its time.

    Args:
        released: The answer to the release.
        own: This process.
    """
    if released.outcome is not Outcome.CLOSE_PENDING or released.session is None:
        return False
    holders = [held.holder for held in released.session.attachments]
    return not holders or not all(holder.is_same_process(own) for holder in holders)
