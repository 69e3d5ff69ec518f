"""JSON pointers to non-finite numbers."""

from __future__ import annotations

import math
from typing import Any

import pytest

from session_sharing.records.pointers import check_pointers, pointer, restore_numbers


def test_a_place_is_written_escaped() -> None:
    """Keys with `/` and `~` are escaped as RFC 6901 says, so that a pointer is never ambiguous."""
    place = (((None, "measurement_outputs"), "a/b~c"), 3)
    assert pointer(place) == "/measurement_outputs/a~1b~0c/3"


def test_numbers_are_restored_at_escaped_and_empty_keys() -> None:
    """Every key finds its number again: with slash, with tilde, empty, or looking like an index."""
    outputs: dict[str, Any] = {"a/b": "NaN", "~1": "Infinity", "": {"0": ["x", "-Infinity"]}}
    places = ["/measurement_outputs/a~1b", "/measurement_outputs/~01", "/measurement_outputs//0/1"]
    restore_numbers(check_pointers(places, {}, outputs), {}, outputs)
    assert math.isnan(outputs["a/b"])
    assert outputs["~1"] == math.inf
    assert outputs[""] == {"0": ["x", -math.inf]}


@pytest.mark.parametrize(
    "pointers",
    [
        "/measurement_outputs/v",
        {"/measurement_outputs/v": 1},
        [5],
        [None],
        ["/measurement_outputs/v", "/measurement_outputs/v"],
        [""],
        ["/"],
        ["measurement_outputs/v"],
        ["/measurement_outputs"],
        ["/measurement_name"],
        ["/measurement_outputs/missing"],
        ["/measurement_outputs/v/0"],
        ["/measurement_outputs/number"],
        ["/measurement_outputs/number/0"],
        ["/measurement_outputs/text"],
        ["/measurement_outputs/wave/2"],
        ["/measurement_outputs/wave/-1"],
        ["/measurement_outputs/wave/01"],
        ["/measurement_outputs/wave/+1"],
        ["/measurement_outputs/wave/-"],
        ["/measurement_outputs/wave/١"],
        ["/measurement_outputs/wave/" + "9" * 5000],
        ["/measurement_outputs/t~2"],
        ["/measurement_outputs/t~"],
    ],
)
def test_a_pointer_must_name_one_of_the_three_texts(pointers: Any) -> None:
    """What names no text for a non-finite number, or names one twice, is refused."""
    outputs = {"v": "NaN", "number": 1.0, "text": "nan", "wave": [1, "NaN"], "t~2": "NaN"}
    with pytest.raises(ValueError, match=r"pointer|twice|names no"):
        check_pointers(pointers, {}, outputs)
