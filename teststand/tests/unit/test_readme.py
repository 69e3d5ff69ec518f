"""The page says what there is."""

from __future__ import annotations

import re
from pathlib import Path

from teststand_runner.cli import ExitCode
from teststand_runner.cli.options import run_parser
from teststand_runner.cli.write import parser as write_parser
from teststand_runner.definition import parse_definition
from teststand_runner.definition.steps import KEYS

PACKAGE = Path(__file__).resolve().parents[2]
PAGE = (PACKAGE / "README.md").read_text("utf-8")


def test_definition_of_the_page_is_one() -> None:
    """Who copies the example has a definition that is read."""
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (sequence,) = parse_definition(example).sequences
    assert [step.name for step in sequence.steps] == ["Use the pin map", "Count"]


def test_all_options_are_told() -> None:
    """Each option of both commands is on the page, and no other one."""
    parsers = (run_parser(), write_parser())
    known = {
        option
        for parser in parsers
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--")
    }
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE))
    assert told == known - {"--help"}


def test_all_exit_codes_are_told() -> None:
    """Programs that start the runner can rely on the table."""
    (table,) = re.findall(r"\| exit code \| \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE)
    assert [int(line.split("|")[1]) for line in table.splitlines()] == list(ExitCode)


def test_all_kinds_of_steps_are_told() -> None:
    """Whatever a step of a definition can do is in the table."""
    told = set(re.findall(r"^\| `([a-z_]+)(?: = true)?` \|", PAGE, re.MULTILINE))
    assert set(KEYS) <= told


def test_steps_of_the_demonstration_by_hand_are_its_steps() -> None:
    """The functions and paths that a user types are those of the definition."""
    text = (PACKAGE / "sequences" / "session_sharing.toml").read_text("utf-8")
    modules = set(re.findall(r"teststand_\w+\.py", text))
    assert modules == set(re.findall(r"`(?:\.\.\\code_modules\\)?(teststand_\w+\.py)`", PAGE))
    creating = set(re.findall(r"create_\w+", text))
    assert creating == set(re.findall(r"`(create_\w+)`", PAGE))
    for name in ("session_sharing.pinmap", "LOG_VOLTAGE", "LOG_CURRENT", "180"):
        assert name in PAGE, name
        assert name in text
    assert (PACKAGE / "sequences" / "session_sharing.pinmap").is_file()
