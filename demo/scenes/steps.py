"""What a scene is made of: its steps, and what must come of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from session_sharing import Behavior

SETUP, CLEANUP = "Setup", "Cleanup"
"""What the demonstration is called where it does what these do in the sequence of a test."""

STATION = "demo station"
"""What the plug-ins are told that this station is called: their records name it."""

DEMO = "demo"
"""What it is called elsewhere: so the services name the program."""


class Log(Enum):
    """What is logged to; the value is the module of its service."""

    FILE = "json_logger"
    DATABASE = "db_writer"

    @property
    def other(self) -> Log:
        """The other one."""
        return Log.DATABASE if self is Log.FILE else Log.FILE

    @property
    def word(self) -> str:
        """What it is called."""
        return self.name.lower()


class Way(Enum):
    """How the two measurements come to share one log: the name is that of the pin map, too."""

    WAITING = "waiting"
    """One pin for the log, reserved by one at a time, only to write; the others wait."""

    ALIASES = "aliases"
    """A pin each, on one and the same log; each logs while it measures."""

    DATABASE = "database"
    """As by aliases, but the log is a database, and the pin of one is connected to a file too."""

    @property
    def shared(self) -> Log:
        """What both share."""
        return Log.DATABASE if self is Way.DATABASE else Log.FILE

    @property
    def words(self) -> str:
        """How it stands in a title."""
        return "in a database" if self is Way.DATABASE else f"by {self.value}"


class Plugin(Enum):
    """The measurement plug-ins, by the modules that are started."""

    VOLTAGE = "output_voltage"
    CURRENT = "supply_current"


LOG_PINS = {
    Way.WAITING: {Plugin.VOLTAGE: "LOG", Plugin.CURRENT: "LOG"},
    Way.ALIASES: {Plugin.VOLTAGE: "LOG_VOLTAGE", Plugin.CURRENT: "LOG_CURRENT"},
    Way.DATABASE: {Plugin.VOLTAGE: "LOG_VOLTAGE", Plugin.CURRENT: "LOG_CURRENT"},
}
"""The pins of the log, as the pin maps have them."""

TO_BOTH = {Way.WAITING: (), Way.ALIASES: (), Way.DATABASE: (Plugin.CURRENT,)}
"""Whose pin is connected to the other log as well."""


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
        opens: How often the shared log is opened; it is closed as often.
        pending: How often a close has to wait for somebody who still holds the session.
        other_opens: How often the other log is opened and closed; there no close has to wait.
    """

    behavior: Behavior
    way: Way
    story: str
    steps: Sequence[Step]
    opens: int
    pending: int = 0
    other_opens: int = 0

    @property
    def title(self) -> str:
        """What the scene is called."""
        return f"{self.behavior.name} ({int(self.behavior)}), {self.way.words}"

    @property
    def pins(self) -> Sequence[str]:
        """The pins of the log."""
        return list(dict.fromkeys(LOG_PINS[self.way].values()))

    def holds(self) -> Counter[str]:
        """Return how often each of the cast holds the session of the shared log."""
        return self._holds(tuple(Plugin))

    def other_holds(self) -> Counter[str]:
        """Return how often each of the cast holds the session of the other log."""
        return self._holds(TO_BOTH[self.way])

    def _holds(self, plugins: Sequence[Plugin]) -> Counter[str]:
        """Count for a log to which the pins of these plug-ins are connected."""
        pins = {LOG_PINS[self.way][plugin] for plugin in plugins}
        holds: Counter[str] = Counter()
        for step in self.steps:
            match step:
                case Runs():
                    counts = {one.value: step.count for one in step.plugins if one in plugins}
                    holds.update(counts)
                case Start():
                    holds[step.plugin.value] += step.plugin in plugins
                case Setup():
                    holds[SETUP] += len(pins)
                case Cleanup():
                    holds[CLEANUP] += len(pins)
        return +holds
