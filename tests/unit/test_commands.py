"""The developer's commands, and where people read of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tools.packages import ROOT

TOLD_IN = ("README.md", "CONTRIBUTING.md", "tests/README.md", ".ci/run", "pyproject.toml")
COMMAND = re.compile(r"(?:run\.py|nox(?: -R)? -s|nox(?: -R)? --session) +([a-z][a-z_]*)")
DEMO_LINE = "python3 run.py demo"
TEST_LINE = "python3 run.py tests"


def text(name: str) -> str:
    path = ROOT / name
    return path.read_text("utf-8")


def is_session(node: ast.expr) -> bool:
    call = node.func if isinstance(node, ast.Call) else node
    return isinstance(call, ast.Attribute) and call.attr == "session"


def sessions() -> dict[str, str]:
    """Return the sessions of the noxfile with their help."""
    body = ast.parse(text("noxfile.py")).body
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    return {
        function.name: ast.get_docstring(function) or ""
        for function in functions
        if any(map(is_session, function.decorator_list))
    }


@pytest.mark.parametrize("name", TOLD_IN)
def test_told_commands_exist(name: str) -> None:
    """Who types a command that a page names gets it."""
    assert set(COMMAND.findall(text(name))) - set(sessions()) == set()


def test_commands_explain_themselves() -> None:
    """`nox -l` tells what each command does, in one line."""
    lengths = {name: len(help_text.splitlines()) for name, help_text in sessions().items()}
    assert set(lengths.values()) == {1}, lengths


@pytest.mark.parametrize("line", [DEMO_LINE, TEST_LINE])
def test_readme_has_the_two_lines(line: str) -> None:
    """A newcomer finds in the README how to see it run and how to test it."""
    assert line in text("README.md")


def test_continuous_integration_ends_with_the_tests() -> None:
    """Each change is checked by the README's own line, and the tests have the last word."""
    script = [line for line in text(".ci/run").splitlines() if line and not line.startswith("#")]
    assert script[-1].startswith(TEST_LINE)


def test_continuous_integration_calls_the_same_script() -> None:
    """The hosted checks run the script that anyone can run."""
    workflows = list(Path(ROOT, ".github", "workflows").glob("*.yml"))
    assert any("bash .ci/run" in path.read_text("utf-8") for path in workflows)
