"""What is shown: a scene for each behaviour, with what must come of every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from session_sharing import Behavior

CREATED, ATTACHED = "created", "attached"
CLOSED, PENDING, LEFT_OPEN = "closed", "close pending", "left open"
EXISTS, MISSING = "SessionExistsError", "SessionNotFoundError"

ALL = ("voltage", "current", "temperature")
OTHERS = ("current", "temperature")
WINNER, LOSERS = "the one that created", "the others"
"""Stand for workers that only the race decides."""

RECORDS = 40
"""How many records each worker logs in a `Log` step."""


@dataclass(frozen=True)
class Open:
    """Workers initialize the session at the same moment; `expected` holds in any order."""

    workers: Sequence[str]
    behavior: Behavior
    expected: Sequence[str]


@dataclass(frozen=True)
class Log:
    """Workers log at the same time."""

    workers: Sequence[str]


@dataclass(frozen=True)
class LetGo:
    """Workers release one after the other; `expected` in their order."""

    workers: Sequence[str]
    expected: Sequence[str]


Step = Open | Log | LetGo


@dataclass(frozen=True)
class Scene:
    """One behaviour, shown on a log file of its own."""

    behavior: Behavior
    story: str
    steps: Sequence[Step]

    @property
    def resource(self) -> str:
        """The log file of the scene."""
        return f"{self.behavior.name.lower()}.ndjson"


SCENES = (
    Scene(
        Behavior.AUTO,
        "All come at once: one creates, the others attach; the last to leave closes.",
        (
            Open(ALL, Behavior.AUTO, (CREATED, ATTACHED, ATTACHED)),
            Log(ALL),
            LetGo((WINNER, LOSERS), (PENDING, PENDING, CLOSED)),
        ),
    ),
    Scene(
        Behavior.INITIALIZE_SERVER_SESSION,
        "All come at once: one wins. It leaves first, and nobody loses the session.",
        (
            Open(ALL, Behavior.INITIALIZE_SERVER_SESSION, (CREATED, EXISTS, EXISTS)),
            Open((LOSERS,), Behavior.ATTACH_TO_SERVER_SESSION, (ATTACHED, ATTACHED)),
            Log(ALL),
            LetGo((WINNER, LOSERS), (PENDING, PENDING, CLOSED)),
        ),
    ),
    Scene(
        Behavior.ATTACH_TO_SERVER_SESSION,
        "Attaching creates nothing, and leaves open what it found.",
        (
            Open(OTHERS, Behavior.ATTACH_TO_SERVER_SESSION, (MISSING, MISSING)),
            Open(("voltage",), Behavior.INITIALIZE_SERVER_SESSION, (CREATED,)),
            Open(OTHERS, Behavior.ATTACH_TO_SERVER_SESSION, (ATTACHED, ATTACHED)),
            Log(ALL),
            LetGo((*OTHERS, "voltage"), (LEFT_OPEN, LEFT_OPEN, CLOSED)),
        ),
    ),
    Scene(
        Behavior.INITIALIZE_SESSION_THEN_DETACH,
        "Setup opens and leaves, measurements come and go, Cleanup closes.",
        (
            Open(("voltage",), Behavior.INITIALIZE_SESSION_THEN_DETACH, (CREATED,)),
            LetGo(("voltage",), (LEFT_OPEN,)),
            Open(OTHERS, Behavior.AUTO, (ATTACHED, ATTACHED)),
            Log(OTHERS),
            LetGo(OTHERS, (LEFT_OPEN, LEFT_OPEN)),
            Open(("voltage",), Behavior.ATTACH_TO_SESSION_THEN_CLOSE, (ATTACHED,)),
            LetGo(("voltage",), (CLOSED,)),
        ),
    ),
    Scene(
        Behavior.ATTACH_TO_SESSION_THEN_CLOSE,
        "Who attaches to close does so when the others have left.",
        (
            Open(("voltage",), Behavior.INITIALIZE_SESSION_THEN_DETACH, (CREATED,)),
            Open(OTHERS, Behavior.ATTACH_TO_SESSION_THEN_CLOSE, (ATTACHED, ATTACHED)),
            Log(ALL),
            LetGo((*OTHERS, "voltage"), (PENDING, PENDING, CLOSED)),
        ),
    ),
)
