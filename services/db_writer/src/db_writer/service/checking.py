"""Whether open databases answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from db_writer.service.engine import make_engine
from db_writer.service.failures import judge
from db_writer.service.retrying import retried
from db_writer.service.schema import measurements
from db_writer.service.settings import DatabaseSettings
from db_writer.service.sqlite_file import SqliteFile
from session_sharing.errors import SharingError

LIMIT_SECONDS = 4.0
"""How long the databases may take to answer, all at once. The library gives five for all of it."""

_AGAIN_SECONDS = 0.2  # Enough for a new connection in place of one that was lost since.


class DatabaseCheck:
    """Asks one open database, by a connection that nobody else uses.

    `begin` and `end` are called by one thread at a time. The thread that asks sets `_problem`,
    which is read when it has ended.

    Args:
        settings: The database, which is open.
        may_be_away: It is not wrong that its server does not answer: records wait for it.
    """

    def __init__(self, settings: DatabaseSettings, *, may_be_away: bool = False) -> None:
        self._settings = settings
        self._may_be_away = may_be_away
        self._engine = make_engine(settings, connections=1, writes=False)
        self._file = SqliteFile(Path(settings.url.database or "")) if settings.is_file else None
        self._thread: threading.Thread | None = None
        self._problem = ""

    def begin(self) -> None:
        """Ask; not if the answer to the last question is still awaited."""
        if self._thread is None:
            name = f"check of {self._settings.name}"
            self._thread = threading.Thread(target=self._ask, name=name, daemon=True)
            self._thread.start()

    def end(self, until: float) -> str:
        """Return what is wrong with the database, a sentence for people; empty if nothing is.

        Args:
            until: How long to wait for its answer, by `time.monotonic`.
        """
        if self._thread is None:
            return ""
        self._thread.join(max(0.0, until - time.monotonic()))
        if self._thread.is_alive():
            return (
                ""
                if self._may_be_away
                else (
                    f"The database {self._settings.shown} does not answer within "
                    f"{LIMIT_SECONDS:.0f} s. Look at its server, the network or the disk."
                )
            )
        self._thread = None
        return self._problem

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _ask(self) -> None:
        try:
            if self._file is not None:
                self._file.check()
            retried(self._read, self._settings, _AGAIN_SECONDS)
        except SharingError as error:
            self._problem = error.message
        except DBAPIError as error:
            failure = judge(error, self._settings)
            expected = self._may_be_away and failure.passing
            self._problem = "" if expected else failure.told.message
        else:
            self._problem = ""

    def _read(self) -> None:
        with self._engine.connect() as connection:
            connection.execute(select(measurements.c.id).limit(1)).first()


class DatabaseChecks:
    """Asks all open databases, side by side. `_guard` guards which ones are open."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._open: dict[Hashable, DatabaseCheck] = {}

    def add(
        self, handle: Hashable, settings: DatabaseSettings, *, may_be_away: bool = False
    ) -> None:
        """Ask a database from now on."""
        check = DatabaseCheck(settings, may_be_away=may_be_away)
        with self._guard:
            self._open[handle] = check

    def remove(self, handle: Hashable) -> None:
        """Ask a database no more; one that was not added is no error."""
        with self._guard:
            check = self._open.pop(handle, None)
        if check is not None:
            check.close()

    def problems(self) -> list[str]:
        """Return what is wrong, a sentence for people each; call it from one thread at a time."""
        with self._guard:
            checks = list(self._open.values())
        for check in checks:
            check.begin()
        until = time.monotonic() + LIMIT_SECONDS
        return [problem for check in checks if (problem := check.end(until))]
