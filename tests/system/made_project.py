"""A copy of the project in which a service is made, as its author does it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.packages import PLACES, ROOT

SECONDS = 100.0
GENERATOR_VARIABLE = "SESSION_SHARING_CODEGEN_PYTHON"
"""Names a Python that has the pinned generator of stubs, where `nox -s codegen` made none."""


class MadeProject:
    """A copy of the project, in a folder of its own.

    Args:
        folder: Where it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_tracked_files(cls, folder: Path) -> MadeProject:
        """Copy what git knows of the project; skip the test where that cannot be told."""
        for name in _tracked():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
        return cls(folder)

    def copy(self, folder: Path) -> MadeProject:
        """Copy this copy, with all that was made in it."""
        return MadeProject(Path(shutil.copytree(self.folder, folder)))

    def run(
        self, *arguments: str, python: Path | None = None, expected: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy; fail with all that it said if it ends otherwise."""
        done = subprocess.run(
            [str(python or sys.executable), *arguments],
            cwd=self.folder,
            env=self.environment(python),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == expected, f"{arguments}:\n{done.stdout}\n{done.stderr}"
        return done

    def environment(self, python: Path | None = None) -> dict[str, str]:
        """Return the variables by which a Python has the packages of the copy, not the installed.

        Args:
            python: Which; that of the tests if None.
        """
        sources = [path for place in PLACES for path in self.folder.glob(f"{place}/src")]
        others = [self.folder, self.folder / "teststand" / "code_modules"]
        path = os.pathsep.join(map(str, [*others, *sources]))
        beside = (python or Path(sys.executable)).parent  # where the generator has its plug-ins
        programs = os.pathsep.join([str(beside), os.environ["PATH"]])
        return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "PATH": programs}

    def files(self) -> dict[str, bytes]:
        """Return what is in the copy but for what Python and the tools leave."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and not _is_left(path.relative_to(self.folder).parts)
        }

    def make_stubs(self) -> None:
        """Make the stubs from the protos."""
        self.run("-m", "tools.codegen", python=generator())


def _is_left(parts: Sequence[str]) -> bool:
    return "__pycache__" in parts or parts[0] in {".mypy_cache", ".ruff_cache", ".hypothesis"}


def _tracked() -> Sequence[str]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git, or no checkout: what belongs to the project is not known")
    listed = subprocess.run(
        [git, "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    ).stdout.split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


def generator() -> Path:
    """Return a Python that makes stubs; skip the test where there is none."""
    found = python_with("grpc_tools", os.environ.get(GENERATOR_VARIABLE), "codegen")
    if found is None:
        pytest.skip(f"no generator of stubs: run `nox -s codegen`, or set {GENERATOR_VARIABLE}")
    return found


def linter() -> Path:
    """Return a Python that has the linters; skip the test where there is none."""
    found = python_with("mypy", sys.executable, "lint")
    if found is None:
        pytest.skip("no linters: run `nox -s lint` first")
    return found


def python_with(module: str, first: str | None, session: str) -> Path | None:
    """Return a Python that has a module: the first choice, or that of a session of nox."""
    program = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    candidates = [Path(first)] if first else []
    candidates += sorted((ROOT / ".nox").glob(f"{session}*/{program}"))
    for python in candidates:
        command = [str(python), "-c", f"import {module}"]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return python
    return None
