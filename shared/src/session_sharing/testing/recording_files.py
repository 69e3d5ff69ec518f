"""A file system that records what is done to it, so that power cuts can be played afterwards."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from session_sharing.service.files import SYSTEM_FILES, Files


@dataclass(frozen=True)
class Found:
    """A file was there before, with content and name on the disk."""

    path: Path
    file: int
    content: bytes


@dataclass(frozen=True)
class Created:
    """A file got made, with a name."""

    path: Path
    file: int


@dataclass(frozen=True)
class Written:
    """Data went to the end of a file."""

    file: int
    data: bytes


@dataclass(frozen=True)
class Truncated:
    """A file was cut to a size in bytes."""

    file: int
    size: int


@dataclass(frozen=True)
class Synced:
    """The content of a file was brought to the disk."""

    file: int


@dataclass(frozen=True)
class Replaced:
    """A file got another name."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Unlinked:
    """A name was removed."""

    path: Path


@dataclass(frozen=True)
class FolderSynced:
    """The names in a folder were brought to the disk."""

    folder: Path


@dataclass(frozen=True)
class Marked:
    """Something happened that is no operation, such as an acknowledgement."""

    what: object


Operation: TypeAlias = (
    "Found | Created | Written | Truncated | Synced | Replaced | Unlinked | FolderSynced | Marked"
)


class RecordingFiles:
    """Does what other files do, and records it in order.

    A file is known by a number of its own, whatever names it gets. Writes have to go to the end of
    files, as those of services do. What fails is not recorded: what fails on purpose wraps this
    one. `_guard` guards all state and is held over each operation, so that the order is the real
    one.

    Args:
        files: What does the work.

    Attributes:
        operations: What was done so far.
    """

    def __init__(self, files: Files = SYSTEM_FILES) -> None:
        self._files = files
        self._guard = threading.Lock()
        self._names: dict[Path, int] = {}
        self._descriptors: dict[int, int] = {}
        self._last = 0
        self.operations: list[Operation] = []
        self.status = files.status

    def mark(self, what: object) -> None:
        """Record that something happened, between two operations."""
        with self._guard:
            self.operations.append(Marked(what))

    def open(self, path: Path, flags: int, mode: int = 0o600, /) -> int:
        """Open a file.

        Raises:
            ValueError: Writes would not go to its end.
        """
        with self._guard:
            before = path.read_bytes() if path.exists() else None
            if before and not flags & os.O_APPEND:
                raise ValueError("A file is opened for appending, or made.")
            descriptor = self._files.open(path, flags, mode)
            self._descriptors[descriptor] = self._known(path, before)
            return descriptor

    def _known(self, path: Path, before: bytes | None) -> int:
        """Return the number of a file that was opened."""
        if before is not None and path in self._names:
            return self._names[path]
        self._last += 1
        self._names[path] = self._last
        known = Created(path, self._last) if before is None else Found(path, self._last, before)
        self.operations.append(known)
        return self._last

    def write(self, descriptor: int, data: bytes | memoryview, /) -> int:
        """Write to the end of a file."""
        with self._guard:
            taken = self._files.write(descriptor, data)
            self.operations.append(Written(self._descriptors[descriptor], bytes(data[:taken])))
            return taken

    def truncate(self, descriptor: int, size: int, /) -> None:
        """Cut a file."""
        with self._guard:
            self._files.truncate(descriptor, size)
            self.operations.append(Truncated(self._descriptors[descriptor], size))

    def sync(self, descriptor: int, /) -> None:
        """Bring a file to the disk."""
        with self._guard:
            self._files.sync(descriptor)
            self.operations.append(Synced(self._descriptors[descriptor]))

    def close(self, descriptor: int, /) -> None:
        """Close a descriptor. That brings nothing to the disk."""
        with self._guard:
            self._files.close(descriptor)
            del self._descriptors[descriptor]

    def replace(self, source: Path, target: Path, /) -> None:
        """Rename a file."""
        with self._guard:
            self._files.replace(source, target)
            self._names[target] = self._names.pop(source)
            self.operations.append(Replaced(source, target))

    def unlink(self, path: Path, /) -> None:
        """Remove a name."""
        with self._guard:
            self._files.unlink(path)
            if self._names.pop(path, None) is not None:
                self.operations.append(Unlinked(path))

    def sync_folder(self, folder: Path, /) -> None:
        """Bring names to the disk."""
        with self._guard:
            self._files.sync_folder(folder)
            self.operations.append(FolderSynced(folder))
