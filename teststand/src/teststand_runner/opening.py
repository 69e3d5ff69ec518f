"""Sequences from a file of any kind."""

from __future__ import annotations

from pathlib import Path

from teststand_runner.definition import read_definition
from teststand_runner.model import SequenceFile
from teststand_runner.reading import read_sequence_file

DEFINITION_SUFFIX = ".toml"


def open_sequences(path: Path) -> SequenceFile:
    """Return the sequences of a sequence file of TestStand's, or of a definition (`.toml`).

    Raises:
        SequenceFileError: It cannot be read, or is wrong; it names the file and the place.
    """
    if path.suffix.lower() == DEFINITION_SUFFIX:
        return read_definition(path)
    return read_sequence_file(path)
