"""The threat model names tests that there are, for each threat."""

from __future__ import annotations

import ast
import re

import pytest

from tools.packages import ROOT

PAGE = (ROOT / "docs" / "explanation" / "threat_model.md").read_text("utf-8")
NAMED = re.compile(r"`([\w/.]+\.py)::(\w+)`")


def rows() -> list[str]:
    """Return the rows of the table of threats."""
    section = PAGE.partition("\n## Threats, defences, tests\n")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| ")][1:]


def test_each_threat_has_a_test() -> None:
    """No defence is claimed that nothing holds."""
    assert len(rows()) >= 15
    assert [row for row in rows() if not NAMED.search(row)] == []


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED.findall(PAGE)}))
def test_named_tests_exist(file: str) -> None:
    """Who looks for the test that holds a defence finds it."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    found = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    named = {name for path, name in NAMED.findall(PAGE) if path == file}
    assert all(name.startswith("test_") for name in named)
    assert named - found == set()
