"""Texts that others wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.text import printable, shorten


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Gerät 7: \u2126 \\ 'x'", "Gerät 7: \u2126 \\ 'x'"),
        ("a\r\n\tb", r"a\r\n\tb"),
        ("\x1b[2J\x9b", r"\x1b[2J\x9b"),
        ("\u202e\u2028\ud800", r"\u202e\u2028\ud800"),
    ],
    ids=["plain", "lines", "terminal", "unicode"],
)
def test_nothing_is_printed_that_commands(text: str, shown: str) -> None:
    """What could forge a line, or command a terminal, is escaped; all other text stays."""
    assert printable(text) == shown


@given(st.text(st.characters(exclude_categories=[])), st.integers(10, 60))
def test_a_shortened_text_fits_and_keeps_both_ends(text: str, limit: int) -> None:
    """However it is encoded, it fits; a plain text keeps its beginning and its end."""
    short = shorten(text, limit)
    assert len(short.encode("utf-8")) <= limit
    if text.isascii():
        assert text.startswith(short.partition(" ... ")[0])
        assert text.endswith(short.rpartition(" ... ")[2])
