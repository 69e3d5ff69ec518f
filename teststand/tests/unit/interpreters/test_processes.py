"""Where Pythons are, and how processes end."""

from __future__ import annotations

import pytest

from teststand_runner.interpreters import InterpreterStartError, python_of
from teststand_runner.interpreters.processes import exit_text


@pytest.mark.parametrize("parts", [("Scripts", "python.exe"), ("bin", "python")])
def test_an_environment_of_either_platform_has_its_python(tmp_path, parts):
    """The folder of a virtual environment is enough, wherever it was made."""
    python = tmp_path.joinpath(*parts)
    python.parent.mkdir()
    python.touch()
    assert python_of(tmp_path) == python


def test_a_folder_without_python_is_told(tmp_path):
    """The error names the folder and what it has to have."""
    with pytest.raises(InterpreterStartError, match=r"no virtual environment.*python\.exe"):
        python_of(tmp_path)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (3, "exit code 3"),
        (0xC0000005, "exit code 0xc0000005"),
        (-9, "signal"),
        (-250, "signal 250"),
        (None, "it is still ending"),
    ],
)
def test_ends_are_told_as_people_know_them(code, text):
    """Signals have names, and the codes of Windows are in the base that its manuals have."""
    assert exit_text(code).startswith(text)
