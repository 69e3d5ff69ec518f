"""The files that run in the user's Python."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from teststand_runner.interpreters import child

FILES = sorted(Path(child.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_child_needs_the_standard_library_of_python_39_alone(file):
    """Its syntax is that of Python 3.9, and it imports nothing that an environment may lack."""
    tree = ast.parse(file.read_text("utf-8"), feature_version=(3, 9))
    nodes = list(ast.walk(tree))
    imports = [node for node in nodes if isinstance(node, ast.Import)]
    absolute = {alias.name for node in imports for alias in node.names}
    sources = [node for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    absolute |= {str(node.module) for node in sources}
    assert {name.partition(".")[0] for name in absolute} <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.Match) for node in nodes)
