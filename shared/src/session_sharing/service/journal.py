"""The journal of what a service knows of its sessions, so that it has them again later."""

from __future__ import annotations

from pathlib import Path

from session_sharing.core.kept import Kept
from session_sharing.journals.entries import kept_to_json
from session_sharing.service.entry_journal import EntryJournal, Form
from session_sharing.service.journal_file import JournalFile
from session_sharing.service.journal_reading import read_journal

_SESSIONS: Form[Kept] = Form(
    kept_to_json,
    waiting="Calls that open, attach to or release sessions wait for it.",
    lost="sessions that it lacks are lost when the service is restarted.",
    wrong="Sessions work, but after a restart of the service those that were opened or closed "
    "since then would be wrong.",
)


class Journal(EntryJournal[Kept]):
    """The journal of sessions; see `EntryJournal`.

    Args:
        path: The file.
        boot_id: The run of the operating system.
        file: What writes it; a `JournalFile` on the path by default.
    """

    def __init__(self, path: Path, boot_id: str, file: JournalFile | None = None) -> None:
        super().__init__(path, boot_id, _SESSIONS, file)

    @classmethod
    def open(cls, path: Path, boot_id: str) -> tuple[Journal, list[Kept]]:
        """Read the journal of the last run, and begin another; `rewrite` comes first then.

        Args:
            path: The file; it need not exist. Nobody else may use it.
            boot_id: The run of the operating system; empty if unknown.

        Returns:
            The journal, and what the last run kept, in order. After a reboot without what was used
            on this machine alone.

        Raises:
            SharingError: The file cannot be read.
        """
        kept = read_journal(path, boot_id)
        return cls(path, boot_id), kept
