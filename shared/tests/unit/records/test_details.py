"""Status, units and limits of records."""

from __future__ import annotations

import math
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest

from session_sharing.errors import ValueTypeError
from session_sharing.records import Limits, Record


class Verdict(str, Enum):
    """What programs have for a status."""

    PASSED = "passed"


def record(**details: Any) -> Record:
    return Record("power", {}, {"v": 1.5, "i": [1, 2]}, **details)


def test_limits_are_floats() -> None:
    """Any finite number limits, and becomes a float: the same wherever it is stored."""
    limits = Limits(3, Fraction(7, 2))  # type: ignore[arg-type]
    assert repr(limits) == "Limits(low=3.0, high=3.5)"
    assert Limits(high=-0.0) == Limits(None, 0)


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, 10**400, "1", True, [1], 1j],
    ids=lambda value: repr(value)[:9],
)
@pytest.mark.parametrize("name", ["low", "high"])
def test_what_limits_nothing_is_refused(name: str, value: Any) -> None:
    """A limit that no value can be compared with is refused, and the error names which it is."""
    with pytest.raises(ValueTypeError, match=f"The {name} limit"):
        Limits(**{name: value})


def test_limits_that_no_value_can_keep_are_refused() -> None:
    """Limits in the wrong order would fail every unit; they are refused where they are made."""
    with pytest.raises(ValueTypeError, match=r"low limit 3\.4 is above the high limit 3\.2"):
        Limits(3.4, 3.2)
    assert Limits(1, 1) == Limits(1.0, 1.0)


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"units": {"v": "V", "x": "A"}}, r"a unit for 'x', but no such output"),
        ({"limits": {"y": Limits(0, 1)}}, r"limits for 'y', but no such output"),
        ({"limits": {3: Limits(0, 1)}}, r"limits for '3', but no such output"),
        ({"units": {"v": 1}}, "of type int; it must be a text"),
        ({"units": {"v": "half \ud800"}}, "no UTF-8"),
        ({"units": "V"}, "units is of type str"),
        ({"units": ["v"]}, "units is of type list"),
        ({"limits": {"v": (0, 1)}}, r"'v' is of type tuple; it must be Limits\(low, high\)"),
        ({"limits": Limits(0, 1)}, "limits is of type Limits"),
        ({"status": ""}, "has 0 characters; give 1 to 100"),
        ({"status": "x" * 101}, "has 101 characters"),
        ({"status": True}, "status is of type bool"),
        ({"status": "half \ud800"}, "no UTF-8"),
    ],
)
def test_details_that_make_no_sense_are_refused(details: dict[str, Any], told: str) -> None:
    """Details are checked when the record is made, where the mistake is, and it is named."""
    with pytest.raises(ValueTypeError, match=rf"'power'.*{told}"):
        record(**details)


def test_units_of_outputs_that_are_no_mapping_are_refused() -> None:
    """Outputs of another type have no names, so nothing can be said of them."""
    outputs: Any = ["v"]
    with pytest.raises(ValueTypeError, match="no such output"):
        Record("power", {}, outputs, units={"v": "V"})


def test_what_says_nothing_is_none() -> None:
    """Empty details are none: two records that say the same are the same, stored or not."""
    assert record(units={}, limits={"v": Limits()}) == record()
    assert record(limits={"v": Limits(), "i": Limits(0)}).limits == {"i": Limits(0)}


def test_details_are_copied() -> None:
    """A caller who uses its mappings again changes no record; and texts are mere texts."""
    units, limits = {"v": "V"}, {"v": Limits(0, 2)}
    made = record(status=Verdict.PASSED, units=MappingProxyType(units), limits=limits)
    units["v"], limits["v"] = "A", Limits(1)
    assert (made.units, made.limits) == ({"v": "V"}, {"v": Limits(0, 2)})
    assert type(made.status) is str
    assert made.status == "passed"
