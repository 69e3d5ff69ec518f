"""What is asked of every text in a record."""

from __future__ import annotations


def is_utf8(text: str) -> bool:
    """Say whether a text can be written as UTF-8: it holds no half of a surrogate pair."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
