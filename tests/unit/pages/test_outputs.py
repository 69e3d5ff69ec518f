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
        ("2026-01-02 03:04:05.5+00:00 (1)", "2027-11-12 13:14:15+01:00 (1)\n"),
        ("process 5203 on a, 1.4 s, 20 ms", "process 7 on a, 12 s, 0.5 ms\n"),
        ("aaaaaaa0 aaaaaaa1\naaaaaaa0", "00000000 12345678\n00000000\n"),
    ],
)
def test_what_is_the_same(shown: str, printed: str) -> None:
    """What no two runs have alike may differ, spaces too, and dots stand for what is left out."""
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
        ("1000 were copied", "0 were copied\n"),
        ("42 85\nTrue 1", "42 85\nTrue 0\n"),
        ("[0.0, -2.0]", "[0.0, 2.0]\n"),
        ("12345678 records", "87654321 records\n"),
        ("cd90dd70 open", "a open\n"),
        ("cd90dd70\ncd90dd70", "0a1b2c3d\n4e5f6071\n"),
    ],
)
def test_what_is_not(shown: str, printed: str) -> None:
    """Another word, number or id, and a line too many or too few, is told."""
    assert not matches(shown, printed)
