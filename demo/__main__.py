"""Runs the demonstration: `python -m demo`, or `nox -s demo`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from demo.crew import Crew
from demo.player import Play, interleavings, play
from demo.scenes import ALL, SCENES
from demo.stage import show_scene, show_summary
from demo.timeline import Timeline
from session_sharing.core import EventKind, SessionEvent


def main() -> int:
    """Play all scenes; return 0 if everything was as it should be."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to leave the logs (default: nowhere)")
    folder = parser.parse_args().folder
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        return run(folder.absolute())
    with tempfile.TemporaryDirectory(prefix="session-sharing-demo-") as temporary:
        return run(Path(temporary))


def run(folder: Path) -> int:
    """Play all scenes with station and logger in a folder; return the exit code."""
    print("Starting a local station, the JSON logger, and three programs that log through it ...")
    with Crew(folder, dict(os.environ), ALL) as crew:
        print(f"Discovery at {crew.station.address}, logger at {crew.logger.address}")
        names = {worker.process_id: name for name, worker in crew.workers.items()}
        timeline = Timeline(crew.logger.address)
        crew.on_end(timeline.close)
        rows, faults = [], []
        for number, scene in enumerate(SCENES):
            result = play(scene, crew)
            events = timeline.of(scene.resource)
            _check_events(result, events)
            show_scene(number, result, events, names)
            rows.append(_summary(result, events, crew.data_folder / scene.resource))
            faults += [f"{scene.behavior.name}: {fault}" for fault in result.faults]
    show_summary(rows)
    for fault in faults:
        print(f"NOT AS IT SHOULD BE: {fault}", file=sys.stderr)
    print("\nSomething is wrong." if faults else "\nEverything was as it should be.")
    return 1 if faults else 0


def _check_events(result: Play, events: list[SessionEvent]) -> None:
    """The service opened and closed the file once, and nobody held it at the end."""
    kinds = [event.kind for event in events]
    result.expect("how often the file was opened", 1, kinds.count(EventKind.OPENED))
    result.expect("how often the file was closed", 1, kinds.count(EventKind.CLOSED))
    last = events[-1].session
    result.expect("holders at the end", (), last.attachments if last else None)


def _summary(result: Play, events: list[SessionEvent], path: Path) -> tuple[str, ...]:
    opens = sum(event.kind is EventKind.OPENED for event in events)
    return (
        result.scene.behavior.name,
        str(opens),
        str(len(result.logged)),
        str(sum(result.logged.values())),
        str(interleavings(path)),
        "WRONG" if result.faults else "as it should be",
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("Interrupted; everything that was started has ended.", file=sys.stderr)
        sys.exit(130)
