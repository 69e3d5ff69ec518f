"""The spools of a service: one for each server database that was reached once before."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from db_writer.service.names import SPOOL_FOLDER, Databases
from db_writer.service.settings import DatabaseSettings
from db_writer.service.spool import Delivery, Spool, SpoolFile
from session_sharing.errors import SharingError
from session_sharing.information import Backlog
from session_sharing.service import StoreError

ENDING = ".sqlite3"
_DIGEST = 12  # hexadecimal digits
_log = logging.getLogger(__name__)


class Spools:
    """Finds, makes and delivers the spools of one data folder.

    The library never opens one database twice at once; `_guard` guards which spools there are, as
    those who look may come at any time. No I/O is done under it.

    Args:
        data_folder: That of the service, which has locked it.
        databases: Knows the databases by their names.
    """

    def __init__(self, data_folder: Path, databases: Databases) -> None:
        self._folder = data_folder / SPOOL_FOLDER
        self._databases = databases
        self._guard = threading.Lock()
        self._open: dict[str, tuple[Spool, Delivery]] = {}
        self._forgotten: list[Backlog] = []
        self._problems: dict[str, str] = {}

    def start(self) -> None:
        """Deliver what waits from before. A spool that cannot be opened is told, and left."""
        digests = {name: self._digest(name) for name in sorted(self._databases.servers())}
        for path in spool_files(self._folder):
            made_for, _, digest = path.stem.rpartition("-")
            names = [name for name, known in digests.items() if known == digest]
            name = made_for if made_for in names else next(iter(names), None)
            try:
                if name is None:
                    self._remember_forgotten(path)
                else:
                    self._deliver(name, path)
            except SharingError as error:
                self._problems[path.name] = error.message
                _log.error("A spool cannot be opened: %s", error.message)

    def of(self, name: str) -> Spool | None:
        """Return the spool of a configured database; None if it has none.

        Raises:
            SharingError: There is one, and it cannot be opened.
        """
        digest = self._digest(name)
        with self._guard:
            known = self._open.get(digest)
        if known is not None:
            return known[0]
        path = self._path(name)
        return None if path is None else self._deliver(name, path)

    def prepare(self, name: str) -> None:
        """Make the file of the spool of a database that was reached, and deliver nothing.

        A service may run on the data folder: it finds it there. Nothing is made for a database that
        is a file, or whose records are not to wait, or that has a spool.

        Raises:
            SharingError: It cannot be made.
        """
        server = self._databases.servers().get(name)
        if server is not None and server.spool_bytes and self._path(name) is None:
            self._make_file(name)

    def make(self, name: str) -> Spool:
        """Make the spool of a database that was reached.

        Raises:
            SharingError: It cannot be made.
        """
        return self._deliver(name, self._make_file(name))

    def backlogs(self) -> Sequence[Backlog]:
        """Return what waits, and was refused, without any I/O."""
        with self._guard:
            opened = [spool for spool, _ in self._open.values()]
        return [*(spool.backlog() for spool in opened), *self._forgotten]

    def problems(self) -> list[str]:
        """Return what is wrong with spools, a sentence for people each."""
        with self._guard:
            opened = [spool for spool, _ in self._open.values()]
            problems = list(self._problems.values())
        return problems + [problem for spool in opened if (problem := spool.problem())]

    def end(self, seconds: float = 0.5) -> None:
        """End all deliveries; what waits, waits on.

        Args:
            seconds: How long to wait for each of those that are within a transaction.
        """
        with self._guard:
            opened = list(self._open.values())
            self._open.clear()
        for spool, _ in opened:
            spool.stop()
        for _, delivery in opened:
            delivery.stop(seconds)

    def _deliver(self, name: str, path: Path) -> Spool:
        file = SpoolFile(path)
        try:
            spool = Spool(file, self._settings(name).spool_bytes)
            delivery = Delivery(spool, partial(self._databases.settings, name))
        except StoreError as error:
            file.close()
            raise error.told from error
        except SharingError:
            file.close()
            raise
        with self._guard:
            self._open[self._digest(name)] = spool, delivery
            self._problems.pop(path.name, None)
        return spool

    def _remember_forgotten(self, path: Path) -> None:
        """Remember what waits for a database that is not configured any more."""
        backlog = look_into(path)
        if backlog.waiting_records or backlog.refused_records:
            self._forgotten.append(backlog)
            _log.warning("%s: %s. %s", backlog.resource_name, backlog, _not_configured(path))

    def _settings(self, name: str) -> DatabaseSettings:
        return self._databases.servers()[name]

    def _make_file(self, name: str) -> Path:
        path = self._folder / f"{name}-{self._digest(name)}{ENDING}"
        SpoolFile.make(path, name).close()
        return path

    def _path(self, name: str) -> Path | None:
        """Return the file of the spool of a database, whichever name it was made for."""
        digest = self._digest(name)
        paths = spool_files(self._folder)
        return next((path for path in paths if path.stem.rpartition("-")[2] == digest), None)

    def _digest(self, name: str) -> str:
        key = self._databases.locate(name).key
        return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:_DIGEST]


def spool_files(folder: Path) -> Iterable[Path]:
    """Return the files of all spools, in a fixed order; none if there is no folder."""
    return sorted(folder.glob(f"*{ENDING}"))


def _not_configured(path: Path) -> str:
    folder = path.parent.parent
    return (
        f"No database of the configuration is the one for which {path} was made. Configure it "
        "again, by the same host, port and name, to have them delivered; "
        f'`python -m db_writer --data-dir "{folder}" --waiting --json` prints those that wait.'
    )


def look_into(path: Path) -> Backlog:
    """Return what is in a spool that nobody delivers.

    Raises:
        SharingError: It cannot be read.
    """
    file = SpoolFile(path)
    try:
        content = file.content()
    except StoreError as error:
        raise error.told from error
    finally:
        file.close()
    return Backlog(
        file.resource,
        *content.waiting,
        waiting_since=content.since,
        refused_records=content.refused.records,
        reason=_not_configured(path) if content.waiting.records else "",
    )
