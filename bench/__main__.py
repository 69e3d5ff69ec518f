"""Measures how fast it is: `python -m bench`, or `nox -s bench`.

What is compared is measured in turns in one run: trust the ratios. No number is a failure.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.at_rest import measure_at_rest
from bench.attach import measure_attach
from bench.batch import measure_batch
from bench.database_many import measure_database_hundred, measure_database_thousand
from bench.database_single import measure_database_single
from bench.effort import FULL, QUICK, Effort
from bench.fifty import measure_fifty
from bench.measuring import Tell
from bench.opening import measure_open
from bench.progress import Progress
from bench.report import Report, show
from bench.single import measure_single
from bench.station import measure_station
from bench.tls import measure_tls
from session_sharing.cli.output import print_json

BENCHMARKS: dict[str, Callable[[Effort, Path, Tell], Report]] = {
    "open": measure_open,
    "single": measure_single,
    "batch": measure_batch,
    "attach": measure_attach,
    "fifty": measure_fifty,
    "at-rest": measure_at_rest,
    "database-single": measure_database_single,
    "database-hundred": measure_database_hundred,
    "database-thousand": measure_database_thousand,
    "station": measure_station,
    "tls": measure_tls,
}
MINIMUM_PAIRS = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmarks that were asked for; return the exit code."""
    arguments = _parse(argv)
    effort = _effort(arguments)
    if not arguments.json:
        print(", ".join(f"{name} {value}" for name, value in machine().items()))
    reports = []
    for name in arguments.names or BENCHMARKS:
        reports.append(_run(name, effort, arguments.folder))
        if not arguments.json:
            show(reports[-1])
    if arguments.json:
        effort_fields = dataclasses.asdict(effort)
        found = [report.fields() for report in reports]
        print_json({"machine": machine(), "effort": effort_fields, "benchmarks": found})
    return 0


def machine() -> dict[str, Any]:
    """Return what the numbers depend on."""
    return {
        "python": platform.python_version(),
        "grpcio": version("grpcio"),
        "system": platform.system(),
        "processors": os.cpu_count(),
    }


def _run(name: str, effort: Effort, folder: Path | None) -> Report:
    progress = Progress()
    with tempfile.TemporaryDirectory(prefix="session-sharing-bench-", dir=folder) as temporary:
        try:
            own = Path(temporary)
            return BENCHMARKS[name](effort, own, lambda text: progress.tell(f"{name}: {text}"))
        finally:
            progress.clear()


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    known = ", ".join(BENCHMARKS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {known} (default: all)")
    parser.add_argument("--quick", action="store_true", help="a rough look, in a minute")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--pairs", type=int, help="how often each case is measured")
    parser.add_argument("--records", type=int, help="how many records the big log has")
    parser.add_argument("--folder", type=Path, help="where to work: chooses the disk")
    arguments = parser.parse_args(argv)
    unknown = sorted(set(arguments.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {known}")
    if arguments.pairs is not None and arguments.pairs < MINIMUM_PAIRS:
        parser.error(f"a spread needs {MINIMUM_PAIRS} pairs or more")
    return arguments


def _effort(arguments: argparse.Namespace) -> Effort:
    effort = QUICK if arguments.quick else FULL
    wanted = {"pairs": arguments.pairs, "records": arguments.records}
    given = {name: value for name, value in wanted.items() if value is not None}
    return dataclasses.replace(effort, **given)


if __name__ == "__main__":
    sys.exit(main())
