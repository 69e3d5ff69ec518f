"""A file system that fails on purpose: the n-th operation, once or for ever, or that is held up."""

from __future__ import annotations

import errno
import os
import threading
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from session_sharing.service.files import SYSTEM_FILES, Files

OPERATIONS: Final = ("open", "write", "truncate", "sync", "replace", "unlink", "sync_folder")
"""What can fail, by the names of the methods."""

GATE_SECONDS = 10.0
"""How long an operation waits at a gate, at most."""


@dataclass
class Fault:
    """What goes wrong.

    Attributes:
        operations: Which operations are counted: some of `OPERATIONS`.
        at: The number of the operation that fails, from 1, counted since the fault was set.
        code: The `errno` that it fails with. None is for a write that takes a part, and no error.
        lasting: Whether all that come after it fail too.
        takes: How many bytes a write takes nevertheless.
        seen: How many operations were counted.
        struck: Those of them that failed, in order.
    """

    operations: Collection[str]
    at: int = 1
    code: int | None = errno.ENOSPC
    lasting: bool = False
    takes: int = 0
    seen: int = 0
    struck: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make sure that it can happen.

        Raises:
            ValueError: It cannot.
        """
        if not set(self.operations) <= set(OPERATIONS):
            raise ValueError(f"Only {', '.join(OPERATIONS)} can fail.")
        if self.code is None and set(self.operations) != {"write"}:
            raise ValueError("Only a write can take a part without an error.")

    def strikes(self, operation: str) -> bool:
        """Count an operation; return whether it fails."""
        if operation not in self.operations:
            return False
        self.seen += 1
        is_due = self.seen >= self.at if self.lasting else self.seen == self.at
        if is_due:
            self.struck.append(operation)
        return is_due


@dataclass
class Gate:
    """Holds up one operation until it is opened.

    Attributes:
        operation: The kind of operation; the next of its kind is held up.
        came: Set when one is there.
        opened: Set by the test to let it go on.
    """

    operation: str
    came: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)


class FailingFiles:
    """Does what other files do, but for what is set to fail or to be held up.

    May be used from any thread: `_guard` guards all state, and nothing is done or waited for
    under it.

    Args:
        files: What does the work.

    Attributes:
        counts: How often each operation was asked for.
    """

    def __init__(self, files: Files = SYSTEM_FILES) -> None:
        self._files = files
        self._guard = threading.Lock()
        self._fault: Fault | None = None
        self._gate: Gate | None = None
        self.counts: Counter[str] = Counter()
        self.status = files.status
        self.close = files.close

    def set(self, fault: Fault) -> None:
        """Let something go wrong from now on, in the place of what did before."""
        with self._guard:
            self._fault = fault

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        with self._guard:
            self._fault = None

    def hold_up(self, operation: str) -> Gate:
        """Hold up the next operation of a kind until the gate that is returned is opened."""
        gate = Gate(operation)
        with self._guard:
            self._gate = gate
        return gate

    def open(self, path: Path, flags: int, mode: int = 0o600, /) -> int:
        """Open a file, or fail."""
        self._meet("open")
        return self._files.open(path, flags, mode)

    def write(self, descriptor: int, data: bytes | memoryview, /) -> int:
        """Write, or write a part and fail."""
        fault = self._passes("write")
        if fault is None:
            return self._files.write(descriptor, data)
        taken = self._files.write(descriptor, data[: fault.takes]) if fault.takes else 0
        if fault.code is not None:
            raise OSError(fault.code, os.strerror(fault.code))
        return taken

    def truncate(self, descriptor: int, size: int, /) -> None:
        """Cut a file, or fail."""
        self._meet("truncate")
        self._files.truncate(descriptor, size)

    def sync(self, descriptor: int, /) -> None:
        """Bring a file to the disk, or fail."""
        self._meet("sync")
        self._files.sync(descriptor)

    def replace(self, source: Path, target: Path, /) -> None:
        """Rename a file, or fail."""
        self._meet("replace")
        self._files.replace(source, target)

    def unlink(self, path: Path, /) -> None:
        """Remove a name, or fail."""
        self._meet("unlink")
        self._files.unlink(path)

    def sync_folder(self, folder: Path, /) -> None:
        """Bring names to the disk, or fail."""
        self._meet("sync_folder")
        self._files.sync_folder(folder)

    def _meet(self, operation: str) -> None:
        fault = self._passes(operation)
        if fault is not None and fault.code is not None:
            raise OSError(fault.code, os.strerror(fault.code))

    def _passes(self, operation: str) -> Fault | None:
        """Count an operation, and wait if it is held up; return the fault if it is to fail."""
        with self._guard:
            self.counts[operation] += 1
            gate = self._gate if self._gate and self._gate.operation == operation else None
            if gate is not None:
                self._gate = None
            fault = self._fault
            strikes = fault is not None and fault.strikes(operation)
        if gate is not None:
            gate.came.set()
            if not gate.opened.wait(GATE_SECONDS):
                raise TimeoutError(f"Nobody opened the gate of {operation} in {GATE_SECONDS} s.")
        return fault if strikes else None
