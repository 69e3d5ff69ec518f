"""The shared file, as anybody may read it."""

from __future__ import annotations

from pathlib import Path

from session_sharing import Record
from session_sharing.records import parse_line


class LogFile:
    """Reads what is added to a log. For one thread.

    What is there when this is made is not read: it is of an earlier demonstration.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = path.stat().st_size if path.exists() else 0
        self.records: list[Record] = []

    def new_records(self) -> list[Record]:
        """Return the records that were added since the last call.

        Raises:
            ValueError: A line is no record.
            OSError: The file cannot be read.
        """
        if not self.path.exists():
            return []
        with self.path.open("rb") as log:
            log.seek(self._read)
            lines = log.read()
        self._read += len(lines)
        found = [parse_line(line) for line in lines.splitlines(keepends=True)]
        self.records += found
        return found
