"""How the JSON logger finds, opens and closes its resources: log files."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from session_sharing.errors import ResourceHeldError
from session_sharing.service import Located

from json_logger.service.locations import LogLocations
from json_logger.service.log_file import LogFile


class LogFileDriver:
    """Opens log files under the data folder and the allowed roots.

    `_guard` guards the table of open files; no I/O is done under it.

    Args:
        data_folder: Where relative names lie. It exists.
        roots: Further folders in which absolute names may lie.
    """

    def __init__(self, data_folder: Path, roots: Sequence[Path] = ()) -> None:
        self._locations = LogLocations(data_folder, roots)
        self._guard = threading.Lock()
        self._open: dict[tuple[int, int], LogFile] = {}

    def locate(self, resource: str) -> Located:
        """Find a log file.

        Raises:
            SharingError: The name names no log file that may be opened.
        """
        return self._locations.locate(resource)

    def open(self, address: str) -> LogFile:
        """Open a log file, created if need be.

        Raises:
            SharingError: Another process or, by a hard link, another session holds the file.
            OSError: The file system refuses.
        """
        log = LogFile(Path(address))
        with self._guard:
            other = self._open.setdefault(_identity(log), log)
        if other is not log:
            log.close()
            raise ResourceHeldError(
                f"The log file {address} is the same file as {other.path} (a hard link), on which "
                "a session is open. Use that name.",
                resource_name=address,
            )
        return log

    def close(self, handle: LogFile) -> None:
        """Close a log file.

        Raises:
            OSError: The last sync failed; the file is closed nevertheless.
        """
        with self._guard:
            self._open.pop(_identity(handle), None)
        handle.close()


def _identity(log: LogFile) -> tuple[int, int]:
    opened: os.stat_result = log.opened
    return (opened.st_dev, opened.st_ino)
