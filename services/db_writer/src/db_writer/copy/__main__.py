"""Copies all records of one database into another: `python -m db_writer.copy FROM TO`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from db_writer.copy import Progress, copy_records
from db_writer.copy.opening import open_source, open_target
from session_sharing.errors import OutcomeUnknownError, SharingError, UnavailableError

_INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Copy as the command line says; return the exit code of the process."""
    options = _parser().parse_args(arguments)
    progress = Progress()
    try:
        return _run(options, progress)
    except KeyboardInterrupt:
        return _fail(f"Interrupted: {_so_far(progress)}", _INTERRUPTED)


def _run(options: argparse.Namespace, progress: Progress) -> int:
    try:
        _copy(options, progress)
    except SharingError as error:
        return _fail(error.message)
    copied = progress.now - progress.had
    records = f"all {progress.now} records of {options.source}"
    print(f"{options.target} has {records}; {copied} were copied.")
    return 0


def _copy(options: argparse.Namespace, progress: Progress) -> None:
    with ExitStack() as clients:
        source = open_source(clients, options.source, options.address)
        target = open_target(clients, source, options.target, options.address)
        try:
            copy_records(source, target, progress)
        except (UnavailableError, OutcomeUnknownError) as error:
            # What follows the first sentence is advice to programs that go on, which this does not.
            what_happened = error.message.partition(". ")[0].rstrip(".")
            raise UnavailableError(
                f"{what_happened}. When it is back: {_so_far(progress)}"
            ) from error


def _so_far(progress: Progress) -> str:
    return (
        f"{progress.now} records are known to be copied; start the copy again, it goes on from "
        "there."
    )


def _fail(text: str, code: int = 1) -> int:
    print(f"db_writer.copy: {text}", file=sys.stderr, flush=True)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="db_writer.copy",
        description="Copies all records of one database into another, which is empty, and reads "
        "them back. Started again, it goes on where it was interrupted.",
    )
    parser.add_argument("source", metavar="FROM", help="where the records are")
    parser.add_argument("target", metavar="TO", help="where they are to be")
    parser.add_argument("--address", help="host:port of the service; by default it is discovered")
    return parser


if __name__ == "__main__":
    sys.exit(main())
