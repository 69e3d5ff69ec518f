"""The arguments of the steps, as TestStand hands them over.

TestStand's numbers arrive as floats, and a string that nobody filled in arrives empty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum

from teststand_modules.errors import ArgumentError

LONGEST_WAIT = 86_400.0
"""The longest time that a step may be told to wait, in seconds: a day."""


class Pattern(Enum):
    """How sessions live from Setup to Cleanup."""

    HOLD = "hold"
    """Setup attaches and keeps the attachment until Cleanup; several executions may share."""

    DETACH_AND_CLOSE = "detach and close"
    """NI's way: Setup leaves a new session open with nobody attached, and Cleanup closes it."""


def pattern_of(value: object) -> Pattern:
    """Return the pattern that an argument names.

    Raises:
        ArgumentError: It names none.
    """
    if isinstance(value, Pattern):
        return value
    text = str(value).strip().lower().replace("_", " ")
    for pattern in Pattern:
        if text == pattern.value:
            return pattern
    known = " or ".join(repr(pattern.value) for pattern in Pattern)
    raise ArgumentError(f"pattern is {value!r}. Give {known}.")


def seconds_of(name: str, value: float) -> float:
    """Return a time to wait, which is always bounded.

    Raises:
        ArgumentError: It is no number from 0 to a day.
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0.0 <= value <= LONGEST_WAIT:  # False for not-a-number, too
        raise ArgumentError(
            f"{name} is {value!r}. Give a number of seconds from 0 to {LONGEST_WAIT:.0f}: a step "
            "that waited for ever would hang the sequence."
        )
    return float(value)


def site_of(name: str, value: float | None) -> int | None:
    """Return a site number; None for none.

    Raises:
        ArgumentError: It is no whole number from -1 (system pins) up.
    """
    if value is None:
        return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or value != int(value) or value < -1:
        raise ArgumentError(f"{name} is {value!r}. Give the number of a site: 0, 1, 2, ...")
    return int(value)


def sites_of(values: Sequence[float] | None) -> list[int] | None:
    """Return site numbers; None, for all sites of the pin map, if there are none.

    Raises:
        ArgumentError: One of them is no site number.
    """
    sites = [site_of("sites", value) for value in values or ()]
    return [site for site in sites if site is not None] or None


def text_of(name: str, value: str | None) -> str | None:
    """Return a text; None if there is none, or nobody filled it in.

    Raises:
        ArgumentError: It is no text.
    """
    if value is not None and not isinstance(value, str):
        raise ArgumentError(f"{name} is {value!r}. Give a string.")
    return (value or "").strip() or None
