"""A log is opened where it was located, though others change its path meanwhile."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from json_logger.service import opening
from json_logger.service.driver import LogFileDriver
from json_logger.service.opening import open_to_read
from services.json_logger.tests.writing import open_log, piece, store
from session_sharing.errors import AccessDeniedError, ResourceReplacedError
from session_sharing.service.files import SystemFiles

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="links need a right that users of Windows lack"
)


@pytest.fixture
def floor(tmp_path: Path) -> Path:
    """Return a folder that holds one that many may write to, and one of a victim."""
    (tmp_path / "shared" / "line").mkdir(parents=True)
    (tmp_path / "victim").mkdir()
    return tmp_path


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first look at a path pass, as it does when the attacker comes right after it."""
    monkeypatch.setattr(opening, "check_same_file", lambda *_: None)


def put_link(floor: Path) -> None:
    """Put a link to the victim's folder in the place of a folder that was checked."""
    (floor / "shared" / "line").rename(floor / "shared" / "aside")
    (floor / "shared" / "line").symlink_to(floor / "victim")


class SwappingFiles(SystemFiles):
    """Files under which the attacker wins the race: the link comes just before a log is opened."""

    def __init__(self, floor: Path) -> None:
        self._floor = floor

    def open(self, path: Path, flags: int, mode: int = 0o600, /) -> int:
        """Open a file; if it is a log, after the folder above it was exchanged."""
        if path.suffix == ".log":
            put_link(self._floor)
        return super().open(path, flags, mode)


@pytest.mark.parametrize("there", [None, b"private\n"], ids=["new", "existing"])
def test_link_between_check_and_opening_leads_nowhere(floor: Path, there: bytes | None) -> None:
    """Nothing is written behind a link that was put into a path after it was checked."""
    victim = floor / "victim" / "a.log"
    if there is not None:
        victim.write_bytes(there)
    driver = LogFileDriver(floor / "shared", files=SwappingFiles(floor))
    located = driver.locate("line/a.log")
    with pytest.raises(AccessDeniedError, match="put a link into its path"):
        driver.open(located.address)
    assert victim.read_bytes() == (there or b"")


@pytest.mark.usefixtures("late")
def test_link_between_checks_is_not_read_through(floor: Path) -> None:
    """A reader gets the log that is open, or an error; never another file of its name."""
    (floor / "victim" / "a.log").write_bytes(b"private\n")
    path = floor / "shared" / "line" / "a.log"
    with open_log(path) as log:
        store(log, piece("", 1))
        with open_to_read(path, log.opened) as reader:
            assert reader.read() == path.read_bytes()
        put_link(floor)
        with pytest.raises(ResourceReplacedError, match="Nothing of the other file was read"):
            open_to_read(path, log.opened)
        (floor / "shared" / "line").unlink()
        (floor / "shared" / "aside").rename(floor / "shared" / "line")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.usefixtures("late")
def test_pipe_between_checks_holds_up_nobody(floor: Path) -> None:
    """A pipe that comes in the place of a log is refused, and not waited for."""
    path = floor / "shared" / "line" / "a.log"
    with open_log(path) as log:
        aside = path.rename(path.with_suffix(".aside"))
        os.mkfifo(path)
        with pytest.raises(ResourceReplacedError):
            open_to_read(path, log.opened)
        path.unlink()
        aside.rename(path)
