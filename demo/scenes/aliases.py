"""The scenes by aliases: a pin and a reservation each, so both hold one session at once."""

from __future__ import annotations

from demo.scenes.steps import DEMO, Cleanup, Plugin, Refused, Runs, Scene, Setup, Start, Stop, Way
from session_sharing import Behavior

V, C = Plugin.VOLTAGE, Plugin.CURRENT
BOTH = (V, C)

AUTO = Scene(
    Behavior.AUTO,
    Way.ALIASES,
    "The first one creates the session, the other attaches. The creator leaves first, and nobody "
    "loses the session: it closes when the last one has left.",
    (
        Start(V, Behavior.AUTO),
        Runs((C,), Behavior.AUTO, 5),
        Start(C, Behavior.AUTO),
        Stop(V),
        Runs((V,), Behavior.AUTO, 5),
        Stop(C),
    ),
    opens=1,
    pending=1,
)

INITIALIZE = Scene(
    Behavior.INITIALIZE_SERVER_SESSION,
    Way.ALIASES,
    "While one holds its session the other cannot have one of its own, and is told whose it is; "
    "so it attaches. The close that the first one asks for waits for the other.",
    (
        Start(V, Behavior.INITIALIZE_SERVER_SESSION),
        Refused(C, Behavior.INITIALIZE_SERVER_SESSION, "ALREADY_EXISTS", ("held by", V.value)),
        Start(C, Behavior.ATTACH_TO_SERVER_SESSION),
        Stop(V),
        Runs((V,), Behavior.ATTACH_TO_SERVER_SESSION, 4),
        Stop(C),
        Runs((V,), Behavior.INITIALIZE_SERVER_SESSION, 2),
        Runs((C,), Behavior.INITIALIZE_SERVER_SESSION, 4),
    ),
    opens=7,
    pending=1,
)

ATTACH = Scene(
    Behavior.ATTACH_TO_SERVER_SESSION,
    Way.ALIASES,
    "Before the Setup of the test both are refused. After it they attach and leave as they like, "
    "at the same time, and the session stays open until the Cleanup, which holds it by both pins: "
    "the close that it asks for at the first waits until it has let go of the second.",
    (
        Refused(V, Behavior.ATTACH_TO_SERVER_SESSION, "NOT_FOUND", ("results.ndjson", "Setup")),
        Refused(C, Behavior.ATTACH_TO_SERVER_SESSION, "NOT_FOUND", ("results.ndjson", "Setup")),
        Setup(),
        Start(V, Behavior.ATTACH_TO_SERVER_SESSION),
        Runs((C,), Behavior.ATTACH_TO_SERVER_SESSION, 2),
        Stop(V),
        Runs(BOTH, Behavior.ATTACH_TO_SERVER_SESSION, 4),
        Cleanup(),
    ),
    opens=1,
    pending=1,  # The Cleanup holds it by both pins, and lets go of one after the other.
)

DETACH = Scene(
    Behavior.INITIALIZE_SESSION_THEN_DETACH,
    Way.ALIASES,
    "The Setup of the test opens the log by both pins and leaves it open; it cannot be opened "
    "again. Both attach with AUTO and leave it open too, until the Cleanup.",
    (
        Setup(),
        Refused(C, Behavior.INITIALIZE_SESSION_THEN_DETACH, "ALREADY_EXISTS", (DEMO, "nobody")),
        Start(C, Behavior.AUTO),
        Runs((V,), Behavior.AUTO, 2),
        Stop(C),
        Runs(BOTH, Behavior.AUTO, 4),
        Cleanup(),
    ),
    opens=1,
    pending=1,
)

CLOSE = Scene(
    Behavior.ATTACH_TO_SESSION_THEN_CLOSE,
    Way.ALIASES,
    "A first run opens the log and leaves it open. Others attach to close it: that happens when "
    "the last of them has left. Who comes later is told who asked for it.",
    (
        Runs((V,), Behavior.INITIALIZE_SESSION_THEN_DETACH, 1),
        Start(V, Behavior.ATTACH_TO_SESSION_THEN_CLOSE),
        Start(C, Behavior.ATTACH_TO_SESSION_THEN_CLOSE),
        Stop(V),
        Runs((V,), Behavior.ATTACH_TO_SESSION_THEN_CLOSE, 4),
        Stop(C),
        Refused(V, Behavior.ATTACH_TO_SESSION_THEN_CLOSE, "NOT_FOUND", ("closed at", V.value)),
        Runs((C,), Behavior.INITIALIZE_SESSION_THEN_DETACH, 1),
        Start(V, Behavior.ATTACH_TO_SESSION_THEN_CLOSE),
        Runs((C,), Behavior.ATTACH_TO_SERVER_SESSION, 4),
        Stop(V),
    ),
    opens=2,
    pending=1,
)

BY_ALIASES = (AUTO, INITIALIZE, ATTACH, DETACH, CLOSE)
"""The scenes in the order of the behaviours."""
