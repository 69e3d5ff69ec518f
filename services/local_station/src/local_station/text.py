"""Texts that others wrote, as they may appear in errors and logs."""

from __future__ import annotations

from collections.abc import Sequence

from session_sharing.text import printable

_NAME_LETTERS = 60
_NAMED = 2


def shortened(text: str, limit: int) -> str:
    """Return a text, printable, and cut in its middle if it is long: names differ at their ends."""
    if len(text) > limit:
        half = (limit - 3) // 2
        text = f"{text[:half]}...{text[-half:]}"
    shown = printable(text)
    return shown if len(shown) <= limit else f"{shown[: limit - 3]}..."


def named(names: Sequence[str], *, at_least: bool = False) -> str:
    """Return names in quotes, the first ones, and how many there are besides.

    Args:
        names: The names.
        at_least: Whether there may be more of them than are given.
    """
    shown = ", ".join(shortened(repr(name), _NAME_LETTERS) for name in names[:_NAMED])
    return f"{shown}{and_more(len(names) - _NAMED, at_least=at_least)}"


def and_more(more: int, *, at_least: bool = False) -> str:
    """Return how many are not named, ` and 7 more`; nothing if all are."""
    return f" and {'at least ' * at_least}{more} more" if more > 0 else ""
