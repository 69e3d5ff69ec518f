"""Values as typed columns: what SQL can work with, and exactly what it was."""

from __future__ import annotations

import math
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db_writer.service.value_columns import ValueColumns, from_columns, to_columns
from session_sharing.errors import ValueTypeError
from session_sharing.records import Value

TEXTS = st.text(st.characters(codec="utf-8"))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), TEXTS)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner))


def filled(
    number: float | None = None,
    integer: int | None = None,
    boolean: bool | None = None,
    text: str | None = None,
    json: str | None = None,
    special: str | None = None,
) -> ValueColumns:
    return number, integer, boolean, text, json, special


class Range(Enum):
    """What callers may log by its value."""

    LOW = 0.5


@given(TEXTS, VALUES)
def test_values_come_back_as_they_were(name: str, value: Value) -> None:
    """Type and value survive, whatever they are: also -0.0, NaN within lists, and NUL in texts."""
    back = from_columns(name, to_columns(name, value))
    assert repr(back) == repr(value)


@pytest.mark.parametrize(
    ("value", "columns"),
    [
        (3.25, filled(number=3.25)),
        (7, filled(number=7.0, integer=7)),
        (True, filled(boolean=True)),
        ("8 V", filled(text="8 V")),
        ("", filled(text="")),
        (None, filled()),
        (-0.0, filled(number=0.0, special="-0")),
        (math.nan, filled(special="NaN")),
        (-math.inf, filled(special="-Infinity")),
        ([1, 2.5], filled(json="[1,2.5]")),
        ({}, filled(json="{}")),
        ("a\0b", filled(json='"a\\u0000b"')),
        ([math.nan], filled(json='["NaN"]', special='["/measurement_outputs/v/0"]')),
        ((1, 2), filled(json="[1,2]")),
        (Range.LOW, filled(number=0.5)),
    ],
)
def test_columns(value: object, columns: ValueColumns) -> None:
    """Each value is in the column of its type, and every finite number also among the numbers."""
    assert to_columns("v", value) == columns


@pytest.mark.parametrize("value", [2**63, b"bytes", [object()], ["\ud800"]])
def test_what_has_no_place_is_refused(value: object) -> None:
    """Nothing turns silently into something else."""
    with pytest.raises(ValueTypeError):
        to_columns("v", value)
