"""The script for machines that have only Python and git."""

from __future__ import annotations

import ast
from pathlib import Path
from subprocess import CalledProcessError

import pytest

import run


def build(folder: Path) -> None:
    """Make what passes for an environment."""
    (folder / run.PYTHON).parent.mkdir(parents=True)
    (folder / run.PYTHON).write_text("new", "utf-8")


def contents(target: Path) -> str:
    return (target / run.PYTHON).read_text("utf-8")


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run, "build", build)
    return tmp_path / "runner" / "nox"


def test_old_pythons_can_read_it() -> None:
    """An old Python gets as far as the message, so nothing newer than 3.6 stands in the file."""
    source = Path(run.__file__).read_text("utf-8")
    ast.parse(source, feature_version=(3, 6))
    assert "from __future__ import annotations" not in source.splitlines()


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 9, 18)])
def test_old_python_is_told_what_is_needed(version: tuple[int, ...]) -> None:
    """Who starts it with an old Python learns which one is needed."""
    message = str(run.obstacle(version))
    assert "Python 3.10 or newer is needed" in message
    assert f"is Python 3.{version[1]}" in message


@pytest.mark.parametrize("version", [(3, 10, 0), (3, 14, 0)])
def test_newer_python_will_do(version: tuple[int, ...]) -> None:
    """Python 3.10 and everything after it is accepted."""
    assert run.obstacle(version) is None


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_missing_module_is_told(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the distribution leaves out a module, the text names the package that has it."""
    monkeypatch.setattr(
        run.importlib.util, "find_spec", lambda name: None if name == missing else 1
    )
    message = str(run.obstacle((3, 11, 2)))
    assert f"it lacks {missing}" in message
    assert "apt install python3.11-venv" in message


def test_environment_is_made_once(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second call takes what the first one made."""
    assert run.ensure(target) == target / run.PYTHON
    monkeypatch.setattr(run, "build", None)
    assert run.ensure(target) == target / run.PYTHON


def test_interrupted_environment_is_not_taken(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interruption leaves nothing behind, and the next call makes the environment."""

    def interrupted(folder: Path) -> None:
        build(folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "build", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.ensure(target)
    assert list(target.parent.iterdir()) == []
    monkeypatch.setattr(run, "build", build)
    assert run.ensure(target).exists()


def test_first_of_two_wins(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is overtaken while making the environment uses the other one's, and leaves no rubbish."""

    def overtaken(folder: Path) -> None:
        build(folder)
        build(target)
        (target / run.PYTHON).write_text("of the first", "utf-8")

    monkeypatch.setattr(run, "build", overtaken)
    run.ensure(target)
    assert contents(target) == "of the first"
    assert list(target.parent.iterdir()) == [target]


def test_broken_environment_is_replaced(target: Path) -> None:
    """An environment whose Python has gone is made anew."""
    (target / "lib").mkdir(parents=True)
    run.ensure(target)
    assert contents(target) == "new"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    ("arguments", "handed_over"),
    [
        ([], ["--list"]),
        (["tests"], ["--session", "tests"]),
        (["tests", "--", "-k", "x"], ["--session", "tests", "--", "-k", "x"]),
        (["--list"], ["--list"]),
    ],
)
def test_arguments_are_handed_over(
    arguments: list[str], handed_over: list[str], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is a session, options are nox's own, and without arguments the sessions are listed."""
    commands: list[list[str]] = []
    monkeypatch.setattr(run, "RUNNER", target)
    monkeypatch.setattr(run, "hand_over", lambda command: commands.append(command) or 0)
    assert run.main(arguments) == 0
    (command,) = commands
    assert command[0] == str(target / run.PYTHON)
    assert command[command.index("--noxfile") + 2 :] == handed_over


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (CalledProcessError(1, "ensurepip", b"no wheels\n"), 1, "no wheels\nThe environment"),
        (CalledProcessError(1, "pip"), 1, "could not be made, see above"),
        (KeyboardInterrupt(), 130, "the next call starts anew"),
    ],
)
def test_failed_setup_is_told(
    error: BaseException,
    code: int,
    text: str,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A set-up that fails or is interrupted ends with what to do, and with no traceback."""

    def failing(_folder: Path) -> None:
        raise error

    monkeypatch.setattr(run, "RUNNER", target)
    monkeypatch.setattr(run, "build", failing)
    assert run.main(["tests"]) == code
    assert text in capsys.readouterr().err
