"""The scenes in a database: both hold its session at once, and one of them has a file as well."""

from __future__ import annotations

from demo.scenes.steps import Cleanup, Plugin, Runs, Scene, Setup, Start, Stop, Way
from session_sharing import Behavior

V, C = Plugin.VOLTAGE, Plugin.CURRENT

AUTO = Scene(
    Behavior.AUTO,
    Way.DATABASE,
    "Both log into one database, by a pin each: one session, as with a file. The pin of "
    "supply_current is connected to a file too, so each of its records goes to both; the file has "
    "a session of its own, which nobody else wants.",
    (
        Start(V, Behavior.AUTO),
        Runs((C,), Behavior.AUTO, 3),
        Start(C, Behavior.AUTO),
        Stop(V),
        Runs((V,), Behavior.AUTO, 3),
        Stop(C),
    ),
    opens=1,
    pending=1,
    other_opens=4,
)

ATTACH = Scene(
    Behavior.ATTACH_TO_SERVER_SESSION,
    Way.DATABASE,
    "The Setup of the test opens all that the pins are connected to, database and file. Both "
    "attach and leave as they like, at the same time, and the Cleanup closes both logs. It holds "
    "the database twice, once for each pin, so the close that it asks for at the first pin waits "
    "until it has let go of the second.",
    (
        Setup(),
        Start(V, Behavior.ATTACH_TO_SERVER_SESSION),
        Runs((C,), Behavior.ATTACH_TO_SERVER_SESSION, 4),
        Stop(V),
        Runs((V,), Behavior.ATTACH_TO_SERVER_SESSION, 3),
        Cleanup(),
    ),
    opens=1,
    pending=1,  # The Cleanup holds it by both pins, and lets go of one after the other.
    other_opens=1,
)

IN_A_DATABASE = (AUTO, ATTACH)
"""The scenes in the order of the behaviours."""
