"""The shared database, as anybody may ask it."""

from __future__ import annotations

from pathlib import Path

from db_writer import DbWriterClient
from session_sharing import Record
from session_sharing.utc import utc_now


class DatabaseLog:
    """Reads what is added to a database, through its service. For one thread at a time.

    What was measured before this is made is not read: it is of an earlier demonstration.

    Args:
        path: The file; its name is the resource name, and it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_up_to = utc_now()
        self.records: list[Record] = []

    def new_records(self) -> list[Record]:
        """Return the records of what was measured since the last call.

        Raises:
            SharingError: The service cannot be reached, or refuses it.
        """
        until = utc_now()
        with DbWriterClient(self.path.name) as database:
            found = list(database.query(since=self._read_up_to, until=until))
        self._read_up_to = until
        self.records += found
        return found
