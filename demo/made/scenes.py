"""What is shown of a service that was made from the template: the two ways to share."""

from __future__ import annotations

from demo.scenes.steps import Scene, Way
from session_sharing import Behavior

RUNS = 3
"""How often each plug-in runs that waits for the other."""

BY_WAITING = Scene(
    Behavior.AUTO,
    Way.WAITING,
    "Both plug-ins name one pin, and run at the same time: who has the reservation finds no "
    "session, creates one, and closes it, while the other waits.",
    (),
    opens=2 * RUNS,
)

BY_ALIASES = Scene(
    Behavior.AUTO,
    Way.ALIASES,
    "Each plug-in names a pin of its own, on an alias of one instrument. The writer creates the "
    "session, the reader attaches. The writer is stopped first, and nobody loses the session: it "
    "attaches again, and the session closes when the last one has left.",
    (),
    opens=1,
    pending=1,
)
