"""The folder of a station: its lock, its key file, and where it remembers things."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from session_sharing.discovery import key_file_name, refuse_foreign
from session_sharing.errors import UnavailableError
from session_sharing.service.folders import atomic_write_text, private_folder
from session_sharing.service.lock import ProcessLock

logger = logging.getLogger(__name__)


def ports_folder(home: Path, cluster: str | None) -> Path:
    """Return where the servers of a station remember their ports."""
    return home / ("ports" if cluster is None else f"ports_{cluster}")


def journal_of(key_file: Path) -> Path:
    """Return where the station of a key file keeps what its next run has to know."""
    return key_file.with_suffix(".journal")


class StationHome:
    """The one station's hold on its folder, from `StationHome.take` to `release`.

    Stations of several clusters share a folder: their files have different names.
    """

    def __init__(self, key_file: Path, lock: ProcessLock) -> None:
        self._key_file = key_file
        self._lock = lock
        self._written = ""

    @classmethod
    def take(cls, folder: Path, cluster: str | None) -> StationHome:
        """Make the folder private, and lock it against a second station of the same cluster.

        Raises:
            ResourceHeldError: A station runs there already; the text says which process it is.
            AccessDeniedError: The folder belongs to somebody else, or may not be written.
            InvalidRequestError: The cluster id cannot be part of a file's name.
        """
        key_file = folder / key_file_name(cluster)
        private_folder(folder)
        refuse_foreign(folder)
        if sys.platform != "win32":
            folder.chmod(0o700)  # it may have been made by hand
        what = f"the local station in {folder}" + (f" (cluster {cluster})" if cluster else "")
        return cls(key_file, ProcessLock.acquire(key_file.with_suffix(".lock"), what=what))

    @property
    def folder(self) -> Path:
        """The folder."""
        return self._key_file.parent

    @property
    def journal(self) -> Path:
        """Where the station keeps what its next run has to know."""
        return journal_of(self._key_file)

    def write_key_file(self, port: int) -> None:
        """Tell where the station listens.

        Raises:
            UnavailableError: The file cannot be written.
        """
        # As texts: older clients of NI's join them to the host as they are.
        text = json.dumps({"InsecurePort": str(port), "SecurePort": ""}) + "\n"
        try:
            atomic_write_text(self._key_file, text)
        except OSError as error:
            raise UnavailableError(
                f"The key file {self._key_file} cannot be written ({error.strerror}), so "
                "nobody would find the station. Set LOCAL_STATION_HOME to another folder."
            ) from error
        self._written = text

    def remove_key_file(self) -> None:
        """Remove the key file, unless somebody else has put another one in its place."""
        try:
            if self._key_file.read_text("utf-8") == self._written:
                self._key_file.unlink()
        except FileNotFoundError:
            logger.info("%s is gone already", self._key_file)

    def release(self) -> None:
        """Let another station have the folder."""
        self._lock.release()
