"""The operator's commands: `python -m session_sharing COMMAND`.

A command is a module with two functions: `add_to(subparsers)` describes it, and names its
`execute(arguments) -> int`, which returns the exit code.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from session_sharing.cli import close, doctor, list_sessions, output, run, watch
from session_sharing.errors import SharingError

__all__ = ["main"]

_COMMANDS = (run, list_sessions, watch, close, doctor)


def main(argv: Sequence[str] | None = None) -> int:
    """Execute one command, and return the exit code: 0 if it succeeded, 1 with one line if not.

    Args:
        argv: The command and its arguments; those of the process if None.

    Raises:
        SystemExit: The usage is wrong (code 2), or help was asked for; also what the program raises
            that `run` runs, as any other exception of it.
    """
    arguments = _parser().parse_args(argv)
    if arguments.execute is run.execute:  # The program's streams and errors are its own.
        return int(arguments.execute(arguments))
    output.escape_what_streams_cannot_take()
    try:
        return int(arguments.execute(arguments))
    except SharingError as error:
        return output.print_errors([error])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m session_sharing",
        description="Joins programs to the local station, and shows and closes shared "
        "sessions, and finds what is wrong.",
        allow_abbrev=False,
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_to(subparsers)
    return parser
