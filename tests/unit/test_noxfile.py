"""What the developer's commands do where a Python is missing; `nox -s lint` has nox to try it."""

from __future__ import annotations

import runpy
import sys
from typing import NamedTuple

import pytest

from tools.packages import ROOT

nox = pytest.importorskip("nox")
import noxfile  # noqa: E402 (it needs nox)


class EndedError(Exception):
    """A session was ended."""


class Version(NamedTuple):
    """The version of a Python."""

    major: int
    minor: int


class BareSession:
    """A session in which nothing may be done but to end it."""

    def error(self, text: str) -> None:
        """End the session."""
        raise EndedError(text)


@pytest.mark.parametrize("name", ["new_service", "codegen"])
def test_without_a_python_for_the_generator_nothing_is_made(monkeypatch, name: str) -> None:
    """A machine with newer Pythons only is told in a line which one it needs, before all else."""
    monkeypatch.setattr(noxfile, "GENERATOR", None)
    with pytest.raises(EndedError, match=r"runs on Python 3\.12 or 3\.11 or 3\.10.*install"):
        getattr(noxfile, name).func(BareSession())


@pytest.mark.parametrize(
    ("running", "others", "expected"),
    [
        ("3.11", {"python3.12"}, "3.11"),
        ("3.13", {"python3.11", "python3.10"}, "3.11"),
        ("3.13", {"py -3.10"}, "3.10"),
        ("3.13", {"python3.14"}, None),
    ],
)
def test_a_python_for_the_generator_is_looked_for(monkeypatch, running, others, expected) -> None:
    """The Python of nox makes the stubs if it can, else one that is found, or Windows' `py` has."""
    monkeypatch.setattr(noxfile, "RUNNING", running)
    monkeypatch.setattr(noxfile, "starts", lambda *python: " ".join(python) in others)
    assert noxfile.generator_python() == expected


def test_a_session_without_its_python_fails() -> None:
    """A check that could not be run is not taken for one that passed."""
    assert nox.options.error_on_missing_interpreters is True


def test_where_stubs_cannot_be_made_no_environment_is_left(monkeypatch) -> None:
    """Who installs the Python that was missing gets an environment of that one."""
    monkeypatch.setattr("nox.registry._REGISTRY", {})  # the sessions are read a second time
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "version_info", Version(3, 99))
    bare = runpy.run_path(str(ROOT / "noxfile.py"))
    assert bare["GENERATOR"] is None
    assert bare["codegen"].venv_backend == "none"
