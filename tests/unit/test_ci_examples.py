"""The jobs that `docs/howto/ci_without_ni.md` shows."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "docs" / "howto" / "files"
INSTALL = "python -m pip install --requirement requirements-station.txt"


def commands(name: str) -> list[str]:
    """Return the commands of a job, in their order."""
    job = yaml.safe_load((FILES / name).read_text("utf-8"))
    return [*_commands(job)]


def _commands(node: Any) -> Any:
    if isinstance(node, dict):
        yield from (node[key] for key in ("run", "bash") if isinstance(node.get(key), str))
        yield from node.get("script", ())
        for child in node.values():
            yield from _commands(child)
    elif isinstance(node, list):
        for child in node:
            yield from _commands(child)


@pytest.mark.parametrize("name", ["github_actions.yml", "azure_pipelines.yml", "gitlab_ci.yml"])
def test_every_job_does_the_same(name: str) -> None:
    """Each job is valid YAML, takes the checkout, installs what was tried, and runs the tests."""
    clone, install, test = commands(name)
    assert re.fullmatch(r'git clone --depth 1 "\$.*SESSION_SHARING_URL.*" session-sharing', clone)
    assert (install, test) == (INSTALL, "python -m pytest --timeout 120")


def test_what_is_installed_is_there() -> None:
    """Each path of the requirements is a package, with the extras that are asked for."""
    lines = (FILES / "requirements-station.txt").read_text("utf-8").splitlines()
    named = [re.fullmatch(r"\./session-sharing/([^\[]+)(?:\[(\w+)\])?", line) for line in lines]
    found = {}
    for folder, extra in (match.groups() for match in named if match):
        project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
        assert extra is None or extra in project["optional-dependencies"]
        found[project["name"]] = project["dependencies"]
    needed = {Requirement(text).name for texts in found.values() for text in texts}
    assert {name for name in needed if name.startswith("session-sharing")} <= found.keys()
