"""Copies all records of one database into another: `python -m db_writer.copy FROM TO`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from db_writer.client import DbWriterClient
from db_writer.copy import copy_records
from session_sharing import Behavior
from session_sharing.errors import SharingError


def main(arguments: Sequence[str] | None = None) -> int:
    """Copy as the command line says; return the exit code of the process."""
    parser = argparse.ArgumentParser(
        prog="db_writer.copy",
        description="Copies all records of one database into another, which is empty, and reads "
        "them back. Started again, it goes on where it was interrupted.",
    )
    parser.add_argument("source", metavar="FROM", help="where the records are")
    parser.add_argument("target", metavar="TO", help="where they are to be")
    parser.add_argument("--address", help="host:port of the service; by default it is discovered")
    options = parser.parse_args(arguments)
    try:
        with ExitStack() as clients:
            # Behaviour 1 refuses a database that somebody else has open, and tells who.
            source, target = (
                clients.enter_context(
                    DbWriterClient(
                        name, Behavior.INITIALIZE_SERVER_SESSION, address=options.address
                    )
                )
                for name in (options.source, options.target)
            )
            had, now = copy_records(source, target)
    except SharingError as error:
        print(f"db_writer.copy: {error}", file=sys.stderr)
        return 1
    print(f"{options.target} has all {now} records of {options.source}; {now - had} were copied.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
