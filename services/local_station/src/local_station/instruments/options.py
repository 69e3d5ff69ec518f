"""The option string of a driver: `Simulate=1, DriverSetup=Model:4141; BoardType:PXIe`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from local_station.instruments.driver_error import OPTION_UNKNOWN, DriverError

LONGEST_OPTIONS = 10_000
"""Characters of an option string, of which each session keeps a part."""


@dataclass(frozen=True)
class Options:
    """What matters of an option string to a simulation.

    Attributes:
        model: The model's number.
        name: What the instrument calls itself, `NI PXIe-4141`.
        driver_setup: The set-up as it was given.
    """

    model: str
    name: str
    driver_setup: str


def parse_options(text: str, models: Collection[str], default: str) -> Options:
    """Return what an option string asks for; all other options are taken as they are.

    Args:
        text: As the driver is given it.
        models: The models that are simulated.
        default: The model of who asks for none.

    Raises:
        DriverError: The model is not simulated, or the text is too long.
    """
    if len(text) > LONGEST_OPTIONS:
        raise DriverError(OPTION_UNKNOWN, f"Write {LONGEST_OPTIONS:,} characters at most.")
    entries = dict(_pair(entry, "=") for entry in text.split(","))
    driver_setup = entries.get("driversetup", "")
    setup = dict(_pair(entry, ":") for entry in driver_setup.split(";"))
    model = setup.get("model", "") or default
    if model not in models:
        raise DriverError(
            OPTION_UNKNOWN,
            f"Model {model!r} is not simulated by local_station; {', '.join(sorted(models))} are.",
        )
    return Options(model, f"NI {setup.get('boardtype') or 'PXIe'}-{model}", driver_setup)


def _pair(entry: str, separator: str) -> tuple[str, str]:
    name, _, value = entry.partition(separator)
    return name.strip().casefold(), value.strip()
