"""Files that the command writes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from teststand_runner.errors import TestStandRunnerError
from teststand_runner.special_files import is_special


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
    check_regular(path)
    try:
        with path.open("ab"):
            pass
    except OSError as error:
        raise CannotWriteError(f"{path} cannot be written: {error.strerror or error}.") from error


def check_regular(path: Path) -> None:
    """Check that a path is no pipe or device, which would be waited for, perhaps for ever.

    Raises:
        CannotWriteError: It is one.
    """
    if is_special(path):
        raise CannotWriteError(f"{path} is a pipe or a device: name a regular file, or a new one.")


def check_apart(path: Path, others: Iterable[Path]) -> None:
    """Check that a file that is to be written is none of some others.

    Raises:
        CannotWriteError: It is one, perhaps by another name.
    """
    for other in others:
        if _is_same(path, other):
            raise CannotWriteError(f"{path} would overwrite {other}: name another file.")


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # One is not there yet.
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))
