"""From a sequence file to what is in it."""

from __future__ import annotations

from teststand_runner.reading.encoding import read_properties
from teststand_runner.reading.sequence_file import read_sequence_bytes, read_sequence_file

__all__ = ["read_properties", "read_sequence_bytes", "read_sequence_file"]
