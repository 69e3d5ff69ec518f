"""JSON by orjson where it is present, else by the standard library, with the same results.

This is the one seam between the two: `backend` is what the package uses. orjson is fast, but
lenient in ways that lose data: NaN becomes null, an identifier becomes text, an integer beyond 64
bits becomes a float when read. So its fast way is taken only where the text itself proves that
nothing of the kind happened; otherwise the values are walked first. (How a float is spelled is up
to the library; the number is the same.)
"""

from __future__ import annotations

import json
import math
import re
from typing import Protocol

from session_sharing.records.model import MAX_NESTING
from session_sharing.records.plain import unwrap
from session_sharing.records.texts import is_utf8

try:
    import orjson
except ModuleNotFoundError:  # pragma: no cover - depends on the environment
    _HAS_ORJSON = False
else:
    _HAS_ORJSON = True

_UUID = re.compile(rb"-[0-9a-f]{4}-[0-9a-f]{4}-")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_LONG_INTEGER = b"," + b"0" * 19
_DIGITS, _BEFORE_INTEGERS = b"0123456789", b",:[- \t\r\n"
_INTEGER_SHAPES = bytes.maketrans(
    bytes(range(256)),
    bytes(
        b"0"[0] if code in _DIGITS else b",x"[code not in _BEFORE_INTEGERS] for code in range(256)
    ),
)


class JsonBackend(Protocol):
    """Writes and reads JSON; stateless, so any thread may use it."""

    def encode(self, value: object) -> bytes:
        """Write plain values, compactly, as UTF-8."""

    def encode_callers(self, value: object, nulls: int, records: int = 1) -> bytes | None:
        """Write a caller's values; None if only a walk can tell whether they have a place.

        Args:
            value: What to write.
            nulls: How many None it holds that are meant so.
            records: Of how many records the values are.
        """

    def encode_checked(self, value: object) -> bytes:
        """Write a caller's values of which `encode_callers` wrote all that need a check."""

    def encode_decoded(self, value: object, records: int = 1) -> bytes | None:
        """Write values from `decode`; None if only a walk can tell whether they have a place.

        Args:
            value: What to write.
            records: Of how many records the values are.
        """

    def decode(self, text: bytes) -> object:
        """Read JSON. Integers are exact, whatever their length.

        Raises:
            ValueError: It is no JSON of finite numbers in UTF-8, or nested beyond reason.
        """


class StandardBackend:
    """The standard library; it turns keys into text silently, so everything is walked first."""

    def encode(self, value: object) -> bytes:
        """Write plain values, compactly, as UTF-8."""
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode()

    def encode_callers(self, value: object, nulls: int, records: int = 1) -> bytes | None:
        """Ask for a walk."""
        return None

    def encode_checked(self, value: object) -> bytes:
        """Write nothing: nothing was checked without a walk."""
        raise NotImplementedError

    def encode_decoded(self, value: object, records: int = 1) -> bytes | None:
        """Ask for a walk."""
        return None

    def decode(self, text: bytes) -> object:
        """Read JSON as strictly as orjson does."""
        try:
            value: object = json.loads(
                text.decode(), parse_constant=_refuse_constant, parse_float=_finite
            )
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        if b"\\ud" in text.lower() and not is_utf8(json.dumps(value, ensure_ascii=False)):
            raise ValueError("a text holds half of a surrogate pair")
        return value


class OrjsonBackend:
    """orjson, with its gaps closed."""

    def __init__(self) -> None:
        self._standard = StandardBackend()
        # Strict integers have 53 bits: longer ones are walked, since orjson writes unsigned ones.
        self._options = (
            orjson.OPT_STRICT_INTEGER
            | orjson.OPT_PASSTHROUGH_DATACLASS
            | orjson.OPT_PASSTHROUGH_DATETIME
        )

    def encode(self, value: object) -> bytes:
        """Write plain values, compactly, as UTF-8."""
        return orjson.dumps(value)

    def encode_callers(self, value: object, nulls: int, records: int = 1) -> bytes | None:
        """Write values of any type, unless the text may hide a NaN (null) or an identifier."""
        try:
            text = self.encode_checked(value)
        except TypeError:
            return None
        if text.count(b"null") != nulls or _UUID.search(text) or _may_be_deep(text, records):
            return None
        return text

    def encode_checked(self, value: object) -> bytes:
        """Write values of any type."""
        return orjson.dumps(value, unwrap, self._options)

    def encode_decoded(self, value: object, records: int = 1) -> bytes | None:
        """Write values which came from JSON, unless one is a long integer or lies too deep."""
        try:
            text = orjson.dumps(value, None, orjson.OPT_STRICT_INTEGER)
        except TypeError:
            return None
        return None if _may_be_deep(text, records) else text

    def decode(self, text: bytes) -> object:
        """Read JSON; where a long integer may be, by the library that keeps it exact."""
        if has_long_integer(text):
            return self._standard.decode(text)
        return orjson.loads(text)


def has_long_integer(text: bytes) -> bool:
    """Say whether JSON may hold an integer of 19 digits or more; no is certain, and cheap."""
    return _LONG_INTEGER in text.translate(_INTEGER_SHAPES)


def _may_be_deep(text: bytes, records: int) -> bool:
    """Say whether values may lie too deep; no is certain. Brackets in texts may mislead it."""
    if records == 1 and text.count(b"[") + text.count(b"{") <= MAX_NESTING:
        return False
    brackets = text.translate(None, _NO_BRACKETS)
    for _ in range(MAX_NESTING):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")  # the innermost of each
        if not brackets:
            return False
    return True


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:40]} is beyond a double")
    return number


backend: JsonBackend = OrjsonBackend() if _HAS_ORJSON else StandardBackend()
"""What the package reads and writes with; other modules look it up at each use."""
