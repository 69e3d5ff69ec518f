"""How the database writer finds, opens and closes its resources: databases."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from db_writer.service.checking import DatabaseChecks
from db_writer.service.database import Database
from db_writer.service.names import DATABASE_FILES, Databases
from db_writer.service.settings import DatabaseSettings
from db_writer.service.sqlite_file import find_file, make_file
from session_sharing.service import FileClaims, Located


class DatabaseDriver:
    """Opens configured databases, and SQLite files under the data folder.

    No lock keeps other programs away: a database is made for many, and brings its own. Only one
    file under two names at once would be its ruin, as SQLite keeps its log beside each name.

    Args:
        databases: Knows the databases by their names.
    """

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._claims = FileClaims(DATABASE_FILES.noun)
        self._checks = DatabaseChecks()
        self._claimed: dict[Database, os.stat_result] = {}

    def locate(self, resource: str) -> Located:
        """Find a database.

        Raises:
            SharingError: The name names no database that may be opened.
        """
        return self._databases.locate(resource)

    def open(self, address: str) -> Database:
        """Open a database; its schema is created or brought up to date.

        Raises:
            SharingError: It cannot be reached or used, or is open under another name.
            OSError: The file system refuses.
        """
        return self._open(address, again=False)

    def reopen(self, address: str) -> Database:
        """Open a database that a session had open before a restart of the service.

        Raises:
            ResourceReplacedError: Its file or its tables are not there any more.
            SharingError: It cannot be reached or used, or is open under another name.
            OSError: The file system refuses.
        """
        return self._open(address, again=True)

    def _open(self, address: str, *, again: bool) -> Database:
        settings = self._databases.settings(address)
        if settings.is_file:
            database = self._open_file(settings, again=again)
        else:
            database = Database(settings, again=again)
        try:
            self._checks.add(database, settings)
        except BaseException:
            self.close(database)
            raise
        return database

    def close(self, handle: Database) -> None:
        """Close a database, after what was accepted is stored.

        Raises:
            SharingError: The session was broken.
        """
        self._checks.remove(handle)
        claimed = self._claimed.pop(handle, None)
        try:
            handle.close()
        finally:
            if claimed is not None:
                self._claims.release(claimed)

    def check(self) -> Sequence[str]:
        """Return which of the open databases do not answer, and why."""
        return self._checks.problems()

    def _open_file(self, settings: DatabaseSettings, *, again: bool) -> Database:
        path = Path(settings.url.database or "")
        opened = find_file(path) if again else make_file(path)
        self._claims.claim(opened, path)
        try:
            database = Database(settings, again=again)
        except BaseException:
            self._claims.release(opened)
            raise
        self._claimed[database] = opened
        return database
