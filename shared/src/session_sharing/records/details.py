"""What is said of a record's outputs: a status of them all, and the unit and limits of each.

In JSON, in a row of a batch as in a line, limits are a pair: `[low, high]`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple

from session_sharing.errors import ValueTypeError
from session_sharing.records.texts import is_utf8

STATUS = "status"
UNITS = "units"
LIMITS = "limits"
DETAILS = (STATUS, UNITS, LIMITS)
"""The keys of details in the order in which a line holds them."""

MAX_STATUS = 100
"""How many characters a status may have."""

_PAIR = 2
_MAPPINGS = (dict, Mapping)  # the abstract class alone would be asked slowly


@dataclass(frozen=True)
class Limits:
    """What a value of a good unit lies between, both included, in the unit of the value.

    Attributes:
        low: The lowest good value; None for no lower limit. Any finite number becomes a float.
        high: The highest good value; None for no upper limit. Any finite number becomes a float.

    Raises:
        ValueTypeError: One is no number, or not finite, or the lower one is above the higher one.
    """

    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("low", self.low), ("high", self.high)):
            if value is not None and not (type(value) is float and math.isfinite(value)):
                object.__setattr__(self, name, _bound(name, value))
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueTypeError(
                f"The low limit {self.low:g} is above the high limit {self.high:g}, so no value is "
                "good. The order is: low, high."
            )


class Details(NamedTuple):
    """The details of a record; None where nothing is said.

    Attributes:
        status: What came of the measurement.
        units: The units of outputs, by their names.
        limits: The limits of outputs, by their names.
    """

    status: str | None = None
    units: Mapping[str, str] | None = None
    limits: Mapping[str, Limits] | None = None


def check_details(details: Details, outputs: object) -> Details:
    """Check the details of a record; return copies of them, without what says nothing.

    Args:
        details: What was given for them, of any type.
        outputs: The outputs of the record, by name.

    Raises:
        ValueError: One has another type, or is said of a name that is not among the outputs.
    """
    names = outputs if isinstance(outputs, _MAPPINGS) else {}
    return Details(
        _checked_status(details.status),
        _checked_units(details.units, names),
        _checked_limits(details.limits, names),
    )


def details_to_json(details: Details | None) -> dict[str, object]:
    """Return the details that are set, in their fixed order, as JSON has them."""
    fields: dict[str, object] = {}
    if details is None:
        return fields
    if details.status is not None:
        fields[STATUS] = details.status
    if details.units:
        fields[UNITS] = dict(details.units)
    if details.limits:
        fields[LIMITS] = {name: [of.low, of.high] for name, of in details.limits.items()}
    return fields


def details_from_json(fields: Mapping[str, Any]) -> Details:
    """Take the details from a JSON object; they are still to be checked.

    Raises:
        ValueError: The limits of an output are no pair of finite numbers or nulls.
    """
    limits = fields.get(LIMITS)
    if isinstance(limits, dict):
        limits = {name: _limits_from_json(name, pair) for name, pair in limits.items()}
    return Details(fields.get(STATUS), fields.get(UNITS), limits)


def _limits_from_json(name: str, pair: object) -> Limits:
    if not isinstance(pair, list) or len(pair) != _PAIR:
        raise ValueError(f"the limits of {name[:80]!r} are no pair [low, high]")
    try:
        return Limits(*pair)
    except ValueTypeError as error:
        raise ValueError(f"of {name[:80]!r}: {error}") from error


def _bound(which: str, value: object) -> float:
    if not isinstance(value, Real) or isinstance(value, bool):
        raise ValueTypeError(
            f"The {which} limit is of type {type(value).__name__}; it must be a finite number, or "
            "None for no limit."
        )
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueTypeError(f"The {which} limit is not finite. Give None for no limit.")
    return number


def _checked_status(status: object) -> str | None:
    if status is None:
        return None
    if not isinstance(status, str):
        raise _wrong_type("the status", status, "a text")
    if not 1 <= len(status) <= MAX_STATUS:
        raise ValueError(f"the status has {len(status)} characters; give 1 to {MAX_STATUS}")
    return _text(status)


def _checked_units(units: object, outputs: Mapping[Any, Any]) -> dict[str, str] | None:
    if units is None:
        return None
    if not isinstance(units, _MAPPINGS):
        raise _wrong_type("the value of units", units, "a mapping of texts by output name")
    _refuse_unknown(units, outputs, "a unit")
    return {_text(name): _text(unit) for name, unit in units.items()} or None


def _checked_limits(limits: object, outputs: Mapping[Any, Any]) -> dict[str, Limits] | None:
    if limits is None:
        return None
    if not isinstance(limits, _MAPPINGS):
        raise _wrong_type("the value of limits", limits, "a mapping of limits by output name")
    _refuse_unknown(limits, outputs, "limits")
    for name, of in limits.items():
        if not isinstance(of, Limits):
            raise _wrong_type(f"what limits {str(name)[:80]!r}", of, "Limits(low, high)")
    said = {name: of for name, of in limits.items() if (of.low, of.high) != (None, None)}
    return {_text(name): of for name, of in said.items()} or None


def _wrong_type(what: str, value: object, wanted: str) -> ValueError:
    return ValueError(f"{what} is of type {type(value).__name__}; it must be {wanted}")


def _refuse_unknown(names: Mapping[Any, Any], outputs: Mapping[Any, Any], what: str) -> None:
    if names.keys() <= outputs.keys():
        return
    unknown = ", ".join(repr(str(name)[:40]) for name in names.keys() - outputs.keys())
    raise ValueError(f"it has {what} for {unknown[:200]}, but no such output")


def _text(text: object) -> str:
    """Return a text of exactly that type."""
    if type(text) is str and text.isascii():
        return text
    if not isinstance(text, str):
        raise _wrong_type("a name or a unit", text, "a text")
    if not is_utf8(text):
        raise ValueError(f"a text of it is no UTF-8: {text[:80]!r}")
    return str.__str__(text)
