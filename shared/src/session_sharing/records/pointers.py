"""JSON pointers (RFC 6901) to the non-finite numbers of a record: `/measurement_outputs/wave/3`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from session_sharing.records.model import CONFIGURATIONS, OUTPUTS

Place: TypeAlias = "tuple[Place | None, str | int]"
"""A key or an index, behind the place of its container: made for each value, written if needed."""

NON_FINITE_NUMBERS: Mapping[str, float] = {
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}
"""The texts which stand for numbers that JSON lacks."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_BAD_ESCAPE = re.compile(r"~(?![01])")


def pointer(place: Place) -> str:
    """Write a place as a JSON pointer."""
    tokens = []
    rest: Place | None = place
    while rest is not None:
        rest, token = rest
        tokens.append(str(token).replace("~", "~0").replace("/", "~1"))
    return "/" + "/".join(reversed(tokens))


def check_pointers(pointers: object, configurations: object, outputs: object) -> list[str]:
    """Check the places of the non-finite numbers of a record.

    Each must name another value, so there are never more of them than the record has values.

    Raises:
        ValueError: They are no list of texts, two are the same, or one names no place that holds
            one of the three texts.
    """
    if not isinstance(pointers, list) or not all(isinstance(item, str) for item in pointers):
        raise ValueError("the places of non-finite numbers are no list of JSON pointers")
    if len(set(pointers)) != len(pointers):
        raise ValueError("the places of non-finite numbers name one twice")
    root = {CONFIGURATIONS: configurations, OUTPUTS: outputs}
    for text in pointers:
        _locate(text, root)
    return pointers


def restore_numbers(pointers: list[str], configurations: object, outputs: object) -> None:
    """Put the numbers where their texts stand, in place.

    Raises:
        ValueError: A pointer names no place that holds one of the three texts.
    """
    root = {CONFIGURATIONS: configurations, OUTPUTS: outputs}
    for text in pointers:
        container, key = _locate(text, root)
        container[key] = NON_FINITE_NUMBERS[container[key]]


def _locate(text: str, root: object) -> tuple[Any, str | int]:
    """Return the container that holds what the pointer names, and the key or index therein."""
    if not text.startswith("/") or _BAD_ESCAPE.search(text):
        raise ValueError(f"{text[:80]!r} is no JSON pointer")
    container: Any = None
    key: str | int = ""
    value: Any = root
    for token in text[1:].split("/"):
        container, key = value, _key(token, value)
        try:
            value = container[key]
        except (LookupError, TypeError):
            raise ValueError(f"{text[:80]!r} names no value of the record") from None
    if not isinstance(value, str) or value not in NON_FINITE_NUMBERS:
        raise ValueError(f"{text[:80]!r} names none of the texts {', '.join(NON_FINITE_NUMBERS)}")
    return container, key


def _key(token: str, container: object) -> str | int:
    if isinstance(container, list) and _INDEX.fullmatch(token):
        return int(token)
    return token.replace("~1", "/").replace("~0", "~")
