"""A journal: what a server has to know again after a restart, on disk, noted as it changes.

A text file: the first line names the format and the run of the operating system, every further one
holds the entries of one step. What is appended is handed to the operating system, so it survives
the death of any process. It need not survive a power cut: the programs did not either. But what is
written by then loads, wherever the cut was.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from session_sharing.errors import InternalError, SharingError
from session_sharing.information import clock
from session_sharing.journals.content import header
from session_sharing.journals.lines import to_line
from session_sharing.service.group_writer import GroupWriter
from session_sharing.service.journal_file import JournalFile
from session_sharing.utc import utc_now

LOOK_SECONDS = 2.0
"""How often is looked whether the file is in its place, at most, while something is appended."""

SLOW_SECONDS = 5.0
"""A write that takes longer is a problem of which the operator is told."""

_GROUP = 1_000  # steps written at once, at most
_log = logging.getLogger(__name__)

E = TypeVar("E")
"""What is noted."""


@dataclass(frozen=True)
class Form(Generic[E]):
    """What a journal is about.

    Attributes:
        to_json: Writes entries as one line of JSON, in ASCII.
        waiting: What waits for a write that takes long, a sentence.
        lost: What a journal lacks that others have changed, to go on a sentence with a colon.
        wrong: What is wrong after a restart if it cannot be written, a sentence.
    """

    to_json: Callable[[Sequence[E]], str]
    waiting: str
    lost: str
    wrong: str


@dataclass(frozen=True)
class _Job(Generic[E]):
    """The entries of one step, or all entries, which take the place of what is in the file.

    A step without entries writes nothing: the file is only looked at.
    """

    entries: Sequence[E]
    whole: bool


class EntryJournal(Generic[E]):
    """Writes entries to a file, in order, in a thread named `journal`.

    The methods but `close` are called on the event loop. The thread alone uses the file and sets
    `_problem` and `_busy_since`, which others only read, and `_look_at`. As long as the file cannot
    be written, what is appended is dropped: only `rewrite` brings it up to date again.

    Args:
        path: The file.
        boot_id: The run of the operating system.
        form: What it is about.
        file: What writes it; a `JournalFile` on the path by default.
    """

    def __init__(
        self, path: Path, boot_id: str, form: Form[E], file: JournalFile | None = None
    ) -> None:
        self._path = path
        self._boot_id = boot_id
        self._form = form
        self._file = file or JournalFile(path)
        self._problem = ""
        self._busy_since: float | None = None
        self._look_at = 0.0
        self._writer: GroupWriter[_Job[E], None] = GroupWriter(
            "journal", self._store, self._defect, _GROUP
        )

    def append(self, entries: Sequence[E]) -> asyncio.Future[None]:
        """Append the entries of one step.

        The future is done when they are in the file, or when it turned out that they cannot be.
        """
        return self._writer.put(_Job(entries, whole=False), 1)

    def rewrite(self, entries: Sequence[E]) -> asyncio.Future[None]:
        """Write the file anew, with all that is to be known; the future is as that of `append`."""
        return self._writer.put(_Job(entries, whole=True), 1)

    def look(self) -> asyncio.Future[None]:
        """See whether the file is as it was written; if not, `wants_rewrite` says so then.

        The future is as that of `append`.
        """
        return self._writer.put(_Job((), whole=False), 1)

    @property
    def problem(self) -> str:
        """What is wrong, a sentence for people; empty if nothing is."""
        busy = self._busy_since
        if busy is not None and time.monotonic() - busy > SLOW_SECONDS:
            return (
                f"Writing the journal {self._path} takes very long. {self._form.waiting} Check "
                "the disk or share that it lies on."
            )
        return self._problem

    @property
    def wants_rewrite(self) -> bool:
        """Whether it should be written anew: it has grown, or lacks something."""
        return self._file.has_grown or not self._file.is_whole

    def close(self) -> None:
        """Write what is queued, and close the file. Blocks until that is done."""
        self._writer.stop()
        self._file.close()

    def _store(self, jobs: Sequence[_Job[E]]) -> list[None]:
        self._busy_since = time.monotonic()
        try:
            self._write(jobs)
        except OSError as error:
            self._fail(error)
        finally:
            self._busy_since = None
        return [None] * len(jobs)

    def _write(self, jobs: Sequence[_Job[E]]) -> None:
        """Write a group; what comes before the last whole is contained in that."""
        self._look(jobs)
        first = max((place for place, job in enumerate(jobs) if job.whole), default=None)
        if first is not None and self._replace(jobs[first], jobs[first + 1 :]):
            return
        text = self._lines(jobs)
        if text and self._file.is_whole:
            self._file.append(text)

    def _lines(self, jobs: Sequence[_Job[E]]) -> str:
        """Return the lines of those jobs that are steps."""
        steps = [job.entries for job in jobs if job.entries and not job.whole]
        return "".join(to_line(self._form.to_json(entries)) for entries in steps)

    def _look(self, jobs: Sequence[_Job[E]]) -> None:
        """See now and then, and if asked to, whether others left the file alone."""
        now = time.monotonic()
        if now < self._look_at and all(job.entries for job in jobs):
            return
        self._look_at = now + LOOK_SECONDS
        changed = self._file.changed()
        if changed:
            _log.warning(
                "The journal %s %s while the service runs; it is written anew. Leave it alone: %s",
                self._path,
                changed,
                self._form.lost,
            )

    def _replace(self, whole: _Job[E], after: Sequence[_Job[E]]) -> bool:
        """Write the file anew; return whether it was: an old one that is whole serves as well."""
        entries = [to_line(self._form.to_json([entry])) for entry in whole.entries]
        text = "".join([to_line(header(self._boot_id)), *entries, self._lines(after)])
        try:
            self._file.replace(text)
        except OSError as error:
            if not self._file.is_whole:
                raise
            _log.warning("The journal %s goes on as it is, and grows: %s", self._path, error)
            return False
        if self._problem:
            _log.warning("The journal %s is written again, and is whole", self._path)
        self._problem = ""
        return True

    def _fail(self, error: OSError) -> None:
        reason = error.strerror or str(error)
        if self._problem:
            _log.debug("The journal still cannot be written: %s", reason)
            return
        self._problem = (
            f"The journal {self._path} cannot be written since {clock(utc_now())}: {reason}. "
            f"{self._form.wrong} Make room, or mend the disk or the rights of the folder; it is "
            "tried again by itself."
        )
        _log.error("%s", self._problem)

    def _defect(self, error: Exception) -> SharingError:
        self._problem = (
            f"The journal {self._path} is not written any more because of a defect of the service "
            f"({type(error).__name__}). Restart it when no session is used, and report it."
        )
        return InternalError(self._problem)
