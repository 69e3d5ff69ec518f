"""Numbers and bounds in text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teststand_runner.reading.numbers import array_size, indices_of, number_of
from teststand_runner.testing.xml_writing import scalar_text


@given(st.floats(allow_nan=False))
def test_numbers_survive(value: float) -> None:
    """Each number that is written is read as itself."""
    assert number_of(scalar_text(value)) == value


def test_not_a_number_is_a_number() -> None:
    """What is no number for mathematicians is one for files."""
    assert math.isnan(number_of("NaN"))


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_keep_all_digits(value: int) -> None:
    """An integer of 64 bits is not rounded to a double."""
    assert number_of(str(value), "Int64") == value


@pytest.mark.parametrize("text", ["", " 1", "1_0", "0x10", "1,5", "+-1", "e5", "\u0661", "1e99999"])
def test_other_text_is_no_number(text: str) -> None:
    """What Python would take for a number, and TestStand never writes, is none."""
    assert number_of(text) is None


@pytest.mark.parametrize(
    ("text", "representation"), [(str(2**63), "Int64"), ("-1", "UInt64"), ("1.0", "Int64")]
)
def test_integers_have_bounds(text: str, representation: str) -> None:
    """What does not fit the representation is refused, not cut."""
    assert number_of(text, representation) is None


@pytest.mark.parametrize(
    ("lower", "upper", "size"),
    [
        ("[0]", "[]", 0),
        ("[0]", "[0]", 1),
        ("[0]", "[9999999999]", 10_000_000_000),
        ("[1]", "[3]", 3),
        ("[-1]", "[1]", 3),
        ("[0][0]", "[1][2]", 6),
        ("[0][0]", "[][]", 0),
        ("[2]", "[1]", None),
        ("[0]", "[1][1]", None),
        ("", "", None),
        ("[]", "[]", None),
        ("[0]", "0", None),
    ],
)
def test_bounds_say_how_many(lower: str, upper: str, size: int | None) -> None:
    """The bounds of an array tell how many elements it has, in all dimensions together."""
    assert array_size(lower, upper) == size


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8))
def test_indices_survive(indices: list[int]) -> None:
    """Each index that is written is read as itself, in as many dimensions as it has."""
    assert indices_of("".join(f"[{each}]" for each in indices)) == tuple(indices)


@given(st.text(alphabet="[]-0123456789 ", max_size=300))
def test_other_text_is_no_index(text: str) -> None:
    """What is not brackets with a number in each is no index."""
    brackets = text.startswith("[") and text.endswith("]") and "[]" not in text
    assert brackets or indices_of(text) is None
