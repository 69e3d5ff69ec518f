"""What people are told to type."""

from __future__ import annotations

import shlex

from demo.commands import blocks

ADDRESS = "localhost:1234"
VARIABLE = "SESSION_SHARING_DISCOVERY"


def test_lines_can_be_pasted_whole() -> None:
    """A folder with blanks and quotation marks is no obstacle to a shell."""
    python = "/home/an 'odd' folder/$HOME/bin/python"
    ((_, lines),) = blocks(python, ADDRESS, "linux")
    assert lines[0] == f"export {VARIABLE}={ADDRESS}"
    assert [shlex.split(line)[:4] for line in lines[1:]] == [
        [python, "-m", "session_sharing", command] for command in ("list", "watch", "close")
    ]


def test_lines_for_both_shells_of_windows() -> None:
    """The paths are quoted as each shell has it, and PowerShell is told to call them."""
    python = r"C:\R&D's tests\python.exe"
    (name, lines), (other, prompt) = blocks(python, ADDRESS, "win32")
    assert (name, other) == ("PowerShell:", "Command prompt:")
    assert lines[:2] == [
        f'$env:{VARIABLE} = "{ADDRESS}"',
        r"& 'C:\R&D''s tests\python.exe' -m session_sharing list",
    ]
    assert prompt[:2] == [
        f"set {VARIABLE}={ADDRESS}",
        f'"{python}" -m session_sharing list',
    ]
