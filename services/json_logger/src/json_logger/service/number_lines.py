"""The side file that holds the record numbers of a log: its lines, and what they come to.

A text file whose lines have checksums. The first names the format and the log. A line of stored
numbers may follow. Every further line is an intent: before something is written to the log, it says
how long the log is, and where each piece that has numbers will begin and end. Whether the pieces
of an intent were stored is told by the length in the next one; for the last one, by the log itself.
When a log is closed, the last line is an intent of nothing: it tells how long the log was left.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from json_logger.service.pieces import Lines
from session_sharing.journals.lines import read_lines, to_line

FORMAT = 1
"""The version of the format; another one is not read."""

_to_json = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True)
class Piece:
    """Where a piece was to be in the log, in bytes, and what is stored if it is there."""

    attachment_id: str
    last_number: int
    start: int
    end: int


@dataclass(frozen=True)
class LogSeen:
    """The log as it was when something was noted of it last.

    Attributes:
        file: Which file it was: its number on its device.
        size: How many bytes it had, at least.
    """

    file: int
    size: int = 0

    def fits(self, log: os.stat_result, size: int) -> bool:
        """Return whether a log of this size can be that one, with what was written since."""
        return self.file == log.st_ino and self.size <= size


@dataclass
class Recalled:
    """What was read of a side file.

    Attributes:
        numbers: The highest stored number of each attachment, that stored last at the end.
        pending: The pieces of the last intent: the log has to tell whether they are in it. Of
            another log than this one nothing can be told, so they count as not stored.
        log: The log when the last line was written; None if the file does not tell.
        damage: What is wrong with the file; empty if nothing is.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    pending: list[Piece] = field(default_factory=list)
    log: LogSeen | None = None
    damage: str = ""

    def take_stored(self, size: int) -> None:
        """Settle what is pending, as the log reached this size and no more."""
        for piece in self.pending:
            if piece.end <= size:
                self.numbers.pop(piece.attachment_id, None)  # The last one goes to the end.
                self.numbers[piece.attachment_id] = piece.last_number
        self.pending = []


def beginning(log: os.stat_result, numbers: Mapping[str, int]) -> str:
    """Return the first lines.

    Args:
        log: The log, as the system describes it.
        numbers: The highest stored number of each attachment.
    """
    header = to_line(_to_json({"format": FORMAT, "log": [log.st_dev, log.st_ino]}))
    return header + to_line(_to_json(numbers)) if numbers else header


def pieces_of(size: int, group: Sequence[Lines]) -> str:
    """Return, as text, where those pieces of a group will be that have numbers.

    Args:
        size: How many bytes the log has.
        group: What will be appended to it.
    """
    pieces = []
    end = size
    for lines in group:
        start, end = end, end + len(lines.data)
        records = lines.records
        if records is not None:
            pieces.append(f"[{_to_json(records.attachment_id)},{records.last},{start},{end}]")
    return ",".join(pieces)


def intent(size: int, pieces: str) -> str:
    """Return the line that goes before a group is written.

    Args:
        size: How many bytes the log has.
        pieces: What `pieces_of` returned for the group.
    """
    return to_line(f"[{size},[{pieces}]]")


def recall(content: bytes, log: os.stat_result) -> Recalled:
    """Read a side file; of one that is damaged, what stands before the damage.

    Args:
        content: What is in it.
        log: The log, as the system describes it.
    """
    lines = read_lines(content)
    damage = "" if lines.damaged_at is None else f"damaged at byte {lines.damaged_at}"
    if not lines.texts:
        return Recalled(damage=damage)
    try:
        device, file = _header(lines.texts[0])
    except ValueError as error:
        return Recalled(damage=f"not understood at line 1 ({error})")
    recalled = Recalled(log=LogSeen(file), damage=damage)
    for number, text in enumerate(lines.texts[1:], start=2):
        try:
            _take_line(recalled, text, file)
        except ValueError as error:
            recalled.damage = f"not understood at line {number} ({error})"
            break
    if (device, file) != (log.st_dev, log.st_ino):
        recalled.pending = []
    return recalled


def _header(text: str) -> tuple[int, int]:
    """Return the device and the number of the log that a first line tells.

    Raises:
        ValueError: It is no first line of this version.
    """
    try:
        header = json.loads(text)
        version, (device, file) = header["format"], header["log"]
        if version != FORMAT:
            raise ValueError(f"of format {version}, which is not known here")
        return _whole(device), _whole(file)
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"no first line: {error!r}") from error


def _take_line(recalled: Recalled, text: str, file: int) -> None:
    """Take what a further line says of a log, whose number on its device is given.

    Raises:
        ValueError: It is no line of this version; then nothing is taken.
    """
    try:
        said = json.loads(text)
        if isinstance(said, dict):
            recalled.numbers.update({who: _whole(number) for who, number in said.items()})
            return
        size, pieces = said
        pending = [Piece(str(who), *map(_whole, places)) for who, *places in pieces]
        recalled.take_stored(_whole(size))
    except (TypeError, RecursionError) as error:
        raise ValueError(f"no line: {error!r}") from error
    recalled.pending = pending
    recalled.log = LogSeen(file, size)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value
