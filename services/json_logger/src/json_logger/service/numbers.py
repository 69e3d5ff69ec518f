"""The numbers of the records in a log: what a client repeats is not stored again."""

from __future__ import annotations

import logging
import os
import stat
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from json_logger.service.number_lines import LogSeen, Recalled, beginning, intent, pieces_of, recall
from json_logger.service.pieces import Lines, RecordRange
from session_sharing.errors import InvalidRequestError, PreconditionError
from session_sharing.service.files import SYSTEM_FILES, Files
from session_sharing.service.journal_file import JournalFile

MOST_ATTACHMENTS = 1_000
"""Of so many attachments the numbers are kept: of those that stored something last."""

COMPACT_BYTES = 64 * 1024
"""A side file that is longer is written anew, unless the numbers alone take half of it."""

_log = logging.getLogger(__name__)


class RecordNumbers:
    """The highest stored number of each attachment of one log, kept in a file beside it.

    What is in that file is handed to the operating system before the log is written, so it is right
    however the process ends. After a power cut it may lack the end, so what was not acknowledged
    then may be stored twice if it is repeated. It is made when it is first needed.

    A group is written by `intend`, then by its caller, and counts by `stored`. If an intent that
    was not carried out came back by a power cut, what was stored in its place would be taken for
    it; so what supersedes one is brought to the disk before anything is stored in its place.

    `last_number` may be called from any thread, as one look into the table; all else belongs to
    whoever writes the log.

    Args:
        path: The side file. It need not exist. Whoever has the log has it alone.
        log: The log, as the system describes it.
        files: What writes the side file.

    Raises:
        PreconditionError: A folder has the name of the side file.
        OSError: The side file cannot be read.
    """

    def __init__(self, path: Path, log: os.stat_result, files: Files = SYSTEM_FILES) -> None:
        self.path = path
        self._log = log
        self._file = JournalFile(path, files, small=COMPACT_BYTES, sync=False)
        self._recalled = _read(path, log)
        self._numbers: OrderedDict[str, int] = OrderedDict()
        self._in_doubt = False

    # When a log is opened

    @property
    def log_seen(self) -> LogSeen | None:
        """What was noted of the log last; None if nothing was. Asked before `settle`."""
        return self._recalled.log

    @property
    def is_cut_off(self) -> bool:
        """Whether the last run ended without closing the log. Asked before `settle`."""
        return bool(self._recalled.pending)

    def whole_until(self, end: int) -> int:
        """Return where a log ends that ends here, without the piece that is there only in part."""
        within = (piece.start for piece in self._recalled.pending if piece.start < end < piece.end)
        return next(within, end)

    def settle(self, size: int) -> None:
        """Count what the last run stored.

        Args:
            size: How many bytes the log has, when what is there only in part is cut off.

        Raises:
            OSError: The side file says something that is not so, and cannot be written anew.
        """
        recalled, self._recalled = self._recalled, Recalled()
        is_stored = all(piece.end <= size for piece in recalled.pending)
        fits = recalled.log is None or recalled.log.fits(self._log, size)
        recalled.take_stored(size)
        for attachment_id, number in recalled.numbers.items():
            self._remember(attachment_id, number)
        if recalled.damage or not is_stored or not fits:
            # Else the log could grow over the place of what it lacks, and seem to have it.
            self._file.replace(beginning(self._log, self._numbers))
            self._file.sync()

    # When a group is written

    def not_stored(self, group: Sequence[Lines]) -> list[Lines]:
        """Return those of a group that are not stored yet, each once.

        Raises:
            InvalidRequestError: One of them is stored in part.
        """
        fresh: list[Lines] = []
        brought: dict[str, int] = {}
        for lines in group:
            records = lines.records
            if records is not None:
                stored = brought.get(records.attachment_id) or self.last_number(
                    records.attachment_id
                )
                if records.last <= stored:
                    continue
                if records.first <= stored:
                    raise _stored_in_part(records, stored)
                brought[records.attachment_id] = records.last
            fresh.append(lines)
        return fresh

    def is_quick(self, records: RecordRange | None) -> bool:
        """Say whether to tell that records are about to be written is one small write, or none.

        A file that is replaced may take seconds on Windows, while others have it open.
        """
        is_ready = records is None or (self._file.is_whole and not self._file.has_grown)
        return is_ready and not self._in_doubt

    def intend(self, size: int, group: Sequence[Lines]) -> None:
        """Say what is about to be written.

        Args:
            size: How many bytes the log has.
            group: What will be appended to it.

        Raises:
            OSError: That could not be said, so it must not be written.
        """
        pieces = pieces_of(size, group)
        if not pieces and not self._in_doubt:
            return
        line = intent(size, pieces)
        was_in_doubt, self._in_doubt = self._in_doubt, True
        if self._file.is_whole and not self._file.has_grown:
            self._file.append(line)
        else:
            self._file.replace(beginning(self._log, self._numbers) + line)
        if was_in_doubt:
            self._file.sync()

    def stored(self, group: Sequence[Lines]) -> None:
        """What was about to be written is in the log."""
        for lines in group:
            if lines.records is not None:
                self._remember(lines.records.attachment_id, lines.records.last)
        self._in_doubt = False

    def last_number(self, attachment_id: str) -> int:
        """Return the highest stored number of an attachment; 0 if none is known."""
        return self._numbers.get(attachment_id, 0)

    # When a log is closed

    def finish(self, size: int) -> None:
        """Leave the numbers and the size alone: nothing is in doubt, and others may change the log.

        Args:
            size: How many bytes the log has.
        """
        if not self._file.is_whole and not self._in_doubt:
            return
        try:
            self._file.replace(beginning(self._log, self._numbers) + intent(size, ""))
            if self._in_doubt:
                self._file.sync()
        except OSError as error:  # What it says now is right, if nobody changes the log.
            _log.warning("The record numbers in %s stay as they are: %s", self.path, error)

    def close(self) -> None:
        """Close the side file; doing it again does no harm."""
        self._file.close()

    def _remember(self, attachment_id: str, number: int) -> None:
        self._numbers[attachment_id] = number
        self._numbers.move_to_end(attachment_id)
        if len(self._numbers) > MOST_ATTACHMENTS:
            self._numbers.popitem(last=False)


def _read(path: Path, log: os.stat_result) -> Recalled:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            raise _is_folder(path)
        if stat.S_ISREG(mode):
            recalled = recall(path.read_bytes(), log)
        else:
            recalled = Recalled(damage="not a file")
    except FileNotFoundError:
        return Recalled()
    if recalled.damage:
        _log.warning(
            "The file of record numbers %s is %s. What stands before that is used; a record that "
            "was stored just before the service ended may be stored again.",
            path,
            recalled.damage,
        )
    return recalled


def _is_folder(path: Path) -> PreconditionError:
    return PreconditionError(
        f"{path} is a folder, where the service keeps the numbers of records that are in the log "
        "beside it. Move it away, then try again."
    )


def _stored_in_part(records: RecordRange, stored: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"Of records {records.first} to {records.last} of this attachment those up to {stored} are "
        f"stored already. Nothing of them was stored now. Repeat a call with the numbers that it "
        f"had, or go on with number {stored + 1}."
    )
