"""What callers may give."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest

from device_communication.arguments import flag, path, text, word
from session_sharing.errors import InvalidRequestError


class Whole:
    """A whole number of another library."""

    def __index__(self) -> int:
        return 7


def test_what_stands_for_the_same_is_taken() -> None:
    """Numbers of enumerations and other libraries are numbers, 0 and 1 flags, paths texts."""
    numbers = [word("value", number) for number in (Whole(), True, IntEnum("E", "A").A, 2**32 - 1)]
    assert numbers == [7, 1, 1, 2**32 - 1]
    assert [flag("state", value) for value in (0, 1, True)] == [False, True, True]
    assert path("register map", Path("a") / "b.csv") == str(Path("a/b.csv"))
    assert text("register", "A") == "A"


@pytest.mark.parametrize("number", [3.7, 3.0, "3", None, -1, 2**32, 10**400])
def test_numbers_that_are_none(number: Any) -> None:
    """Nothing is rounded, parsed, or cut off: the wrong value would be written without a word."""
    with pytest.raises(InvalidRequestError, match=r"The value .* is no whole number from 0 to 42"):
        word("value", number)


def test_other_types_are_told() -> None:
    """What is no flag, text or path is a mistake that the caller is told in words."""
    for value in ("no", None, 2, []):
        with pytest.raises(InvalidRequestError, match="neither True nor False"):
            flag("state", value)  # type: ignore[arg-type]  # that is what is tested
    for name in (None, b"A"):
        with pytest.raises(InvalidRequestError, match="is no text"):
            text("register", name)  # type: ignore[arg-type]
    for value in (3, b"a.csv"):
        with pytest.raises(InvalidRequestError, match=r"is no (path|text)"):
            path("register map", value)  # type: ignore[arg-type]
