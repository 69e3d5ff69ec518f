"""Sequences in the project's own form: TOML, which people read and compare."""

from __future__ import annotations

from teststand_runner.definition.definition_file import FORM, parse_definition, read_definition

__all__ = ["FORM", "parse_definition", "read_definition"]
