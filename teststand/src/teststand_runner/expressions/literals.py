"""Constants, between how they are written and what they are."""

from __future__ import annotations

import re

from session_sharing.text import shorten
from teststand_runner.expressions.errors import Refusal
from teststand_runner.expressions.nodes import Integer, Number

NUMBER = re.compile(
    r"(?P<digits>0[xX][0-9a-fA-F]+|0[bB][01]+"
    r"|(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"(?P<suffix>(?:[uU]?[iI]64)?)(?!\w)"
)
STRING = re.compile(r'@"(?P<raw>[^"]*)"|"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)

_ESCAPE = re.compile(r'\\(?:(?P<hex>x[0-9a-fA-F]{2})|(?P<one>[\\nrt"]))')
_ESCAPED = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t", '"': '"'}
_WRITTEN = {value: f"\\{escape}" for escape, value in _ESCAPED.items()}
_LONGEST, _SHOWN = 400, 40


def number(found: re.Match[str], position: int) -> Number | Integer:
    """Return the constant that a match of `NUMBER` is.

    Raises:
        Refusal: It is beyond the range of what it is to be.
    """
    digits, suffix = found["digits"], found["suffix"].lower()
    if len(digits) > _LONGEST:
        raise Refusal(f"This number has {len(digits)} digits. Write it shorter.")
    if suffix:
        return _integer(digits, unsigned=suffix.startswith("u"), position=position)
    based = digits[:2].lower() in {"0x", "0b"}
    value = float(int(digits, 0)) if based else float(digits)
    if value == float("inf") or (based and value >= 2**32):
        raise Refusal(f"{shorten(digits, _SHOWN)} is beyond the range of a number.")
    return Number(value, position=position)


def _integer(digits: str, *, unsigned: bool, position: int) -> Integer:
    based = digits[:2].lower() in {"0x", "0b"}
    if not based and not digits.isdigit():
        raise Refusal("An integer has no fraction and no exponent.")
    value = int(digits, 0) if based else int(digits)
    if value >= 2**64 or (not unsigned and not based and value >= 2**63):
        raise Refusal(
            f"{shorten(digits, _SHOWN)} is beyond the range of {'UInt64' if unsigned else 'Int64'}."
        )
    if not unsigned and value >= 2**63:  # in base 16 and 2 the highest bit is the sign
        value -= 2**64
    return Integer(value, unsigned, position=position)


def write_number(node: Number | Integer) -> str:
    """Return a constant as it is written."""
    if isinstance(node, Number):
        return repr(node.value).removesuffix(".0")
    if node.value < 0:
        return f"0x{node.value % 2**64:X}i64"
    return f"{node.value}{'u' * node.unsigned}i64"


def string(found: re.Match[str]) -> str:
    r"""Return the text of a match of `STRING`. Unknown escapes, as `\p`, stay as they are."""
    if found["raw"] is not None:
        return found["raw"]
    return _ESCAPE.sub(_unescaped, found["text"])


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found["hex"][1:], 16)) if found["hex"] else _ESCAPED[found["one"]]


def write_string(text: str) -> str:
    """Return a string in quotes, with escapes where it needs them."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in _WRITTEN:
        return _WRITTEN[character]
    return f"\\x{ord(character):02X}" if ord(character) < 32 else character
