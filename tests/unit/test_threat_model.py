"""The threat model, and the page of what is bounded, name tests that there are, for each row."""

from __future__ import annotations

import ast
import re

import pytest

from tools.packages import ROOT

PAGES = {
    name: (ROOT / "docs" / "explanation" / f"{name}.md").read_text("utf-8")
    for name in ("threat_model", "limits")
}
SECTIONS = {"threat_model": "## Threats, defences, tests", "limits": "# What is bounded"}
NAMED = re.compile(r"`([\w/.]+\.py)(?:::(\w+))?`")
CODE = re.compile(r"`([^`\n]+)`")
FOUND = sorted({pair for page in PAGES.values() for pair in NAMED.findall(page)})


def rows(page: str) -> list[str]:
    """Return the rows of the table of threats, or of bounds."""
    section = PAGES[page].partition(f"{SECTIONS[page]}\n")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("page", PAGES)
def test_each_threat_has_a_test(page: str) -> None:
    """No defence and no bound is claimed that nothing holds."""
    assert len(rows(page)) >= 15
    assert [row for row in rows(page) if not NAMED.search(row)] == []


@pytest.mark.parametrize("page", PAGES)
def test_each_named_test_is_in_a_file(page: str) -> None:
    """Nobody is sent to a test of a file that nobody can find."""
    named = [code for code in CODE.findall(PAGES[page]) if "::" in code or ".py" in code]
    assert [code for code in named if not NAMED.fullmatch(f"`{code}`")] == []


@pytest.mark.parametrize("file", sorted({file for file, _ in FOUND}))
def test_named_tests_exist(file: str) -> None:
    """Who looks for the test that holds a defence finds it."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    found = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    named = {name for path, name in FOUND if path == file and name}
    assert all(name.startswith("test_") for name in named)
    assert named - found == set()
