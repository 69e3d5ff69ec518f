"""What has a place in a record, and what is told where it has none."""

from __future__ import annotations

import array
import copy
import math
import uuid
from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from session_sharing.errors import ValueTypeError
from session_sharing.records.model import MAX_NESTING
from session_sharing.records.plain import plain_values


class Mode(Enum):
    """An enumeration of texts."""

    FAST = "fast"


class Level(IntEnum):
    """An enumeration of numbers."""

    HIGH = 3


class Text(str):
    """A text of a driver's own type."""

    __slots__ = ()


class Count(int):
    """A number of a driver's own type."""


class Volt(float):
    """A number with a unit, say."""


class Scalar:
    """What numpy's scalars look like."""

    def __init__(self, value: object, kind: str = "f") -> None:
        self._value = value
        self.dtype = SimpleNamespace(kind=kind)

    def tolist(self) -> object:
        """Return the value."""
        return self._value


@dataclass
class Reading:
    """A dataclass, which orjson would write as an object."""

    volts: float


Pair = namedtuple("Pair", "low high")


def make_plain(value: object) -> Any:
    return plain_values({}, {"v": value}, "Record 'r'").outputs["v"]


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (2**63 - 1, 2**63 - 1),
        (-(2**63), -(2**63)),
        (1.5, 1.5),
        ("text \u2028 \U0001f600", "text \u2028 \U0001f600"),
        ((1, (2.0,)), [1, [2.0]]),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (MappingProxyType({"a": [None]}), {"a": [None]}),
        (Pair(1, 2.0), [1, 2.0]),
        (Mode.FAST, "fast"),
        (Level.HIGH, 3),
        (Text("t"), "t"),
        ({Text("k"): 1}, {"k": 1}),
        (Count(4), 4),
        (Volt(4.5), 4.5),
        (Scalar(2.5), 2.5),
        (Scalar([[1, 2], [3, 4]], "i"), [[1, 2], [3, 4]]),
        (Scalar("t", "U"), "t"),
        (array.array("d", [1.0, 2.0]), [1.0, 2.0]),
    ],
)
def test_values_become_plain_of_exactly_the_types_of_json(value: object, plain: object) -> None:
    """What has a place arrives with its value and its type, whatever the caller's own type."""
    result = make_plain(value)
    assert repr(result) == repr(plain)
    assert type(result) is type(plain)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        b"bytes",
        bytearray(b"bytes"),
        memoryview(b"bytes"),
        2**63,
        -(2**63) - 1,
        10**500,
        "half \ud800",
        1j,
        Decimal("1.5"),
        Fraction(1, 3),
        datetime(2026, 1, 2, tzinfo=timezone.utc),
        date(2026, 1, 2),
        uuid.UUID(int=5),
        Path("file"),
        Reading(1.0),
        range(3),
        iter([1]),
        len,
        Scalar,
        Scalar(1577836800000000000, "M"),
        Scalar(b"bytes", "S"),
        Scalar(Scalar(1.0)),
        Scalar([2**63], "u"),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize(
    ("wrap", "place"),
    [
        (lambda value: value, "/measurement_outputs/v"),
        (lambda value: {"a/b": [1.0, value]}, "/measurement_outputs/v/a~1b/1"),
    ],
)
def test_what_has_no_place_is_refused_where_it_stands(value: object, wrap: Any, place: str) -> None:
    """Nothing turns silently into text or null: the error names the record and the place."""
    with pytest.raises(ValueTypeError) as caught:
        make_plain(wrap(value))
    assert str(caught.value).startswith("Record 'r': ")
    assert place in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("key", [1, 1.5, None, True, b"k", ("a",), "half \udc00"])
def test_keys_are_texts(key: Any) -> None:
    """A key that is no text is refused; the standard library would write it as one."""
    with pytest.raises(ValueTypeError, match="at /measurement_outputs/v/m has no place"):
        make_plain({"m": {key: 1}})


@pytest.mark.parametrize("values", [None, [], "text", [("a", 1)]])
def test_configurations_and_outputs_are_mappings(values: object) -> None:
    """A list in place of the outputs is refused, although JSON could hold it."""
    with pytest.raises(ValueTypeError, match=r"/measurement_outputs .* a mapping is needed"):
        plain_values({}, values, "Record 'r'")
    with pytest.raises(ValueTypeError, match="/measurement_configurations"):
        plain_values(values, {}, "Record 'r'")


def test_non_finite_numbers_are_spelled_and_listed() -> None:
    """NaN and the infinities become texts whose places are listed, in lists and scalars too."""
    plain = plain_values(
        {"a": math.nan}, {"w": [1.0, math.inf], "s": Scalar([-math.inf])}, "Record 'r'"
    )
    assert plain.configurations == {"a": "NaN"}
    assert plain.outputs == {"w": [1.0, "Infinity"], "s": ["-Infinity"]}
    assert plain.non_finite == [
        "/measurement_configurations/a",
        "/measurement_outputs/w/1",
        "/measurement_outputs/s/0",
    ]


def test_the_callers_values_are_left_alone() -> None:
    """Neither the walk nor a change of its result reaches the caller's own objects."""
    outputs = {"w": [1.0, 2.0], "m": {"x": [math.inf, 3]}, "t": (1,)}
    before = copy.deepcopy(outputs)
    plain = plain_values({}, outputs, "Record 'r'")
    plain.outputs["w"].append(9)  # type: ignore[union-attr]
    plain.outputs["m"].clear()  # type: ignore[union-attr]
    assert outputs == before


def test_nesting_is_bounded() -> None:
    """The last level allowed passes; one more, and a list within itself, are refused."""
    assert make_plain(nested(MAX_NESTING)) == nested(MAX_NESTING)
    endless: list[Any] = []
    endless.append(endless)
    for value in (nested(MAX_NESTING + 1), endless):
        with pytest.raises(ValueTypeError, match=f"more than {MAX_NESTING} levels"):
            make_plain(value)


def test_numpy_is_taken_by_shape() -> None:
    """Numpy's scalars and arrays keep values and kinds; its times, complex and raw ones do not."""
    numpy = pytest.importorskip("numpy")
    assert make_plain(numpy.float64(1.5)) == 1.5
    assert make_plain(numpy.int32(-3)) == -3
    assert make_plain(numpy.bool_(True)) is True
    assert make_plain(numpy.array([[1.0, numpy.nan]])) == [[1.0, "NaN"]]
    assert make_plain({"a": numpy.arange(3)}) == {"a": [0, 1, 2]}
    for value in (
        numpy.datetime64("2020-01-01T00:00:00.000000000"),
        numpy.timedelta64(5, "ns"),
        numpy.complex128(1j),
        numpy.bytes_(b"x"),
        numpy.longdouble(1),
        numpy.uint64(2**63),
        numpy.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
    ):
        with pytest.raises(ValueTypeError):
            make_plain(value)
