"""TestStand sequences on any machine, without TestStand."""

from __future__ import annotations

from teststand_runner.errors import (
    DamagedFileError,
    FileTooLargeError,
    NotASequenceFileError,
    SequenceFileError,
    UnexpectedPropertyError,
)
from teststand_runner.listing import listing
from teststand_runner.model import SequenceFile
from teststand_runner.reading import read_sequence_file

__all__ = [
    "DamagedFileError",
    "FileTooLargeError",
    "NotASequenceFileError",
    "SequenceFile",
    "SequenceFileError",
    "UnexpectedPropertyError",
    "listing",
    "read_sequence_file",
]
