"""What a power cut can leave of files, at any moment of a recorded run.

The model: what was synced is there. Of what was done to a file since its last sync the beginning is
there, up to anywhere, and the last write of it perhaps in part; each file goes its own way. Of what
was done to the names in a folder since its last sync, likewise the beginning is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from session_sharing.testing.recording_files import (
    Created,
    FolderSynced,
    Found,
    Marked,
    Operation,
    Replaced,
    Synced,
    Truncated,
    Unlinked,
    Written,
)

NameChange = Created | Replaced | Unlinked


@dataclass(frozen=True)
class PowerCut:
    """What one power cut leaves.

    Attributes:
        after: How many operations were done before it.
        marks: What was marked before it, in order.
        files: The content of each file, by the path that it has then.
    """

    after: int
    marks: Sequence[object]
    files: Mapping[Path, bytes]


@dataclass
class _File:
    """The content of a file that is on the disk, and what was done to it since."""

    content: bytes = b""
    pending: list[Written | Truncated] = field(default_factory=list)

    def after(self, count: int, torn: int | None = None) -> bytes:
        """Return what it has after some of what is pending, of which the last may be torn."""
        content = self.content
        for place, change in enumerate(self.pending[:count], start=1):
            if isinstance(change, Truncated):
                content = content[: change.size]
            else:
                content += change.data[:torn] if place == count else change.data
        return content

    def leavings(self, thorough: bool) -> list[bytes]:
        """Return what it may have: with all of what is pending, with nothing, and in between."""
        count = len(self.pending)
        left = [self.after(done) for done in (count, *range(count))]
        for last in range(1 if thorough else max(1, count), count + 1):
            change = self.pending[last - 1]
            size = len(change.data) if isinstance(change, Written) else 0
            cuts = (1, size // 2, size - 1) if thorough else (size // 2,)
            left += [self.after(last, cut) for cut in cuts if 0 < cut < size]
        return list(dict.fromkeys(left))


class _Disk:
    """What is on a disk, and what is on its way there."""

    def __init__(self) -> None:
        self.files: dict[int, _File] = {}
        self.names: dict[Path, int] = {}
        self.pending: list[NameChange] = []

    def do(self, operation: Operation) -> None:
        """Do what was recorded."""
        match operation:
            case Found(path, file, content):
                self.names[path] = file
                self.files[file] = _File(content)
            case Created(file=file):
                self.files[file] = _File()
                self.pending.append(operation)
            case Written(file=file) | Truncated(file=file):
                self.files[file].pending.append(operation)
            case Synced(file):
                self.files[file] = _File(self.files[file].after(len(self.files[file].pending)))
            case Replaced() | Unlinked():
                self.pending.append(operation)
            case FolderSynced(folder):
                self._sync_names(folder)
            case Marked():
                pass

    def _sync_names(self, folder: Path) -> None:
        for change in self.pending:
            if _folder(change) == folder:
                _rename(self.names, change)
        self.pending = [change for change in self.pending if _folder(change) != folder]

    def namings(self) -> Iterator[dict[Path, int]]:
        """Yield which names there may be: with nothing of what is pending, with some, with all."""
        names = dict(self.names)
        yield dict(names)
        for change in self.pending:
            _rename(names, change)
            yield dict(names)


def power_cuts(
    operations: Sequence[Operation], *, first: int = 0, thorough: bool = False
) -> Iterator[PowerCut]:
    """Yield what power cuts can leave, at any moment of a run; the same in the same state once.

    For each file each beginning of what is on its way is tried, while all others have all of it
    and while they have nothing of it; with each beginning of the changes of names.

    Args:
        operations: The run.
        first: Before so many operations there is none.
        thorough: Whether each write may be the torn one, at several places, and not the last alone.
    """
    disk = _Disk()
    marks: list[object] = []
    seen: set[tuple[int, frozenset[tuple[Path, bytes]]]] = set()
    for after, operation in enumerate(operations, start=1):
        disk.do(operation)
        if isinstance(operation, Marked):
            marks.append(operation.what)
        if after < first:
            continue
        for files in _leavings(disk, thorough):
            state = (len(marks), frozenset(files.items()))
            if state not in seen:
                seen.add(state)
                yield PowerCut(after, list(marks), files)


def _leavings(disk: _Disk, thorough: bool) -> Iterator[dict[Path, bytes]]:
    for names in disk.namings():
        choices = {path: disk.files[file].leavings(thorough) for path, file in names.items()}
        for others in (0, 1):
            base = {path: left[min(others, len(left) - 1)] for path, left in choices.items()}
            yield base
            for path, left in choices.items():
                yield from ({**base, path: content} for content in left)


def _folder(change: NameChange) -> Path:
    return (change.target if isinstance(change, Replaced) else change.path).parent


def _rename(names: dict[Path, int], change: NameChange) -> None:
    match change:
        case Created(path, file):
            names[path] = file
        case Replaced(source, target):
            names[target] = names.pop(source)
        case Unlinked(path):
            names.pop(path, None)
