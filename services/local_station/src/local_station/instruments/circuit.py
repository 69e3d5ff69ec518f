"""One net of a circuit: sources with limits that feed a load, and the point where they settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CLAMP_AMPS = 1e3
"""What a current source can bear to hold its limit of voltage; it bounds the arithmetic only."""


@dataclass(frozen=True)
class Load:
    """What a net is connected to: a voltage behind a resistance.

    Attributes:
        ohms: The resistance, more than 0.
        volts: The voltage without any source, as of a battery or an output; 0 for a resistor.
    """

    ohms: float
    volts: float = 0.0


@dataclass(frozen=True)
class Step:
    """A voltage of the net at which the current of a source changes, from below it to above it."""

    volts: float
    below: float
    above: float


@dataclass(frozen=True)
class VoltageSource:
    """Holds a voltage as long as that takes a current within limits.

    Attributes:
        level: In volts.
        low: The least current in amperes, 0 or less.
        high: The greatest one, 0 or more.
    """

    level: float
    low: float
    high: float

    @property
    def steps(self) -> tuple[Step, ...]:
        """The source's current over the net's voltage."""
        return (Step(self.level, self.high, self.low),)

    def limited(self, volts: float, _amps: float) -> bool:
        """Say whether a limit keeps it from its level."""
        return volts != self.level


@dataclass(frozen=True)
class CurrentSource:
    """Drives a current as long as that takes a voltage within limits.

    Attributes:
        level: In amperes.
        low: The least voltage in volts, 0 or less.
        high: The greatest one, 0 or more.
    """

    level: float
    low: float
    high: float

    @property
    def steps(self) -> tuple[Step, ...]:
        """The source's current over the net's voltage."""
        return (
            Step(self.low, CLAMP_AMPS, self.level),
            Step(self.high, self.level, -CLAMP_AMPS),
        )

    def limited(self, _volts: float, amps: float) -> bool:
        """Say whether a limit keeps it from its level."""
        return amps != self.level


Source = VoltageSource | CurrentSource


@dataclass(frozen=True)
class Settled:
    """How a net has settled.

    Attributes:
        volts: Its voltage.
        amps: What each source gives.
        limited: Whether each source is at a limit.
    """

    volts: float
    amps: tuple[float, ...]
    limited: tuple[bool, ...]


def settle(load: Load, sources: Sequence[Source]) -> Settled:
    """Return the voltage at which what the sources give is what the load takes.

    The more voltage, the less the sources give and the more the load takes, so there is one such
    voltage. Sources that hold it together share the current in proportion to their limits.
    """
    steps = [source.steps for source in sources]
    volts = _balance(load, steps)
    least = [_above(each, volts) for each in steps]
    spans = [_below(each, volts) - low for each, low in zip(steps, least, strict=True)]
    missing = (volts - load.volts) / load.ohms - sum(least)
    share = missing / sum(spans) if any(spans) else 0.0
    amps = tuple(low + share * span for low, span in zip(least, spans, strict=True))
    limited = tuple(source.limited(volts, each) for source, each in zip(sources, amps, strict=True))
    return Settled(volts, amps, limited)


def _balance(load: Load, steps: Sequence[Sequence[Step]]) -> float:
    """Go up from step to step until the voltage that the load would have is passed."""
    volts = load.volts
    for point in sorted({step.volts for each in steps for step in each}):
        volts = load.volts + load.ohms * sum(_below(each, point) for each in steps)
        if volts <= point:
            return volts
        volts = load.volts + load.ohms * sum(_above(each, point) for each in steps)
        if volts <= point:
            return point
    return volts


def _below(steps: Sequence[Step], volts: float) -> float:
    """Return a source's current just below a voltage."""
    return next((step.below for step in steps if volts <= step.volts), steps[-1].above)


def _above(steps: Sequence[Step], volts: float) -> float:
    """Return a source's current just above a voltage."""
    return next((step.below for step in steps if volts < step.volts), steps[-1].above)
