"""What the tests of power cuts share: a recorded run of a log, and what holds after each cut."""

from __future__ import annotations

import errno
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from json_logger.service.log_file import LogFile
from json_logger.service.pieces import Lines
from services.json_logger.tests.writing import (
    QuietFiles,
    killed,
    overwrite,
    store,
    stored,
)
from session_sharing.errors import ResourceReplacedError
from session_sharing.records import AckLevel
from session_sharing.service import StoreError
from session_sharing.service.file_claims import FileClaims
from session_sharing.testing.failing_files import FailingFiles, Fault
from session_sharing.testing.power_cuts import PowerCut, power_cuts
from session_sharing.testing.recording_files import Marked, RecordingFiles


@dataclass(frozen=True)
class Acked:
    """A record that was acknowledged."""

    who: str
    number: int
    level: AckLevel


class Station:
    """A log whose service is started and killed, on a disk that remembers what it was told.

    Args:
        folder: Where the log lies.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "logs" / "a.ndjson"
        self.path.parent.mkdir()
        self._second_name = folder / "kept"
        self.recorded = RecordingFiles(QuietFiles())
        self.disk = FailingFiles(self.recorded)

    def run(self, *groups: Sequence[Lines]) -> None:
        """Start the service, store groups, and kill it."""
        with killed(self.path, self.disk) as log:
            for group in groups:
                self.store(log, *group)

    def store(self, log: LogFile, *group: Lines) -> None:
        """Store a group, and note what is acknowledged; a disk that fails is healed then."""
        try:
            levels = store(log, *group)
        except StoreError:
            self.disk.heal()
            return
        for lines, level in zip(group, levels, strict=True):
            for number in _numbers(lines):
                self.recorded.mark(Acked(lines.records.attachment_id, number, level))

    def store_on_full_disk(self, log: LogFile, *group: Lines) -> None:
        """Have a group refused, of which the disk has taken two lines and some bytes."""
        self.disk.set(Fault({"write"}, at=2, takes=60))
        self.store(log, *group)

    def store_in_part(self, log: LogFile, *group: Lines) -> None:
        """Leave half of a group in the log, as a disk does that fails for good in its midst."""
        self.disk.set(Fault({"write", "truncate"}, 2, errno.EIO, lasting=True, takes=100))
        self.store(log, *group)

    def promise_all(self) -> None:
        """Note that what was acknowledged up to now has to be on the disk."""
        for operation in list(self.recorded.operations):
            if isinstance(operation, Marked) and isinstance(operation.what, Acked):
                self.recorded.mark(replace(operation.what, level=AckLevel.DISK))

    def check_power_cuts(self, *, thorough: bool = False) -> int:
        """Check what each power cut leaves; return how many there were."""
        os.link(self.path, self._second_name)  # So that it stays the same file.
        cuts = list(power_cuts(self.recorded.operations, thorough=thorough))
        for cut in cuts:
            self._lay_out(cut)
            try:
                self._check(cut)
            except (AssertionError, OSError, ValueError) as error:
                raise AssertionError(f"{error!r} after {cut}") from error
        return len(cuts)

    def _lay_out(self, cut: PowerCut) -> None:
        for beside in self.path.parent.iterdir():
            beside.unlink()
        for path, content in cut.files.items():
            if path == self.path:
                os.link(self._second_name, path)
            overwrite(path, content)

    def _check(self, cut: PowerCut) -> None:
        acked = [mark for mark in cut.marks if isinstance(mark, Acked)]
        log, is_refused = self._reopened()
        found = stored(self.path)
        known = {who: log.last_number(who) for who, _ in found}
        log.close()
        lost = [one for one in acked if found.count((one.who, one.number)) != 1]
        assert not [one for one in lost if one.level is AckLevel.DISK], f"lost or doubled: {lost}"
        assert not is_refused or lost or self.path not in cut.files, "it was as it was left"
        highest: defaultdict[str, int] = defaultdict(int)
        for who, number in found:
            assert number == highest[who] + 1, f"{who} {number} after {highest[who]}"
            highest[who] = number
        for one in acked:
            highest[one.who] = max(highest[one.who], one.number)
        assert all(number <= highest[who] for who, number in known.items()), "falsely known"

    def _reopened(self) -> tuple[LogFile, bool]:
        """Open the log as the next run does; return whether it was refused as not the same, too."""
        try:
            return LogFile(self.path, FileClaims(), QuietFiles(), again=True), False
        except ResourceReplacedError:
            return LogFile(self.path, FileClaims(), QuietFiles()), True


def _numbers(lines: Lines) -> range:
    records = lines.records
    return range(records.first, records.last + 1) if records else range(0)
