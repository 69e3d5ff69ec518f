"""The command: shows two measurement plug-ins that share one log file, and one database."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.demonstration import Demonstration
from demo.interruptions import Interruptions
from demo.made.demonstration import MadeDemonstration
from demo.made.parts import Parts, made_services
from demo.scenes import SCENES
from session_sharing.cli.output import escape_what_streams_cannot_take

INTERRUPTED = 130
"""The exit code that shells give to what Ctrl-C ended."""


def main() -> int:
    """Play the scenes; return 0 if everything was as it should be."""
    options = _options()
    escape_what_streams_cannot_take()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # it is a text stream
    # What the library warns of here is what the demonstration shows.
    logging.getLogger("session_sharing").setLevel(logging.ERROR)
    try:
        with Interruptions() as interruptions, _folder(options.folder) as folder:
            if options.service:
                parts = Parts(options.service)
                faults = MadeDemonstration(folder, interruptions, parts).run()
            else:
                kept = options.folder is not None
                demonstration = Demonstration(folder, interruptions, kept=kept)
                faults = demonstration.run(options.scenes, keep=options.keep)
    except KeyboardInterrupt:
        print("Interrupted: everything that was started has ended.", file=sys.stderr)
        return INTERRUPTED
    return _verdict(faults)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument(
        "--folder", type=_made, metavar="DIR", help="where to leave the logs (default: nowhere)"
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave everything running, to look around"
    )
    parser.add_argument(
        "--scenes",
        type=int,
        default=len(SCENES),
        choices=range(1, len(SCENES) + 1),
        metavar="N",
        help=f"play only the first N scenes (of {len(SCENES)})",
    )
    parser.add_argument(
        "--service",
        type=_service,
        metavar="NAME",
        help="show a service that `nox -s new_service` made, and its two plug-ins, instead",
    )
    options = parser.parse_args()
    if options.service and (options.keep or options.scenes != len(SCENES)):
        parser.error("--service goes with --folder alone")
    return options


def _service(name: str) -> str:
    made = made_services()
    if name not in made:
        known = ", ".join(made) or "none yet: `nox -s new_service -- NAME` makes one"
        raise argparse.ArgumentTypeError(f"there is no {name} that was made; there is {known}")
    return name


def _made(name: str) -> Path:
    folder = Path(name).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot make {name}: {error.strerror}") from error
    return folder


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="session-sharing-demo-") as temporary:
        yield Path(temporary)


def _verdict(faults: list[str]) -> int:
    for fault in faults:
        print(f"NOT AS IT SHOULD BE: {fault}", file=sys.stderr)
    print("\nSomething is wrong." if faults else "\nEverything was as it should be.")
    return 1 if faults else 0
