"""The options of the command."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from teststand_runner.interpreters import InterpreterScope
from teststand_runner.running import STEP_SECONDS

MAX_SOCKETS = 64
_EPILOG = (
    "Exit codes: 0 all passed or done, 1 something failed, 2 refused (usage, file, or what the "
    "sequence needs), 3 an error, 4 terminated. Ctrl-C once: go to Cleanup and end; twice: end now."
)


def run_parser() -> argparse.ArgumentParser:
    """Return what reads the command line of a run."""
    parser = argparse.ArgumentParser(
        prog="python -m teststand_runner",
        description="Runs a sequence of a TestStand sequence file, or of a definition (.toml), "
        "without TestStand. `python -m teststand_runner write --help` tells how a definition "
        "becomes a sequence file.",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a .seq file, or a .toml definition"
    )
    parser.add_argument(
        "--sequence", default="MainSequence", metavar="NAME", help="the one to run (%(default)s)"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="show what is in the file; run nothing")
    what.add_argument(
        "--check", action="store_true", help="say whether the sequence can be run; run nothing"
    )
    _add_run_options(parser)
    _add_report_options(parser)
    return parser


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it runs")
    group.add_argument(
        "--step-timeout",
        type=_seconds,
        default=STEP_SECONDS,
        metavar="SECONDS",
        help="how long a Python or measurement step may take (%(default)g)",
    )
    group.add_argument(
        "--sockets", type=_sockets, default=1, metavar="N", help="executions at the same time"
    )
    group.add_argument(
        "--serial-number",
        action="append",
        default=[],
        metavar="TEXT",
        help="the file global SerialNumber; may be given once for each socket",
    )
    group.add_argument(
        "--sites",
        action="append",
        type=_sites,
        default=[],
        metavar="N,N",
        help="where measurements measure (0); may be given once for each socket",
    )
    group.add_argument(
        "--python",
        type=Path,
        metavar="FILE",
        help="the Python of all Python steps, in place of what they or the adapter say",
    )
    group.add_argument(
        "--interpreter",
        choices=[each.name.lower() for each in InterpreterScope],
        default=InterpreterScope.EXECUTION.name.lower(),
        help="which steps share an interpreter, where they leave it to the adapter (%(default)s)",
    )


def _add_report_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what it tells")
    group.add_argument("--junit", type=Path, metavar="FILE", help="write the results as JUnit XML")
    group.add_argument(
        "--json", metavar="FILE", help="write the results as JSON; - prints them, and no table"
    )
    group.add_argument("--quiet", action="store_true", help="show nothing while it runs")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds up to 86400")
    return value


def _sockets(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MAX_SOCKETS):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MAX_SOCKETS}")
    return int(text)


def _sites(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(each.isascii() and each.isdecimal() and len(each) <= 9 for each in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of site numbers, as 0,1")
    return tuple(map(int, parts))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of a run.

    Raises:
        SystemExit: The usage is wrong (code 2), or help was asked for.
    """
    parser = run_parser()
    options = parser.parse_args(argv)
    for name, given in (("serial-number", options.serial_number), ("sites", options.sites)):
        if len(given) not in {0, 1, options.sockets}:
            parser.error(f"--{name} is given {len(given)} times for {options.sockets} sockets")
    return options
