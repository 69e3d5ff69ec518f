"""What a channel gives by its attributes, as a source of the circuit."""

from __future__ import annotations

from local_station.instruments.attributes import AttributeValues
from local_station.instruments.circuit import CurrentSource, Source, VoltageSource
from local_station.instruments.driver_error import VALUE_INVALID, DriverError, unsimulated

DC_VOLTAGE, DC_CURRENT = 1006, 1007
"""Of the attribute output_function."""

SINGLE_POINT = 1020
"""Of the attribute source_mode."""

ASYMMETRIC = 1
"""Of the attribute compliance_limit_symmetry."""

GREATEST = 1e6
"""Volts or amperes; no instrument gives that much."""


def source_of(values: AttributeValues) -> Source | None:
    """Return what a channel gives that is initiated; None with its output off.

    Raises:
        DriverError: A level exceeds its range, a limit is impossible, or this is not simulated.
    """
    function = values.number("output_function")
    if values.number("source_mode") != SINGLE_POINT:
        raise unsimulated("Source mode SEQUENCE")
    if function not in {DC_VOLTAGE, DC_CURRENT}:
        raise unsimulated(f"Output function {function:g}")
    if function == DC_VOLTAGE:
        source: Source = VoltageSource(_level(values, "voltage"), *_limits(values, "current"))
    else:
        source = CurrentSource(_level(values, "current"), *_limits(values, "voltage"))
    on = values.number("output_enabled") and values.number("output_connected")
    return source if on else None


def _level(values: AttributeValues, quantity: str) -> float:
    level = values.number(f"{quantity}_level")
    _check_range(values, f"{quantity}_level", abs(level))
    return level


def _limits(values: AttributeValues, quantity: str) -> tuple[float, float]:
    """Return the least and the greatest of what the source may take to hold its level."""
    name = f"{quantity}_limit"
    if values.number("compliance_limit_symmetry") == ASYMMETRIC:
        low, high = values.number(f"{name}_low"), values.number(f"{name}_high")
    else:
        high = values.number(name)
        low = -high
    if not low <= 0 <= high or low == high:
        raise DriverError(VALUE_INVALID, f"{name} is from {low:g} to {high:g}: 0 must be within.")
    _check_range(values, name, max(-low, high))
    return low, high


def _check_range(values: AttributeValues, name: str, size: float) -> None:
    """Refuse what exceeds a range that the program has set itself, unless it is automatic."""
    automatic = values.number(f"{name}_autorange")
    chosen = values.was_set(f"{name}_range") and not automatic
    most = min(values.number(f"{name}_range"), GREATEST) if chosen else GREATEST
    if size > most * (1 + 1e-9):
        raise DriverError(
            VALUE_INVALID, f"{name} is {size:g}, its range {most:g}: set {name}_range first."
        )
