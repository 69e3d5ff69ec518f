"""The file of a journal: appended to in small steps, and replaced whole when that is better."""

from __future__ import annotations

import os
from pathlib import Path

from session_sharing.service.files import SYSTEM_FILES, Files, plain, write_all
from session_sharing.service.folders import atomic_write_text, patiently

SMALL = 1 << 20
"""A file of less than so many bytes is never worth being written anew, unless told otherwise."""


class JournalFile:
    """One file. Every text that it took is there, in order, however the process ends.

    One thread uses it; `is_whole` and `has_grown` may be asked from any. Nothing is appended before
    it is replaced for the first time, nor after an append that failed: half a line may stand at
    its end.

    Args:
        path: The file.
        files: What writes it.
        small: A file of less than so many bytes is never worth being written anew.
        sync: Whether a file that is written anew has to survive a power cut.
    """

    def __init__(
        self,
        path: Path,
        files: Files = SYSTEM_FILES,
        *,
        small: int = SMALL,
        sync: bool = True,
    ) -> None:
        self._path = path
        self._files = files
        self._small = small
        self._sync = sync
        self._descriptor: int | None = None
        self._size = 0
        self._limit = small

    @property
    def is_whole(self) -> bool:
        """Whether everything is in it, so that something may be appended."""
        return self._descriptor is not None

    @property
    def has_grown(self) -> bool:
        """Whether it is so much longer than when it was written anew that doing so again pays."""
        return self._size > self._limit

    def changed(self) -> str:
        """Return what others did to the file, as the end of a sentence; nothing if they did not.

        A file that is not as it was written is closed, and has to be replaced.
        """
        if self._descriptor is None:
            return ""
        what = _change(self._path, self._files.status(self._descriptor), self._size)
        if what:
            self.close()
        return what

    def append(self, text: str) -> None:
        """Append, and hand over to the operating system.

        Raises:
            OSError: It was not, or not whole, written; the file has to be replaced.
        """
        assert self._descriptor is not None, "it was replaced before"
        try:
            write_all(self._files, self._descriptor, text.encode())
        except BaseException:
            self.close()
            raise
        self._size += len(text)

    def replace(self, text: str) -> None:
        """Put this in the place of all that is in the file, whole or not at all.

        Raises:
            OSError: That failed; what was in the file is there still. If it was whole it is so
                still: it may be appended to, and is tried again only when it has doubled.
        """
        was_whole = self.is_whole
        self.close()  # Windows replaces no file that is open.
        try:
            atomic_write_text(self._path, text, sync=self._sync, files=self._files)
        except OSError:
            if was_whole:
                self._limit = 2 * self._size
                self._open()
            raise
        self._open()
        self._size = len(text)
        self._limit = max(self._small, 2 * self._size)

    def sync(self) -> None:
        """Bring all that is in it to the disk, under its name.

        Raises:
            OSError: That failed, and what is on the disk is unknown; the file has to be replaced.
        """
        assert self._descriptor is not None, "it was replaced before"
        try:
            self._files.sync(self._descriptor)
            self._files.sync_folder(self._path.parent)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; doing it again does no harm."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self._files.close(descriptor)

    def _open(self) -> None:
        """Open it so that every write goes to the operating system at once, to the file's end."""
        flags = plain(os.O_WRONLY | os.O_APPEND)
        self._descriptor = patiently(lambda: self._files.open(self._path, flags))


def _change(path: Path, opened: os.stat_result, size: int) -> str:
    try:
        found = path.stat()
    except FileNotFoundError:
        return "was deleted or moved away"
    except OSError as error:
        return f"cannot be looked at ({error.strerror})"
    if not os.path.samestat(found, opened):
        return "was replaced by another file"
    return "" if found.st_size == size else "was cut or written to by another program"
