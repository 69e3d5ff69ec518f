"""Sequences as files that TestStand opens, made from a template of the user's."""

from __future__ import annotations

from teststand_runner.writing.comparing import difference
from teststand_runner.writing.template import Template, read_template, template_of
from teststand_runner.writing.writer import write_sequence_file

__all__ = ["Template", "difference", "read_template", "template_of", "write_sequence_file"]
