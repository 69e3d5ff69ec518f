"""Sequences from a file of any kind."""

from __future__ import annotations

from pathlib import Path

from teststand_runner.definition import read_definition
from teststand_runner.errors import NotASequenceFileError
from teststand_runner.model import SequenceFile
from teststand_runner.reading import read_sequence_file
from teststand_runner.special_files import is_special

DEFINITION_SUFFIX = ".toml"


def open_sequences(path: Path) -> SequenceFile:
    """Return the sequences of a sequence file of TestStand's, or of a definition (`.toml`).

    Raises:
        SequenceFileError: It cannot be read, or is wrong; it names the file and the place.
    """
    if is_special(path):
        error = NotASequenceFileError("this is a pipe or a device: name a regular file.")
        error.file = path.name
        raise error
    if path.suffix.lower() == DEFINITION_SUFFIX:
        return read_definition(path)
    return read_sequence_file(path)
