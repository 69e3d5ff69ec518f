"""The commands, as their parsers say: programs, sub-commands, options, defaults, exit codes."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from unittest.mock import patch

from docs.extensions.markdown import cell, code, table
from tools.programs import parsers, program_names, sub_parsers

_COLUMNS = "90"


def commands_page() -> str:
    """Return a section for each program of the project."""
    return "\n".join(line for name in program_names() for line in _program(name))


def _program(name: str) -> Iterator[str]:
    for words, parser in parsers(name).items():
        yield from _section(parser, " ".join(["python -m", name, *words]), "##" + "#" * len(words))


def _section(parser: argparse.ArgumentParser, title: str, level: str) -> Iterator[str]:
    yield f"{level} {title}\n"
    for text in (parser.description, parser.epilog):
        if text:
            yield f"{' '.join(text.split())}\n"
    commands = sub_parsers(parser)
    with patch.dict(os.environ, COLUMNS=_COLUMNS):  # not those of who builds it
        yield f"```text\n{parser.format_usage()}```\n"
    yield table(["argument", "meaning"], _arguments(parser))
    for name, sub_parser in commands.items():
        yield from _section(sub_parser, f"{title} {name}", f"{level}#")


def _arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    formatter = parser._get_formatter()
    for action in parser._actions:
        if action.help == argparse.SUPPRESS or isinstance(action, argparse._HelpAction):
            continue
        if isinstance(action, argparse._SubParsersAction):
            continue
        words = formatter._format_action_invocation(action)
        yield code(words), cell(formatter._expand_help(action) if action.help else "")
