"""The servers of the project, found by their packages: a new one is fuzzed without being named."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from session_sharing.testing.fuzz_target import Target

ROOT = Path(__file__).parents[2]


def found_targets() -> list[Target]:
    """Return how every server below `services/` is fuzzed.

    A package says it in its `tests/any_request.py`, as `TARGETS`; one that has none is started as
    every session service is, and called with the names that these have in common.
    """
    packages = sorted(path.parent for path in ROOT.glob("services/*/pyproject.toml"))
    return [target for package in packages for target in _targets(package)]


def promised(target: Target) -> set[str]:
    """Return the full names of the services in the protos of a target's package.

    Session services have those too that are common to all.
    """
    package = target.module.partition(".")[0]
    files = sorted(ROOT.glob(f"protos/{package}/**/*.proto"))
    common = sorted(ROOT.glob("protos/session_sharing/**/*.proto")) if target.opens_names else []
    return {name for file in [*files, *common] for name in _services(file.read_text("utf-8"))}


def _services(proto: str) -> list[str]:
    (package,) = re.findall(r"^package ([\w.]+);", proto, re.MULTILINE)
    return [f"{package}.{name}" for name in re.findall(r"^service (\w+)", proto, re.MULTILINE)]


def _targets(package: Path) -> list[Target]:
    if not (package / "tests" / "any_request.py").exists():
        return [Target(package.name)]
    told = importlib.import_module(f"services.{package.name}.tests.any_request")
    return list(told.TARGETS)
