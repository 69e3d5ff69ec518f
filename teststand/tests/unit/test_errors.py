"""The text of errors."""

from __future__ import annotations

import pytest

from teststand_runner.errors import DamagedFileError, SequenceFileError, quoted


@pytest.mark.parametrize(
    ("place", "path", "file", "text"),
    [
        ("", "", "", "it is wrong."),
        ("line 3, column 1", "", "", "line 3, column 1: it is wrong."),
        ("line 3", "Seq[0].Main", "A.seq", "A.seq, line 3, Seq[0].Main: it is wrong."),
        ("", "Seq\n[0]", "A\x1b.seq", r"A\x1b.seq, Seq\n[0]: it is wrong."),
    ],
)
def test_text_says_where(place: str, path: str, file: str, text: str) -> None:
    """An error is one line: the file, the place, the property, and what is wrong."""
    error = DamagedFileError("it is wrong.", place=place, path=path)
    error.file = file
    assert str(error) == text
    assert isinstance(error, SequenceFileError)


def test_texts_of_files_are_tamed() -> None:
    """What a file says is shown short, and commands no terminal."""
    assert quoted("\x1b[2J") == '"\\x1b[2J"'
    assert quoted("x" * 500) == f'"{"x" * 80}..."'
