"""Files that the command writes."""

from __future__ import annotations

from pathlib import Path

from teststand_runner.errors import TestStandRunnerError


class CannotWriteError(TestStandRunnerError):
    """A file cannot be written."""


def write_file(path: Path, data: bytes) -> None:
    """Write a file.

    Raises:
        CannotWriteError: That fails.
    """
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CannotWriteError(f"{path} cannot be written: {error.strerror or error}.") from error


def check_writable(path: Path) -> None:
    """Check that a file can be written, before a run whose results would be lost; it is there then.

    Raises:
        CannotWriteError: It cannot.
    """
    try:
        with path.open("ab"):
            pass
    except OSError as error:
        raise CannotWriteError(f"{path} cannot be written: {error.strerror or error}.") from error
