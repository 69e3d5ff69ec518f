"""How the JSON logger finds, opens and closes its resources: log files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from json_logger.service.folder_check import folder_problem
from json_logger.service.log_file import LogFile
from session_sharing.service import FileClaims, FileKind, FileLocations, Located
from session_sharing.service.files import SYSTEM_FILES, Files

LOG_FILES = FileKind("log file", (".ndjson", ".log", ".txt"))


class LogFileDriver:
    """Opens log files under the data folder and the allowed roots.

    Args:
        data_folder: Where relative names lie. It exists.
        roots: Further folders in which absolute names may lie.
        files: What writes the log files.
    """

    def __init__(
        self, data_folder: Path, roots: Sequence[Path] = (), files: Files = SYSTEM_FILES
    ) -> None:
        self._files = files
        self._folders = (data_folder, *roots)
        self._locations = FileLocations(LOG_FILES, data_folder, roots)
        self._claims = FileClaims(LOG_FILES.noun)

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
        return LogFile(Path(address), self._claims, self._files)

    def reopen(self, address: str) -> LogFile:
        """Open a log file that a session held before a restart of the service.

        Raises:
            AccessDeniedError: Its folder is none of those that are allowed now.
            ResourceReplacedError: It is not there any more, is another file, or was cut.
            SharingError: Another process or, by a hard link, another session holds the file.
            OSError: The file system refuses.
        """
        self._locations.check_again(address)
        return LogFile(Path(address), self._claims, self._files, again=True)

    def close(self, handle: LogFile) -> None:
        """Close a log file.

        Raises:
            SharingError: What was logged may be lost; the file is closed nevertheless.
            OSError: The last sync failed; the file is closed nevertheless.
        """
        handle.close()

    def check(self) -> Sequence[str]:
        """Return which folders of log files cannot be written, or have no room left."""
        return [problem for folder in self._folders if (problem := folder_problem(folder))]
