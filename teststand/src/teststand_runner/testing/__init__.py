"""Sequence files for tests: made here, in both forms."""

from __future__ import annotations

from teststand_runner.testing.binary_writing import write_binary
from teststand_runner.testing.example import example_file, small_file
from teststand_runner.testing.templates import template_file, with_steps
from teststand_runner.testing.xml_writing import write_xml

__all__ = ["example_file", "small_file", "template_file", "with_steps", "write_binary", "write_xml"]
