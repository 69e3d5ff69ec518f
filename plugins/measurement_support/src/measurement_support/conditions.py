"""Under what conditions a unit is measured."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from measurement_support.regulator import OperatingPoint
from session_sharing.errors import InvalidRequestError

_RANGES: dict[str, tuple[float, float, str]] = {
    "readings": (1, 100_000, "readings"),
    "interval": (0.0, 60.0, "seconds"),
    "input_voltage": (0.0, 20.0, "volts"),
    "load_current": (0.0, 1.0, "amperes"),
}
"""What the simulated station can do: least, most and unit of each condition."""


@dataclass(frozen=True)
class Conditions:
    """What a measurement was asked to do.

    Attributes:
        serial_number: The unit under test.
        readings: How many readings are taken at each site.
        interval: How long an instrument integrates for one reading, in seconds.
        input_voltage: In volts.
        load_current: In amperes.
        seed: Of the simulated noise; 0 for another noise in each run.

    Raises:
        InvalidRequestError: A condition is out of range.
    """

    serial_number: str
    readings: int
    interval: float
    input_voltage: float
    load_current: float
    seed: int

    def __post_init__(self) -> None:
        for name, (least, most, unit) in _RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise InvalidRequestError(
                    f"{name} is {value:g}; it can be {least:g} to {most:g} {unit}."
                )

    @property
    def point(self) -> OperatingPoint:
        """How the unit is operated."""
        return OperatingPoint(self.input_voltage, self.load_current)

    def recorded(self) -> dict[str, object]:
        """Return what goes into each record as its configurations."""
        return {name: value for name, value in asdict(self).items() if name != "serial_number"}
