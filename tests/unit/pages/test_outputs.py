"""Comparing what a page shows with what was printed."""

from __future__ import annotations

import pytest

from tools.pages.outputs import matches


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("ready: localhost:1234\n", "ready: localhost:50917\n"),
        ("SESSION   STATE\ncd90dd70  open\n", "SESSION STATE\n0a1b2c3d open   \n"),
        ("a ... c", "a b b c\n"),
        ("first\n...\nlast", "first\nsecond\nthird\nlast\n"),
        ("first\n...\nlast", "first\nlast\n"),
        ("2026-01-02 03:04:05.5 (1)", "2027-11-12 13:14:15.25 (20)\n"),
    ],
)
def test_what_is_the_same(shown: str, printed: str) -> None:
    """Numbers, ids and spaces may differ, and dots stand for what is left out."""
    assert matches(shown, printed)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("a", "b\n"),
        ("a", "a\nb\n"),
        ("a\nb", "a\n"),
        ("first\n...\nlast", "first\nsecond\n"),
        ("a.c", "abc\n"),
        ("1 session", "one session\n"),
        ("open", "opening\n"),
        ("a ... c", "a\nc\n"),
    ],
)
def test_what_is_not(shown: str, printed: str) -> None:
    """A word that is another one, and a line too many or too few, is told."""
    assert not matches(shown, printed)
