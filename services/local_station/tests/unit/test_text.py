"""Names that others gave."""

from __future__ import annotations

import pytest

from local_station import text as text_module
from local_station.text import and_more, named, shortened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a name", "a name"),
        ("Größe µ", "Größe µ"),
        ("a\x1b[2J\nb", r"a\x1b[2J\nb"),
        ("\x9b\u202e", r"\x9b\u202e"),
        ("0123456789" * 3, "012345678 ... 456789"),
        ("\x00" * 30, r"\x00\x00\ ... 00\x00"),
    ],
)
def test_text_is_printable_and_short(text, shown):
    """Nothing that a client sends can steer a terminal, or fill it."""
    assert shortened(text, 20) == shown


def test_long_text_is_cut_before_it_is_looked_through(monkeypatch):
    """A text of many megabytes takes no time."""
    looked = []
    monkeypatch.setattr(text_module, "printable", lambda text: looked.append(len(text)) or text)
    shortened("x" * 1000, 20)
    assert looked == [20]


def test_the_first_names_are_told_and_how_many_there_are():
    """A text says of many names which kind they are, and how many."""
    assert named([]) == ""
    assert named(["a\n"]) == r"'a\n'"
    assert named(["x" * 100]) == f"'{'x' * 33} ... {'x' * 18}'"
    assert named(list("abcd")) == "'a', 'b' and 2 more"
    assert named(list("abcd"), at_least=True) == "'a', 'b' and at least 2 more"
    assert and_more(0) == and_more(-1) == ""
