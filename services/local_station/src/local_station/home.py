"""The folder of a station: its lock, its key file, and where it remembers things."""

from __future__ import annotations

import json
import logging
import stat
import sys
from pathlib import Path

from session_sharing.discovery import key_file_name, refuse_foreign
from session_sharing.errors import AccessDeniedError, UnavailableError
from session_sharing.service.folders import atomic_write_text, patiently, private_folder
from session_sharing.service.lock import ProcessLock

logger = logging.getLogger(__name__)

_PRIVATE = 0o700


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
        self._is_lost = False

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
            _make_private(folder)  # it may have been made by hand
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

    def keep_key_file(self) -> None:
        """Write the key file again if it is gone, which somebody has deleted. Blocks.

        That it cannot be written is logged once. A folder that is gone is not made again: the lock
        and the journal have gone with it.
        """
        try:
            if not self._key_file.exists():
                atomic_write_text(self._key_file, self._written)
                logger.warning("The key file %s was gone; it is written again.", self._key_file)
            self._is_lost = False
        except OSError as error:
            if not self._is_lost:
                logger.error(
                    "The key file %s is gone, and cannot be written again (%s): no program finds "
                    "this station any more. Start it anew.",
                    self._key_file,
                    error.strerror,
                )
            self._is_lost = True

    def remove_key_file(self) -> None:
        """Remove the key file, unless somebody else has put another one in its place.

        One that does not let itself be removed stays, with a warning. Blocks up to two seconds.
        """
        try:
            patiently(self._remove_if_ours)
        except FileNotFoundError:
            logger.info("%s is gone already", self._key_file)
        except (OSError, ValueError) as error:  # ValueError: it is no text
            logger.warning(
                "The key file %s stays (%s); clients notice that nobody answers. Remove it.",
                self._key_file,
                error,
            )

    def _remove_if_ours(self) -> None:
        if self._key_file.read_text("utf-8") == self._written:
            self._key_file.unlink()

    def release(self) -> None:
        """Let another station have the folder."""
        self._lock.release()


def _make_private(folder: Path) -> None:
    """Keep others out of a folder; one that they cannot enter needs no writing.

    Raises:
        AccessDeniedError: The system refuses.
    """
    try:
        if stat.S_IMODE(folder.stat().st_mode) != _PRIVATE:
            folder.chmod(_PRIVATE)
    except OSError as error:
        raise AccessDeniedError(
            f"The folder {folder} cannot be made private ({error.strerror}). Set its mode to 0700, "
            "or set LOCAL_STATION_HOME to another folder."
        ) from error
