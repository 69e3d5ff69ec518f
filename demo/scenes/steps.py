"""What a scene is made of: its steps, and what must come of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from session_sharing import Behavior

SETUP, CLEANUP = "Setup", "Cleanup"
"""What the demonstration is called where it does what these do in the sequence of a test."""

DEMO = "demo"
"""What it is called elsewhere: so the services name the program."""


class Way(Enum):
    """How the two measurements come to share one log: the name is that of the pin map, too."""

    WAITING = "waiting"
    """One pin for the log, reserved by one at a time, only to write; the others wait."""

    ALIASES = "aliases"
    """A pin each, on one and the same log; each logs while it measures."""


class Plugin(Enum):
    """The measurement plug-ins, by the modules that are started."""

    VOLTAGE = "output_voltage"
    CURRENT = "supply_current"


LOG_PINS = {
    Way.WAITING: {Plugin.VOLTAGE: "LOG", Plugin.CURRENT: "LOG"},
    Way.ALIASES: {Plugin.VOLTAGE: "LOG_VOLTAGE", Plugin.CURRENT: "LOG_CURRENT"},
}
"""The pins of the log, as the pin maps have them."""


@dataclass(frozen=True)
class Runs:
    """The plug-ins run at the same time; each `count` times, one run after the other."""

    plugins: Sequence[Plugin]
    behavior: Behavior
    count: int


@dataclass(frozen=True)
class Start:
    """A plug-in begins to measure until it is stopped. It holds the session when this is done."""

    plugin: Plugin
    behavior: Behavior


@dataclass(frozen=True)
class Stop:
    """The measurement that `Start` began is cancelled. It has let go when this is done."""

    plugin: Plugin


@dataclass(frozen=True)
class Refused:
    """A plug-in runs once, and is refused.

    Attributes:
        plugin: Who runs.
        behavior: What it asks for.
        status: The gRPC status of the refusal.
        says: What its text has to name, so that it helps.
        reserved: Meanwhile the demonstration has the log reserved, and the plug-in does not wait.
    """

    plugin: Plugin
    behavior: Behavior
    status: str
    says: Sequence[str]
    reserved: bool = False


@dataclass(frozen=True)
class Setup:
    """The log is opened, left open, and registered with NI's session management, as by TestStand.

    Behaviour 3, INITIALIZE_SESSION_THEN_DETACH.
    """


@dataclass(frozen=True)
class Cleanup:
    """All registered logs are reserved, closed and unregistered, as by TestStand.

    Behaviour 4, ATTACH_TO_SESSION_THEN_CLOSE.
    """


Step = Runs | Start | Stop | Refused | Setup | Cleanup


@dataclass(frozen=True)
class Scene:
    """One behaviour by one way of sharing.

    Attributes:
        behavior: What it shows.
        way: How the log is shared.
        story: What there is to be seen, in a sentence or two.
        steps: What is played, one step after the other.
        opens: How often the file is opened; it is closed as often.
        pending: How often a close has to wait for somebody who still holds the session.
    """

    behavior: Behavior
    way: Way
    story: str
    steps: Sequence[Step]
    opens: int
    pending: int = 0

    @property
    def title(self) -> str:
        """What the scene is called."""
        return f"{self.behavior.name} ({int(self.behavior)}), by {self.way.value}"

    @property
    def pins(self) -> Sequence[str]:
        """The pins of the log."""
        return list(dict.fromkeys(LOG_PINS[self.way].values()))

    def holds(self) -> Counter[str]:
        """Return how often each of the cast holds the session."""
        holds: Counter[str] = Counter()
        for step in self.steps:
            match step:
                case Runs():
                    holds.update({plugin.value: step.count for plugin in step.plugins})
                case Start():
                    holds[step.plugin.value] += 1
                case Setup():
                    holds[SETUP] += len(self.pins)
                case Cleanup():
                    holds[CLEANUP] += len(self.pins)
        return holds
