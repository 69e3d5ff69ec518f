"""The binary form of sequence files."""

from __future__ import annotations

from teststand_runner.reading.binary_form.document import read_binary

__all__ = ["read_binary"]
