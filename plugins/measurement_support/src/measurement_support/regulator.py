"""The simulated unit under test: a 3.3 V low-dropout regulator.

Every figure of a unit is drawn from its serial number and site, so a unit measures alike today and
tomorrow; what differs from reading to reading is noise, which a seed makes reproducible.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

NOMINAL_OUTPUT = 3.3
"""The output voltage that the unit is made for, in volts."""

NOMINAL_INPUT = 5.0
"""The input voltage at which the output voltage is specified, in volts."""

_TURN_ON = 1.8
"""The input voltage below which the unit is off, in volts."""

_OFF_CURRENT = 2e-6
"""What a unit that is off takes from its supply, in amperes."""


@dataclass(frozen=True)
class OperatingPoint:
    """How a unit is operated.

    Attributes:
        input_voltage: In volts.
        load_current: In amperes; the load is a current sink.
    """

    input_voltage: float
    load_current: float


class Regulator:
    """One unit. It is never changed, so threads may share it.

    Args:
        serial_number: Which unit.
        site: The site that it sits on; -1 for system pins.
    """

    def __init__(self, serial_number: str, site: int = 0) -> None:
        draw = Random(f"unit {serial_number} site {site}")  # noqa: S311 - a simulation
        self._setpoint = NOMINAL_OUTPUT * (1 + _within(draw, 0.004, 0.01))
        self._line_regulation = 0.002 * (1 + _within(draw, 0.1, 0.3))  # V per V
        self._load_regulation = 0.015 * (1 + _within(draw, 0.1, 0.3))  # V per A
        self._dropout_resistance = 0.9 * (1 + _within(draw, 0.1, 0.3))  # ohms
        self._quiescent_current = 1e-3 * (1 + _within(draw, 0.08, 0.25))  # A
        self._base_share = 0.012 * (1 + _within(draw, 0.1, 0.3))  # of the load current

    def output_voltage(self, point: OperatingPoint) -> float:
        """Return the output voltage, in volts, without noise."""
        if point.input_voltage < _TURN_ON:
            return 0.0
        regulated = (
            self._setpoint
            + self._line_regulation * (point.input_voltage - NOMINAL_INPUT)
            - self._load_regulation * point.load_current
        )
        return max(0.0, min(regulated, self._highest_output(point)))

    def supply_current(self, point: OperatingPoint) -> float:
        """Return what flows into the input, in amperes, without noise."""
        if point.input_voltage < _TURN_ON:
            return _OFF_CURRENT * point.input_voltage / _TURN_ON
        return point.load_current + self.ground_current(point)

    def ground_current(self, point: OperatingPoint) -> float:
        """Return what the unit takes for itself, in amperes; in dropout it is twice as much."""
        own = self._quiescent_current + self._base_share * point.load_current
        return 2 * own if self.in_dropout(point) else own

    def in_dropout(self, point: OperatingPoint) -> bool:
        """Tell whether the input voltage is too low for the unit to regulate."""
        return self._highest_output(point) < self._setpoint

    def _highest_output(self, point: OperatingPoint) -> float:
        """Return the output voltage of the unit when its pass transistor is fully on."""
        return point.input_voltage - 0.05 - self._dropout_resistance * point.load_current


class NoiseSource:
    """The noise of one channel of an instrument on one unit. It belongs to one thread.

    Args:
        deviation: The standard deviation, in the unit of what is measured.
        seed: Equal seeds give equal noise; 0 gives another noise each time.
        origin: What the noise belongs to, so that no two channels have the same.
    """

    def __init__(self, deviation: float, seed: int, *origin: object) -> None:
        self._deviation = deviation
        told = f"noise {seed} " + " ".join(map(repr, origin))
        self._draw = Random(told if seed else None)  # noqa: S311 - a simulation

    def next(self) -> float:
        """Return the noise of the next reading, in the unit of what is measured."""
        return self._draw.gauss(0.0, self._deviation)


def _within(draw: Random, deviation: float, bound: float) -> float:
    """Draw a relative tolerance: normally distributed, but sorted out beyond a bound."""
    return max(-bound, min(bound, draw.gauss(0.0, deviation)))
