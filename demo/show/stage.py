"""Shows scenes, and what came of all, to people."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Sequence
from datetime import timedelta

from demo.show.chart import draw, fills_for
from demo.show.lanes import Fill, lanes
from demo.show.moments import moments, tell
from demo.show.table import table
from demo.told.performance import Performance
from demo.told.spans import holds, meetings, openings
from session_sharing import Record

NARROWEST = 60
"""The narrowest terminal that is drawn for, in characters: below that nothing can be seen."""

_COLUMNS = ("BEHAVIOUR", "WAY", "RUNS", "OPENS", "AT ONCE", "LINES", "RESULT")
"""So short that the longest behaviour fits a terminal of 80 characters."""


class Stage:
    """Writes to standard output, as wide as the terminal, with the signs that its encoding has."""

    def __init__(self) -> None:
        # One column less: some terminals break a line that is full.
        self._width = max(NARROWEST, shutil.get_terminal_size((81, 24)).columns) - 1
        self._fills = fills_for(sys.stdout.encoding)

    def say(self, text: str) -> None:
        """Write a paragraph."""
        print(textwrap.fill(text, self._width, break_on_hyphens=False, break_long_words=False))

    def show_legend(self) -> None:
        """Explain the charts."""
        signs = ", ".join(f"{self._fills[fill]} {fill.value}" for fill in Fill)
        self.say(
            f"In the charts: {signs}. Time runs to the right; where much happens in a short time "
            "it is stretched, so that nothing seems to be at once that was not. Below them, two "
            "times are the first and the last of several."
        )

    def show_scene(self, number: int, performance: Performance, faults: Sequence[str]) -> None:
        """Show a scene: its story, its chart, its moments, and what was wrong with it."""
        scene = performance.scene
        print(f"\n=== {number}. {scene.title} ===")
        self.say(scene.story)
        print()
        rows = lanes(performance)
        for line in draw(rows, self._width, self._fills):
            print(line)
        start = min([span.since for row in rows for span in row.spans], default=None)
        if start is not None:
            for line in tell(moments(performance), start, self._width):
                print(line)
        for fault in faults:
            self.say(f"NOT AS IT SHOULD BE: {fault}")

    def show_summary(self, rows: Sequence[Sequence[str]]) -> None:
        """Show the result of all scenes."""
        print("\n=== What was shared ===")
        self.say(
            "AT ONCE is how long both measurements held the session at the same moment, and LINES "
            "is how many records they wrote there; what is in database and file counts once."
        )
        print()
        for line in table(_COLUMNS, rows, self._width):
            print(line)

    def show_records(self, records: Sequence[Record], place: str) -> None:
        """Show some records of a log, shortened, where it passes from one writer to the other.

        Args:
            records: All records of the log.
            place: Where it is.
        """
        print(f"\n=== From {place}, shortened ===")
        for record in excerpt(records):
            print(_shortened(record)[: self._width])
        contexts = [record.context for record in records if record.context]
        stations = " or ".join(sorted({one.station for one in contexts if one.station}))
        programs = " or ".join(sorted({one.program for one in contexts if one.program}))
        self.say(f"(Each names its station, {stations}, and its program, {programs}.)")

    def say_that_nothing_is_kept(self) -> None:
        """Tell how the logs could be kept."""
        self.say("(The logs go with the demonstration; with --folder DIR they are kept there.)")


def summary(performance: Performance, faults: Sequence[str]) -> tuple[str, ...]:
    """Return a scene's row of the summary."""
    held = holds(performance.events, performance.names)
    together = sum((shared for _, _, shared in meetings(held)), timedelta())
    return (
        f"{int(performance.scene.behavior)} {performance.scene.behavior.name}",
        performance.scene.way.value,
        str(len(performance.runs)),
        str(len(openings(performance.events))),
        f"{together.total_seconds() * 1000:.0f} ms" if together else "never",
        str(len(performance.records)),
        "WRONG" if faults else "right",
    )


def excerpt(records: Sequence[Record], count: int = 6) -> Sequence[Record]:
    """Return records around the last place where the writer changes."""
    names = [record.measurement_name for record in records]
    changes = [index for index in range(1, len(names)) if names[index] != names[index - 1]]
    middle = changes[-1] if changes else len(records)
    first = max(0, min(middle - count // 2, len(records) - count))
    return records[first : first + count]


def _shortened(record: Record) -> str:
    """Tell of a record in a line; what was measured comes first, as the end may be cut off."""
    values = sorted(record.outputs.items(), key=lambda item: not isinstance(item[1], float))
    units = record.units or {}
    found = [f"{name} {_short(value)} {units.get(name, '')}".rstrip() for name, value in values]
    outputs = ", ".join([*found, *([record.status] if record.status else [])])
    serial_number = record.context.serial_number if record.context else ""
    time = f"{record.timestamp:%H:%M:%S.%f}"[:-3]  # milliseconds
    return f"{time}  {record.measurement_name}  {serial_number}  {outputs}"


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else json.dumps(value)
