"""A table that fits the terminal."""

from __future__ import annotations

from collections.abc import Sequence

_GAP = "  "
_CUT = ".."


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return the lines of a table; where it is too wide, its first column is cut.

    Args:
        columns: The headings.
        rows: The cells.
        width: How wide a line should be, in characters.
    """
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    others = sum(len(_GAP) + room for room in widths[1:])
    least = len(columns[0])
    widths[0] = max(least, min(widths[0], width - others))
    return [_line(row, widths) for row in (columns, *rows)]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first = row[0] if len(row[0]) <= widths[0] else row[0][: widths[0] - len(_CUT)] + _CUT
    cells = zip((first, *row[1:]), widths, strict=True)
    return _GAP.join(cell.ljust(room) for cell, room in cells).rstrip()
