"""The five initialization behaviours, as one table and three pure questions.

The numbers are those of NI's `SessionInitializationBehavior` and of NI-VISA's gRPC resource
strings, and they are the numbers on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from operator import index

from session_sharing.errors import InvalidRequestError


class Behavior(IntEnum):
    """How a client comes by its session, and what becomes of it when the client releases it."""

    AUTO = 0
    """Attach if a session is open, else create one. Releasing asks to close what it created."""

    INITIALIZE_SERVER_SESSION = 1
    """Create a session, or `SessionExistsError` if one is open. Releasing asks to close."""

    ATTACH_TO_SERVER_SESSION = 2
    """Attach to the open session, or `SessionNotFoundError`. Releasing leaves it open."""

    INITIALIZE_SESSION_THEN_DETACH = 3
    """Create a session, or `SessionExistsError` if one is open. Releasing leaves it open."""

    ATTACH_TO_SESSION_THEN_CLOSE = 4
    """Attach to the open session, or `SessionNotFoundError`. Releasing asks to close."""


class Release(Enum):
    """What releasing an attachment means for its session."""

    ASK_TO_CLOSE = auto()
    ASK_TO_CLOSE_IF_CREATED = auto()
    LEAVE_OPEN = auto()


@dataclass(frozen=True)
class Rule:
    """One row of the table."""

    may_create: bool
    may_attach: bool
    release: Release


RULES = {
    Behavior.AUTO: Rule(True, True, Release.ASK_TO_CLOSE_IF_CREATED),
    Behavior.INITIALIZE_SERVER_SESSION: Rule(True, False, Release.ASK_TO_CLOSE),
    Behavior.ATTACH_TO_SERVER_SESSION: Rule(False, True, Release.LEAVE_OPEN),
    Behavior.INITIALIZE_SESSION_THEN_DETACH: Rule(True, False, Release.LEAVE_OPEN),
    Behavior.ATTACH_TO_SESSION_THEN_CLOSE: Rule(False, True, Release.ASK_TO_CLOSE),
}
"""The table of the five behaviours."""


def behavior_from_number(number: int) -> Behavior:
    """Return the behaviour with this number.

    Args:
        number: 0 to 4; any object that is such an integer, NI's own enumeration included.

    Raises:
        InvalidRequestError: There is no such behaviour.
    """
    try:
        return Behavior(index(number))
    except (ValueError, TypeError):
        known = ", ".join(f"{behavior.value} {behavior.name}" for behavior in Behavior)
        raise InvalidRequestError(
            f"{number!r} is no initialization behaviour. Use one of: {known}."
        ) from None


def creates(behavior: Behavior) -> bool:
    """Return whether this behaviour creates a session where none is open."""
    return RULES[behavior].may_create


def attaches(behavior: Behavior, *, own_other_alias: bool = False) -> bool:
    """Return whether this behaviour attaches where a session is open.

    Args:
        behavior: The behaviour.
        own_other_alias: The session was created by the same client under another alias, which it
            still holds, and no close is pending: then the creating behaviours attach too.
    """
    return RULES[behavior].may_attach or own_other_alias


def asks_to_close(behavior: Behavior, *, created: bool) -> bool:
    """Return whether releasing asks to close the session.

    Args:
        behavior: The behaviour that the attachment was made with.
        created: Whether the attachment created the session.
    """
    release = RULES[behavior].release
    return release is Release.ASK_TO_CLOSE or (
        release is Release.ASK_TO_CLOSE_IF_CREATED and created
    )
