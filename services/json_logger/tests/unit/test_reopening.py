"""A log whose session outlives the service: opened again only as it was, and never made anew."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from json_logger.service.driver import LogFileDriver
from json_logger.service.log_file import LogFile
from services.json_logger.tests.writing import (
    killed,
    open_log,
    overwrite,
    piece,
    side_file,
    store,
    stored,
)
from session_sharing.errors import AccessDeniedError, ResourceReplacedError
from session_sharing.service.file_claims import FileClaims
from session_sharing.service.handles import Handles

ONE, TWO, THREE = (piece("a", number) for number in (1, 2, 3))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a log lies with three records, whose service was killed."""
    path = tmp_path / "a.ndjson"
    with killed(path) as log:
        for lines in (ONE, TWO, THREE):
            store(log, lines)
    return path


def reopen(path: Path) -> LogFile:
    """Open a log as the next run of the service does."""
    return LogFile(path, FileClaims(), again=True)


def refusal(path: Path) -> str:
    """Return why a log is not opened again."""
    with pytest.raises(ResourceReplacedError, match="Close the session and init") as refused:
        reopen(path)
    return str(refused.value)


def test_missing_log_is_not_made(path: Path) -> None:
    """A log that was deleted, alone or with its folder, breaks its session: nothing is made."""
    content = path.read_bytes()
    for file in path.parent.iterdir():
        file.unlink()
    driver = Handles(LogFileDriver(path.parent))
    error = asyncio.run(driver.reopen("a.ndjson", str(path)))
    assert isinstance(error, ResourceReplacedError)
    assert "deleted or moved away while the service did not run" in error.message
    assert list(path.parent.iterdir()) == []
    path.parent.rmdir()
    assert "deleted or moved away" in refusal(path)
    path.parent.mkdir()
    path.write_bytes(content)
    reopen(path).close()
    assert path.read_bytes() == content


def test_log_of_a_root_that_is_allowed_no_more_stays_closed(path: Path, tmp_path: Path) -> None:
    """A service that was started again with fewer roots writes in these, and nowhere else."""
    data = tmp_path / "data"
    data.mkdir()
    error = asyncio.run(Handles(LogFileDriver(data)).reopen("a.ndjson", str(path)))
    assert isinstance(error, AccessDeniedError)
    allowed = Handles(LogFileDriver(data, [tmp_path]))
    opened = asyncio.run(allowed.reopen("a.ndjson", str(path)))
    assert isinstance(opened, LogFile)
    opened.close()


def test_log_that_was_replaced_is_refused(path: Path) -> None:
    """Another file of the name, however long, is not taken for the log; the log put back is."""
    aside = path.rename(path.with_suffix(".aside"))
    path.write_bytes(aside.read_bytes() * 2)
    assert "replaced by another file" in refusal(path)
    assert path.read_bytes() == aside.read_bytes() * 2
    aside.replace(path)
    reopen(path).close()


@pytest.mark.parametrize("ended", ["killed", "stopped"])
def test_log_that_was_cut_is_refused(path: Path, ended: str) -> None:
    """A log that lacks what was acknowledged breaks its session, after a kill as after a stop."""
    if ended == "stopped":
        with open_log(path) as log:
            store(log, piece("a", 4))
    content = path.read_bytes()
    keep = len(content) - 1 if ended == "stopped" else len(ONE.data)
    overwrite(path, content[:keep])
    assert f"bytes to {keep}" in refusal(path)
    overwrite(path, content)
    with killed(path) as log:
        assert log.last_number("a") == (4 if ended == "stopped" else 3)


def test_log_as_it_was_is_opened_again(path: Path) -> None:
    """A torn last record, or what somebody appended, is no reason to refuse a log."""
    overwrite(path, path.read_bytes()[:-3])
    log = reopen(path)
    assert log.last_number("a") == 2
    log.close()
    overwrite(path, path.read_bytes() + b"{}\n")
    reopen(path).close()
    side_file(path).unlink()
    overwrite(path, ONE.data)
    reopen(path).close()


@pytest.mark.parametrize("change", ["cut", "replaced"])
def test_change_between_two_sessions_is_forgotten(path: Path, change: str) -> None:
    """What was done to a log before its session began does not break that session later."""
    if change == "replaced":
        path.rename(path.with_suffix(".aside"))
        path.write_bytes(b"")
    else:
        overwrite(path, b"")
    with killed(path) as log:
        store(log, piece("", 1))
    log = reopen(path)
    log.close()
    assert stored(path) == [("", 1)]


def test_session_that_is_initialized_anew_works(path: Path) -> None:
    """When the broken session is closed, the next one makes a new log."""
    path.unlink()
    refusal(path)
    with open_log(path) as log:
        store(log, piece("b", 1))
    assert stored(path) == [("b", 1)]
