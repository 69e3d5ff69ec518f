"""What every measurement of this project is asked, whatever it measures."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from session_sharing import Limits
from session_sharing.errors import InvalidRequestError

_RANGES: dict[str, tuple[float, float, str]] = {
    "readings": (1, 100_000, "readings"),
    "interval": (0.0, 60.0, "seconds"),
}
"""Least, most and unit of each condition."""


@dataclass(frozen=True)
class Conditions:
    """What a measurement was asked to do, beside what its instrument is set to.

    Attributes:
        serial_number: The unit under test.
        readings: How many readings are taken at each pin of each site.
        interval: How long is waited before each of them, in seconds.

    Raises:
        InvalidRequestError: A condition is out of range.
    """

    serial_number: str
    readings: int = 1
    interval: float = 0.0

    def __post_init__(self) -> None:
        for name, (least, most, unit) in _RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise InvalidRequestError(
                    f"{name} is {value:g}; it can be {least:g} to {most:g} {unit}."
                )

    def recorded(self) -> dict[str, object]:
        """Return what goes into each record as its configurations."""
        return {name: value for name, value in asdict(self).items() if name != "serial_number"}


def limits_of(low_limit: float, high_limit: float) -> Limits:
    """Return the limits that a call asks for; an infinite one is none.

    Raises:
        InvalidRequestError: No value could be within, or one is no number.
    """
    if not low_limit <= high_limit:
        raise InvalidRequestError(
            f"low_limit is {low_limit:g} and high_limit {high_limit:g}: no value is within."
        )
    return Limits(
        None if low_limit == -float("inf") else low_limit,
        None if high_limit == float("inf") else high_limit,
    )
