"""Texts that others wrote, made fit for logs, terminals and messages."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Return a text with escapes for all that cannot be printed.

    Line ends, control characters, and those that turn the direction of what follows could forge
    lines of a log, or command a terminal. They become `\n`, `\x1b`, `\u202e`.
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii")
        for each in text
    )


def shorten(text: str, limit: int) -> str:
    """Cut a text to so many bytes in its middle: at its end it says what to do.

    Args:
        text: The text. Half a surrogate pair in it, as of a file name, becomes a question mark.
        limit: How long it may be in UTF-8, in bytes.
    """
    encoded = text.encode("utf-8", "replace")
    if len(encoded) > limit:
        end = limit // 3
        encoded = encoded[: limit - end - 5] + b" ... " + encoded[-end:]
    return encoded.decode("utf-8", "ignore")
