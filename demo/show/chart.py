"""Draws lanes over time: who held the session from when to when, and how long it was open."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from demo.scenes.steps import Plugin
from demo.show.lanes import Fill, Lane

NAME_WIDTH = max(len(plugin.value) for plugin in Plugin)

BLOCKS = {
    Fill.RUNNING: "·",
    Fill.OPEN: "░",
    Fill.PENDING: "▒",
    Fill.RESERVED: "▓",
    Fill.HELD: "█",
    Fill.REFUSED: "×",
}
ASCII = {
    Fill.RUNNING: ".",
    Fill.OPEN: "-",
    Fill.PENDING: "~",
    Fill.RESERVED: "=",
    Fill.HELD: "#",
    Fill.REFUSED: "x",
}


def fills_for(encoding: str | None) -> Mapping[Fill, str]:
    """Return the signs that an encoding has: blocks, or ASCII where it has none."""
    try:
        "".join(BLOCKS.values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return BLOCKS


class Scale:
    """Gives moments columns, in proportion to time where there is room.

    Different moments have different columns, so that nothing seems to happen at once that did not;
    only more moments than columns share them.

    Args:
        moments: The moments that are to be told apart; at least one.
        width: How many columns there are.
    """

    def __init__(self, moments: Iterable[datetime], width: int) -> None:
        self._moments = sorted(set(moments))
        start = self._moments[0]
        duration = (self._moments[-1] - start).total_seconds() or 1.0
        self._columns = [
            int((moment - start).total_seconds() / duration * (width - 1))
            for moment in self._moments
        ]
        if len(self._columns) <= width:
            _push_apart(self._columns, width)

    @property
    def width(self) -> int:
        """How many columns are used."""
        return self._columns[-1] + 1

    def column(self, moment: datetime) -> int:
        """Return the column of a moment; one that is not to be told apart lies between others."""
        index = bisect_left(self._moments, moment)
        if index == len(self._moments):
            return self._columns[-1]
        if index == 0 or self._moments[index] == moment:
            return self._columns[index]
        before, after = self._moments[index - 1], self._moments[index]
        part = (moment - before) / (after - before)
        first, last = self._columns[index - 1], self._columns[index]
        return first + round(part * (last - first))


def _push_apart(columns: list[int], width: int) -> None:
    """Move columns that coincide: first to the right, then back from the right edge."""
    for index in range(1, len(columns)):
        columns[index] = max(columns[index], columns[index - 1] + 1)
    limit = width
    for index in reversed(range(len(columns))):
        columns[index] = limit = min(columns[index], limit - 1)


def draw(rows: Sequence[Lane], width: int, fills: Mapping[Fill, str]) -> list[str]:
    """Draw lanes, and the duration of the whole below them.

    Args:
        rows: The lanes.
        width: How wide a line may be, in characters.
        fills: The signs to draw with.
    """
    spans = [span for row in rows for span in row.spans]
    if not spans:
        return []
    start, end = min(span.since for span in spans), max(span.until for span in spans)
    apart = [span for span in spans if span.fill is not Fill.RUNNING]
    moments = [start, end, *(moment for span in apart for moment in (span.since, span.until))]
    scale = Scale(moments, width - NAME_WIDTH - 1)
    lines = [f"{row.name[:NAME_WIDTH]:{NAME_WIDTH}} {_cells(row, scale, fills)}" for row in rows]
    duration = f"{(end - start).total_seconds() * 1000:.0f} ms"
    return [*lines, f"{'':{NAME_WIDTH}} 0{duration:>{scale.width - 1}}"]


def _cells(row: Lane, scale: Scale, fills: Mapping[Fill, str]) -> str:
    cells = [" "] * scale.width
    for span in row.spans:
        first = scale.column(span.since)
        for column in range(first, max(scale.column(span.until), first + 1)):
            cells[column] = fills[span.fill]
    return "".join(cells).rstrip()
