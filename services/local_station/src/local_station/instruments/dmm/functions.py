"""What a multimeter measures: how it is read from the bench, and in which ranges."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from local_station.instruments.bench import Bench, Steady
from local_station.instruments.driver_error import unsimulated

DC_VOLTS, AC_VOLTS, DC_CURRENT, AC_CURRENT, TWO_WIRE_RES, FOUR_WIRE_RES = 1, 2, 3, 4, 5, 101
"""NI's numbers of the functions that are simulated."""

_OTHERS = {
    104: "FREQ",
    105: "PERIOD",
    108: "TEMPERATURE",
    1001: "AC_VOLTS_DC_COUPLED",
    1002: "DIODE",
    1003: "WAVEFORM_VOLTAGE",
    1004: "WAVEFORM_CURRENT",
    1005: "CAPACITANCE",
    1006: "INDUCTANCE",
}
"""NI's names of those that are not, for errors."""

MODELS = ("4065", "4070", "4071", "4072", "4080", "4081", "4082")
DEFAULT_MODEL = "4081"

_THOUSAND_VOLTS = {"4071", "4081"}
_RANGES = {
    DC_VOLTS: (0.1, 1.0, 10.0, 100.0),
    AC_VOLTS: (0.05, 0.5, 5.0, 50.0),
    DC_CURRENT: (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 3.0),
    AC_CURRENT: (1e-4, 1e-3, 1e-2, 0.1, 1.0, 3.0),
    TWO_WIRE_RES: (1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8),
    FOUR_WIRE_RES: (1e2, 1e3, 1e4, 1e5, 1e6),
}
_TOP = {DC_VOLTS: (300.0, 1000.0), AC_VOLTS: (300.0, 700.0)}
"""The greatest range of a voltage, by whether the model has 1,000 V."""

OVER_RANGE = 1.05
"""What a range holds, as a multiple of its name."""

_READ: dict[int, Callable[[Bench, Steady], float]] = {
    DC_VOLTS: Bench.volts,
    AC_VOLTS: lambda bench, _at: abs(bench.noise_volts()),  # all of it is direct current
    DC_CURRENT: Bench.load_amps,
    AC_CURRENT: lambda bench, _at: abs(bench.noise_amps()),
    TWO_WIRE_RES: Bench.ohms,
    FOUR_WIRE_RES: Bench.ohms,
}


def ranges_of(function: int, model: str) -> tuple[float, ...]:
    """Return the ranges of a function, ascending, in its unit.

    Raises:
        DriverError: The function is not simulated.
    """
    if function not in _RANGES:
        name = _OTHERS.get(function, "unknown")
        raise unsimulated(f"NI-DMM function {name} ({function})")
    top = _TOP.get(function)
    return _RANGES[function] + (() if top is None else (top[model in _THOUSAND_VOLTS],))


def smallest(size: float, ranges: Sequence[float]) -> float | None:
    """Return the smallest range of at least a size; None if there is none."""
    return next((each for each in ranges if size <= each), None)


def measure(bench: Bench, at: Steady, function: int) -> float:
    """Read what has settled, with noise."""
    return _READ[function](bench, at)
