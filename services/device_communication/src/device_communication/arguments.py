"""What callers may give for numbers, flags, names and paths: nothing is cut off without a word."""

from __future__ import annotations

import operator
import os
from typing import SupportsIndex

from session_sharing.errors import InvalidRequestError

WORD_BITS = 32


def word(what: str, number: SupportsIndex, bits: int = WORD_BITS) -> int:
    """Return a number that has a place in a request; what it may be, the service decides.

    Args:
        what: What it is, as errors name it.
        number: A whole number of any kind, such as that of an enumeration or of NumPy.
        bits: How many bits there are for it.

    Raises:
        InvalidRequestError: It is no whole number, or has no place.
    """
    maximum = (1 << bits) - 1
    try:
        whole = operator.index(number)
    except TypeError:
        whole = -1
    if not 0 <= whole <= maximum:
        raise InvalidRequestError(
            f"The {what} {number!r} is no whole number from 0 to {maximum}. Give one."
        )
    return whole


def flag(what: str, value: bool) -> bool:
    """Return a flag; 0 and 1 are flags too.

    Raises:
        InvalidRequestError: It is anything else.
    """
    if value not in (False, True):
        raise InvalidRequestError(f"The {what} {value!r} is neither True nor False. Give one.")
    return bool(value)


def text(what: str, value: str) -> str:
    """Return a name.

    Raises:
        InvalidRequestError: It is no text.
    """
    if not isinstance(value, str):
        raise InvalidRequestError(f"The {what} {value!r} is no text. Give its name.")
    return value


def path(what: str, value: str | os.PathLike[str]) -> str:
    """Return a path as a text.

    Raises:
        InvalidRequestError: It is no path, or one of bytes.
    """
    try:
        return text(what, os.fspath(value))
    except TypeError:
        raise InvalidRequestError(f"The {what} {value!r} is no path. Give a text.") from None
