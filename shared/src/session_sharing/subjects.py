r"""The subjects of certificates as people are shown them: one spelling everywhere.

It is that of RFC 2253 with the letters of all languages: what would be taken for a separator within
a value stays behind a backslash, and square brackets are `\5B` and `\5D`, as texts about clients
put into them what is proven. Two different subjects are never shown as one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from session_sharing.text import shorten

_ESCAPED = re.compile(r"(?:\\[89A-F][0-9A-F])+|\\.")
_SPECIAL = re.compile(r'[,+"\\<>;]|^[ #]| $')
_BRACKETS = {ord("["): r"\5B", ord("]"): r"\5D"}

_SHORT = {
    "commonName": "CN",
    "countryName": "C",
    "domainComponent": "DC",
    "givenName": "GN",
    "localityName": "L",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "stateOrProvinceName": "ST",
    "streetAddress": "street",
    "surname": "SN",
    "userId": "UID",
}
"""OpenSSL's short names, where they differ from the long ones that Python tells."""

_LONGEST = 400  # bytes


def readable(subject: str) -> str:
    r"""Return a subject with letters of all languages in place of their bytes (`\C3\BC` for ü).

    Escapes that separate, such as `\,`, stay, and so do those of what cannot be printed: two
    different subjects remain different.
    """
    return without_brackets(_ESCAPED.sub(_letters, subject))


def without_brackets(name: str) -> str:
    r"""Return a name in which backslashes are escaped with `\5B` and `\5D` for square brackets."""
    return name.translate(_BRACKETS)


def subject_of(told: Sequence[Sequence[tuple[str, str]]]) -> str:
    """Return a subject as `readable` does, from what Python's ssl tells of it.

    Args:
        told: Its parts from the first to the last; one of several values has several pairs.
    """
    parts = ("+".join(_pair(*pair) for pair in reversed(part)) for part in reversed(told))
    return readable(",".join(parts))


def cut(subject: str) -> str:
    """Return a subject for a text that has to stay short: one that is long is cut in its middle."""
    return shorten(subject, _LONGEST)


def _pair(kind: str, value: str) -> str:
    escaped = _SPECIAL.sub(r"\\\g<0>", value)
    plain = "".join(each if " " <= each <= "~" else _bytes(each) for each in escaped)
    return f"{_SHORT.get(kind, kind)}={plain}"


def _bytes(letter: str) -> str:
    return "".join(f"\\{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))


def _letters(escaped: re.Match[str]) -> str:
    text = escaped.group()
    if text[1] not in "89ABCDEF":
        return text
    try:
        letters = bytes.fromhex(text.replace("\\", "")).decode()
    except ValueError:  # Half a letter is left before or behind: it stays as it is.
        return text
    return letters if letters.isprintable() else text
