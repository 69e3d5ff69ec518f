"""The scenes by waiting: one pin, one reservation at a time, so nobody meets anybody."""

from __future__ import annotations

from demo.scenes.steps import DEMO, Cleanup, Plugin, Refused, Runs, Scene, Setup, Way
from session_sharing import Behavior

V, C = Plugin.VOLTAGE, Plugin.CURRENT
BOTH = (V, C)

AUTO = Scene(
    Behavior.AUTO,
    Way.WAITING,
    "Both measure at the same time and write one after the other: who has the reservation finds "
    "no session, creates one, and closes it. Who does not want to wait is told who has it: before "
    "they begin, the demo reserves the log itself.",
    (
        Refused(V, Behavior.AUTO, "UNAVAILABLE", ("results.ndjson", DEMO, "since"), reserved=True),
        Runs(BOTH, Behavior.AUTO, 5),
    ),
    opens=10,
)

INITIALIZE = Scene(
    Behavior.INITIALIZE_SERVER_SESSION,
    Way.WAITING,
    "Each run insists on a session of its own. The reservation sees to it that it gets one: "
    "nobody is refused.",
    (Runs(BOTH, Behavior.INITIALIZE_SERVER_SESSION, 5),),
    opens=10,
)

ATTACH = Scene(
    Behavior.ATTACH_TO_SERVER_SESSION,
    Way.WAITING,
    "Attaching creates nothing: before the Setup of the test both are refused. After it they come "
    "and go, and the session stays open until the Cleanup.",
    (
        Refused(V, Behavior.ATTACH_TO_SERVER_SESSION, "NOT_FOUND", ("results.ndjson", "Setup")),
        Refused(C, Behavior.ATTACH_TO_SERVER_SESSION, "NOT_FOUND", ("results.ndjson", "Setup")),
        Setup(),
        Runs(BOTH, Behavior.ATTACH_TO_SERVER_SESSION, 5),
        Cleanup(),
    ),
    opens=1,
)

DETACH = Scene(
    Behavior.INITIALIZE_SESSION_THEN_DETACH,
    Way.WAITING,
    "The Setup of the test opens the log and leaves it open; it cannot be opened again. AUTO finds "
    "it open, attaches, and leaves it open too, until the Cleanup.",
    (
        Setup(),
        Refused(V, Behavior.INITIALIZE_SESSION_THEN_DETACH, "ALREADY_EXISTS", (DEMO, "nobody")),
        Runs(BOTH, Behavior.AUTO, 5),
        Cleanup(),
    ),
    opens=1,
)

CLOSE = Scene(
    Behavior.ATTACH_TO_SESSION_THEN_CLOSE,
    Way.WAITING,
    "A first run opens the log and leaves it open, others attach, and the one that attaches to "
    "close closes it. Who comes later is told who that was.",
    (
        Runs((V,), Behavior.INITIALIZE_SESSION_THEN_DETACH, 1),
        Runs(BOTH, Behavior.ATTACH_TO_SERVER_SESSION, 4),
        Runs((C,), Behavior.ATTACH_TO_SESSION_THEN_CLOSE, 1),
        Refused(V, Behavior.ATTACH_TO_SESSION_THEN_CLOSE, "NOT_FOUND", ("closed at", C.value)),
    ),
    opens=1,
)

BY_WAITING = (AUTO, INITIALIZE, ATTACH, DETACH, CLOSE)
"""The scenes in the order of the behaviours."""
