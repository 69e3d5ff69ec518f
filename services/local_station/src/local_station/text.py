"""Names that others gave, as they may appear in errors and logs."""

from __future__ import annotations

from collections.abc import Sequence

from session_sharing.text import printable, shorten

_NAME_BYTES = 58
_NAMED = 2


def shortened(text: str, limit: int) -> str:
    """Return a text printable, and not longer than `limit` bytes, whatever it was.

    It is cut first, as that is quick, and again if escapes have made it longer.
    """
    return shorten(printable(shorten(text, limit)), limit)


def named(names: Sequence[str], *, at_least: bool = False) -> str:
    """Return names in quotes, the first ones, and how many there are besides.

    Args:
        names: The names.
        at_least: Whether there may be more of them than are given.
    """
    shown = ", ".join(map(_quoted, names[:_NAMED]))
    return f"{shown}{and_more(len(names) - _NAMED, at_least=at_least)}"


def and_more(more: int, *, at_least: bool = False) -> str:
    """Return how many are not named, ` and 7 more`; nothing if all are."""
    return f" and {'at least ' * at_least}{more} more" if more > 0 else ""


def _quoted(name: str) -> str:
    return shorten(repr(shorten(name, _NAME_BYTES - 2)), _NAME_BYTES)
