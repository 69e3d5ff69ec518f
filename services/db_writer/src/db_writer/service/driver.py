"""How the database writer finds, opens and closes its resources: databases."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from db_writer.service.checking import DatabaseChecks
from db_writer.service.database import Database
from db_writer.service.names import DATABASE_FILES, Databases
from db_writer.service.settings import DatabaseSettings
from db_writer.service.spools import Spools
from db_writer.service.sqlite_file import find_file, make_file
from db_writer.service.store import Store
from session_sharing.errors import UnavailableError
from session_sharing.information import Backlog
from session_sharing.service import FileClaims, Located


class DatabaseDriver:
    """Opens configured databases, and SQLite files under the data folder.

    No lock keeps other programs away: a database is made for many, and brings its own. Only one
    file under two names at once would be its ruin, as SQLite keeps its log beside each name.

    Args:
        databases: Knows the databases by their names.
        spools: Where records wait for server databases that are away; None if they do not.
    """

    def __init__(self, databases: Databases, spools: Spools | None = None) -> None:
        self._databases = databases
        self._spools = spools
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
            AccessDeniedError: Its file lies outside the data folder of this run.
            ResourceReplacedError: Its file or its tables are not there any more.
            SharingError: It cannot be reached or used, or is open under another name.
            OSError: The file system refuses.
        """
        self._databases.check_again(address)
        return self._open(address, again=True)

    def _open(self, address: str, *, again: bool) -> Database:
        settings = self._databases.settings(address)
        if settings.is_file:
            database = self._open_file(settings, again=again)
        else:
            database = self._open_server(settings, address, again=again)
        try:
            backlog = database.backlog()
            self._checks.add(
                database, settings, may_be_away=backlog is not None and backlog.limit_bytes > 0
            )
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
        """Return which of the open databases do not answer, and why, and which spools are full.

        A database that is away, and for which records may wait, is none of them.
        """
        spools = () if self._spools is None else self._spools.problems()
        return [*self._checks.problems(), *spools]

    def backlogs(self) -> Sequence[Backlog]:
        """Return what waits for databases, also for those that nobody has open."""
        return () if self._spools is None else self._spools.backlogs()

    def end(self) -> None:
        """End the deliveries; what waits is delivered when the service runs again."""
        if self._spools is not None:
            self._spools.end()

    def _open_server(self, settings: DatabaseSettings, address: str, *, again: bool) -> Database:
        """Open a database on a server; one that was reached before may be away."""
        if self._spools is None:
            return Database(settings, again=again)
        spool = self._spools.of(address)
        if spool is None and settings.spool_bytes:
            _reach(settings, again=again)
            spool = self._spools.make(address)
        return Database(settings, again=again, spool=spool)

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


def _reach(settings: DatabaseSettings, *, again: bool) -> None:
    """Make sure that a database is there, for the first time.

    Raises:
        SharingError: It is not, so nothing may wait for it yet.
    """
    try:
        Store(settings, again=again).close()
    except UnavailableError as error:
        raise UnavailableError(
            f"{error.message} It was never reached from here, therefore no record can wait for it: "
            "open it once while its server is there, or try it by `python -m db_writer --check`.",
            retry_delay=error.retry_delay,
        ) from error
