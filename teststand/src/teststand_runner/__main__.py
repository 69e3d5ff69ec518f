"""Runs a sequence file, and says plainly what comes of it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from session_sharing.signals import stop_signals
from session_sharing.text import printable
from teststand_runner.errors import TestStandRunnerError
from teststand_runner.results import Event, StepEnded
from teststand_runner.running import StopRequests, run_file


def main(arguments: list[str]) -> int:
    """Run the file of the command line; return the exit code."""
    if len(arguments) != 1:
        print("Usage: python -m teststand_runner FILE", file=sys.stderr)
        return 2
    requests = StopRequests()
    for each in stop_signals():
        signal.signal(each, lambda *_: requests.request())
    try:
        results = run_file(Path(arguments[0]), listener=_tell, requests=requests)
    except TestStandRunnerError as error:
        print(error, file=sys.stderr)
        return 2
    for result in results:
        print(printable(f"{result.sequence}: {result.status.value} {result.error}".rstrip()))
    return 0 if all(result.status.good for result in results) else 1


def _tell(event: Event) -> None:
    if isinstance(event, StepEnded):
        result = event.result
        place = f"{result.place.thread}, {result.place.group.value}, {result.place.name}"
        print(printable(f"{place}: {result.status.value} {result.error}".rstrip()), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
