"""Side files of record numbers that somebody else made, or something that is no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.json_logger.tests.writing import killed, open_log, piece, side_file, store
from session_sharing.errors import PreconditionError
from session_sharing.journals.lines import to_line

GOOD = '{"format":1,"log":[1,2]}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the log of a test lies."""
    return tmp_path / "a.ndjson"


def last_number(path: Path) -> int:
    """Open a log and ask for the last number of an attachment."""
    with open_log(path) as log:
        return log.last_number("a")


@pytest.mark.parametrize(
    "lines",
    [
        ["[1]"],
        ["{}"],
        ["null"],
        ['{"format":1}'],
        ['{"format":1,"log":5}'],
        ['{"format":1,"log":["a","b"]}'],
        ["no JSON"],
        [GOOD, "5"],
        [GOOD, '{"a":"b"}'],
        [GOOD, "[1,[[2]]]"],
        [GOOD, '["a",[]]'],
        [GOOD, '[1,[["a",1,"x",3]]]'],
        [GOOD, "[" * 5000],
    ],
    ids=lambda lines: lines[-1][:30],
)
def test_lines_that_are_not_ours_are_damage(
    path: Path, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Good checksums around what the service never writes are warned of, and logging goes on."""
    side_file(path).write_text("".join(map(to_line, lines)))
    assert last_number(path) == 0
    assert f"not understood at line {len(lines)}" in caplog.text
    with killed(path) as log:
        store(log, piece("a", 1))
    assert last_number(path) == 1


def test_folder_in_the_place_of_the_side_file_is_named(path: Path) -> None:
    """What cannot be exchanged is refused: the text names it and says how to mend it."""
    side_file(path).mkdir()
    with pytest.raises(PreconditionError, match=r"\.a\.ndjson\.numbers is a folder.*Move it away"):
        last_number(path)
    side_file(path).rmdir()
    assert last_number(path) == 0
