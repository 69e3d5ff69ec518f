"""Looking up what commands name."""

from __future__ import annotations

import ast

import pytest

from tools.pages.checking import command_problems
from tools.pages.commands import command_words
from tools.pages.imports import import_problems

UNKNOWN = "_".join(["SESSION", "SHARING", "UNKNOWN"])  # not as one word, which would be found


def problems(line: str, language: str = "sh") -> list[str]:
    return [
        problem
        for words in command_words(line, language)
        for problem in command_problems(words, language, scripts={"saved.py"})
    ]


@pytest.mark.parametrize(
    "line",
    [
        "python -m json_logger --port 0 --ack=disk --allow-root DIR --allow-root /tmp",
        ".venv/bin/python -m session_sharing close SESSION --wait 60",
        "python -m session_sharing run -m json_logger --verbose",
        "python -m teststand_runner write --definition a.toml --template b.seq",
        "python -m teststand_runner teststand/sequences/session_sharing.toml",
        "python3 run.py bench -- open batch --quick",
        "SESSION_SHARING_SEED=1a python3 run.py tests -- tests/unit/test_run.py::test_a -k b",
        'python -m pip install "./services/json_logger[service]" somewhere_else',
        "nox -s codegen -- --check",
        "cd services/json_logger && ./start.sh",
        "sudo -u logger .venv/bin/python -W error -m json_logger --help",
        "python -m json_logger --port PORT --config $CONFIG",
        "python -m session_sharing close --help",
        "nox -s new_service -- scope_capture --display-name 'Scope Capture'",
        "nox -s docs -- --external",
        "python saved.py && python run.py",
        'sh -c "services/json_logger/start.sh --verbose"',
        "git commit -m json -m logger",
    ],
)
def test_what_exists(line: str) -> None:
    """A command that a reader can type as it stands is good."""
    assert problems(line) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("python -m tools.codegen --chekc", "has no option --chekc"),
        ("python -m json_loger", "there is no module json_loger"),
        ("python -m json_logger --prot 0", "python -m json_logger has no option --prot"),
        ("python -m json_logger --ack never", "--ack cannot be 'never'"),
        ("python -m json_logger --port", "--port needs a value"),
        ("python -m json_logger results.ndjson", "takes no 'results.ndjson'"),
        ("python -m session_sharing show", "has no command show"),
        ("python -m session_sharing list --all", "list has no option --all"),
        ("python -m session_sharing run -m json_logger --prot 1", "has no option --prot"),
        ("python -m teststand_runner write --input a", "write has no option --input"),
        ("python3 run.py test", "there is no session test;"),
        ("nox -s demo -- --fast", "python -m demo has no option --fast"),
        ("python -m pip install ./services/logger", "./services/logger is not in the repository"),
        ("python -m pip install ./services", "./services is no package"),
        ('python -m pip install "./shared[all]"', "./shared has no extra all"),
        ("cat pin_maps/mine.pinmap", "pin_maps/mine.pinmap is not in the repository"),
        (f"{UNKNOWN}=1 ls", f"nothing reads the variable {UNKNOWN}"),
        (f"ls ${UNKNOWN}", f"nothing reads the variable {UNKNOWN}"),
        ("pyhton -m json_logger", "'pyhton' is neither in the repository nor"),
        ("python -m json_logger --port abc", "--port cannot be 'abc'"),
        ("python -m json_logger --help=3", "--help takes no value"),
        ("python -m session_sharing close", "close needs session or --all"),
        ("python -m session_sharing", "session_sharing needs COMMAND"),
        ("python -m teststand_runner", "needs FILE"),
        ("python other.py", "other.py is not in the repository, nor does the page make it"),
        ("python -m pip install .", ". is no package"),
        ("python -m pip instal .", "pip has no command instal"),
        ("python --isolate -m json_logger", "Python has no option --isolate"),
        ("sudo python3 -m json_logger --prot 0", "has no option --prot"),
        ("timeout 5 python -m json_logger --prot 0", "has no option --prot"),
        ("systemd-run --user python -m json_logger --prot 0", "has no option --prot"),
        ("if true; then python -m json_logger --prot 0; fi", "has no option --prot"),
        ("for f in 1; do python -m json_logger --prot 0; done", "has no option --prot"),
    ],
)
def test_what_does_not(line: str, problem: str) -> None:
    """Who renames something that a page names, or mistypes it there, is told."""
    (found,) = problems(line)
    assert problem in found


@pytest.mark.parametrize(
    ("language", "line", "count"),
    [
        ("bat", r"py -3.11 -m json_logger --data-dir %ProgramData%\logs", 0),
        ("bat", r".venv\Scripts\python.exe -m local_station.instruments --seed 1", 0),
        ("bat", r"services\json_logger\start.bat --verbose", 0),
        ("bat", "set SESSION_SHARING_DATA=C:\\data", 0),
        ("bat", r"services\json_logger\begin.bat", 1),
        ("bat", f"set {UNKNOWN}=C:\\data", 1),
        ("bat", "py -m json_logger --prot 1", 1),
        ("bat", "ls", 1),
        ("powershell", '$env:SESSION_SHARING_DATA = "C:\\data"; py -m json_logger', 0),
        ("powershell", "Get-Service -Name json_logger", 0),
        ("powershell", f"$env:{UNKNOWN} = 1", 1),
        ("bat", "py run.py tests --prot", 1),
        ("bat", "py run.py packaging -- --prot", 1),
        ("bat", "py run.py docs -- --prot", 1),
        ("bat", "py run.py new_service -- scope_capture --prot", 1),
        ("bat", "py run.py teststand -- --template a.seq --prot", 1),
        ("bat", "py run.py teststand -- --template a.seq", 0),
        ("bat", "py -X dev -m json_logger --prot", 1),
        ("bat", "py prot.py", 1),
        ("bat", 'start "x" py -m json_logger --prot', 1),
        ("bat", r'sc create X binPath= "C:\a\python.exe -m json_logger --prot"', 1),
        ("bat", r"nssm install X C:\a\python.exe -m json_logger --prot", 1),
        ("bat", 'nssm set X AppParameters "-m json_logger --prot"', 1),
        ("bat", 'schtasks /create /tn x /tr "py -m json_logger --prot"', 1),
        ("bat", r"call services\json_logger\start.bat --prot", 1),
        ("bat", r"copy C:\session-sharing\services\json_logger\prot.toml C:\x", 1),
        ("bat", r"copy C:\session-sharing\services\json_logger\json_logger.toml C:\x", 0),
        ("bat", r'py -m pip install "services\json_logger[prot]"', 1),
        ("bat", f"setx {UNKNOWN} 1", 1),
        ("bat", "if exist x py -m json_logger --prot", 1),
        ("powershell", 'Start-Process py -ArgumentList "-m json_logger --prot"', 1),
        ("powershell", 'Start-Process py -ArgumentList "-m", "json_logger", "--prot"', 1),
        ("powershell", 'Start-Process py -ArgumentList "-m", "json_logger", "--port", "0"', 0),
        ("powershell", 'New-Service -Name x -BinaryPathName "py -m json_logger --prot"', 1),
    ],
)
def test_forms_of_windows(language: str, line: str, count: int) -> None:
    """What no test on Linux can run is looked up in the same way."""
    assert len(problems(line, language)) == count


def test_imports() -> None:
    """A program that imports what is not there is told what that is; the rest is found."""
    good = "import json_logger.client\nfrom session_sharing import Behavior, testing"
    assert list(import_problems(ast.parse(good))) == []
    wrong = "import json_loger\nfrom session_sharing import Behaviour\nfrom no_such import a"
    assert list(import_problems(ast.parse(wrong))) == [
        "there is no module json_loger",
        "session_sharing has no Behaviour",
        "there is no module no_such",
    ]
