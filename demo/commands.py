"""What people type to look around: whole lines, to be pasted as they are."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence

from session_sharing.discovery.location import ADDRESS_VARIABLE

_ARGUMENTS = (
    ("list",),
    ("watch",),
    ("close", "SESSION", "--reason", "to see what happens"),
)


def blocks(python: str, address: str, platform: str = sys.platform) -> list[tuple[str, list[str]]]:
    """Return the lines for each shell of a platform, under the name of the shell if need be.

    Args:
        python: The path of the Python that has everything.
        address: host:port of the station.
        platform: As `sys.platform` has it.
    """
    if platform == "win32":
        return [
            ("PowerShell:", _lines(f'$env:{ADDRESS_VARIABLE} = "{address}"', _powershell, python)),
            ("Command prompt:", _lines(f"set {ADDRESS_VARIABLE}={address}", _prompt, python)),
        ]
    return [("", _lines(f"export {ADDRESS_VARIABLE}={address}", shlex.join, python))]


def _lines(assignment: str, join: Callable[[Sequence[str]], str], python: str) -> list[str]:
    program = (python, "-m", "session_sharing")
    return [assignment, *(join([*program, *arguments]) for arguments in _ARGUMENTS)]


def _prompt(words: Sequence[str]) -> str:
    # A path cannot have a quotation mark on Windows.
    return " ".join(word if _is_plain(word) else f'"{word}"' for word in words)


def _powershell(words: Sequence[str]) -> str:
    quoted = (word if _is_plain(word) else "'" + word.replace("'", "''") + "'" for word in words)
    return f"& {' '.join(quoted)}"


def _is_plain(word: str) -> bool:
    return word.replace("_", "").replace("-", "").isalnum()
