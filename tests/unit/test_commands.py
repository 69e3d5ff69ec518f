"""The developer's commands, and where people read of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.nox_sessions import nox_sessions
from tools.packages import ROOT

TOLD_IN = (".ci/run", ".github/workflows/ci.yml", "pyproject.toml")
COMMAND = re.compile(r"(?:run\.py|nox(?: -R)? -s|nox(?: -R)? --session) +([a-z][a-z_]*)")
DEMO_LINE = "python3 run.py demo"
TEST_LINE = "python3 run.py tests"


def text(name: str) -> str:
    path = ROOT / name
    return path.read_text("utf-8")


@pytest.mark.parametrize("name", TOLD_IN)
def test_told_commands_exist(name: str) -> None:
    """Who reads of a command where no page tells of it finds it."""
    sessions = {session.name for session in nox_sessions()}
    assert set(COMMAND.findall(text(name))) - sessions == set()


def test_sessions_are_those_of_nox() -> None:
    """What is read in the text of `noxfile.py` has names, and says which ones `nox` alone runs."""
    sessions = {session.name: session.is_default for session in nox_sessions()}
    assert {
        "lint": True,
        "tests": True,
        "demo": False,
        "codegen": False,
    }.items() <= sessions.items()


def test_commands_explain_themselves() -> None:
    """`nox -l` tells what each command does, in one line."""
    lengths = {session.name: len(session.help.splitlines()) for session in nox_sessions()}
    assert set(lengths.values()) == {1}, lengths


@pytest.mark.parametrize("line", [DEMO_LINE, TEST_LINE])
def test_readme_has_the_two_lines(line: str) -> None:
    """A newcomer finds in the README how to see it run and how to test it."""
    assert line in text("README.md")


def test_continuous_integration_ends_with_the_tests() -> None:
    """Each change is checked by the README's own line, and the tests have the last word."""
    script = [line for line in text(".ci/run").splitlines() if line and not line.startswith("#")]
    assert script[-1].startswith(TEST_LINE)


def test_continuous_integration_follows_the_tutorials() -> None:
    """What newcomers are told to type first is typed at each change, though it takes minutes."""
    line = "run: python3 run.py reliability -- tests/system/test_pages.py -k docs/tutorial"
    assert line in text(".github/workflows/ci.yml")


def test_continuous_integration_calls_the_same_script() -> None:
    """The hosted checks run the script that anyone can run."""
    workflows = list(Path(ROOT, ".github", "workflows").glob("*.yml"))
    assert any("bash .ci/run" in path.read_text("utf-8") for path in workflows)
