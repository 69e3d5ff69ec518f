"""What waits in the spools of services that do not run. Nothing here changes a file.

A spool is an SQLite file `spool/*.sqlite3` in a data folder; the database writer makes them, and
its `service/spool/tables.py` says what is in them. They are read where they lie, as nothing else
tells surely what a service that was killed, or lost its power, has still to deliver.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from session_sharing.cli.journals import SUFFIX, runs
from session_sharing.information import Backlog

SERVICE = "db_writer"
"""The service that keeps spools, which is its module too."""

FOLDER = "spool"
ENDING = ".sqlite3"
_FORMAT = "1"
_MOST = 100_000
"""So many entries are counted: more would take longer than somebody waits."""

_WAITING = "SELECT sum(records), sum(bytes) FROM (SELECT records, bytes FROM waiting LIMIT ?)"
_REFUSED = "SELECT sum(records) FROM refused"
_SINCE = "SELECT spooled_at FROM waiting ORDER BY id LIMIT 1"


@dataclass(frozen=True)
class LeftSpool:
    """A spool whose service does not run.

    Attributes:
        path: The file.
        backlog: What is in it; at least that, if it is very much.
        problem: Why it could not be read; empty if it was.
    """

    path: Path
    backlog: Backlog
    problem: str = ""

    @property
    def data_folder(self) -> Path:
        """The data folder of the service."""
        return self.path.parent.parent

    @property
    def start(self) -> str:
        """The command that starts its service, in words for people."""
        return f'python -m {SERVICE} --data-dir "{self.data_folder}", with its --config'


def left_spools(folder: Path) -> list[LeftSpool]:
    """Read the spools in a data folder whose service does not run; empty ones are left out.

    May block on the file system, and some seconds on a port.
    """
    paths = sorted((folder / FOLDER).glob(f"*{ENDING}"))
    if not paths or runs(folder / f"{SERVICE}{SUFFIX}"):
        return []
    found = [_read(path) for path in paths if path.is_file()]  # A pipe would be waited for.
    return [one for one in found if str(one.backlog) or one.problem]


def _read(path: Path) -> LeftSpool:
    try:
        with closing(sqlite3.connect(_url(path), uri=True, timeout=1.0)) as connection:
            return LeftSpool(path, _backlog(connection))
    except (sqlite3.Error, ValueError) as error:
        return LeftSpool(path, Backlog(path.stem), str(error))


def _url(path: Path) -> str:
    """Return how to open a file without making any other beside it, or changing its log."""
    has_log = path.with_name(f"{path.name}-wal").exists()
    return path.absolute().as_uri() + ("?mode=ro" if has_log else "?immutable=1")


def _backlog(connection: sqlite3.Connection) -> Backlog:
    """Read what is there.

    Raises:
        sqlite3.Error: It cannot be read.
        ValueError: It is no spool of this version.
    """
    known = dict(connection.execute("SELECT name, value FROM meta"))
    if known.get("format") != _FORMAT:
        raise ValueError("it is no spool of this version")
    records, size = connection.execute(_WAITING, (_MOST,)).fetchone()
    (refused,) = connection.execute(_REFUSED).fetchone()
    first = connection.execute(_SINCE).fetchone()
    return Backlog(
        known.get("resource", ""),
        waiting_records=records or 0,
        waiting_bytes=size or 0,
        waiting_since=_moment(first[0]) if first else None,
        refused_records=refused or 0,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
