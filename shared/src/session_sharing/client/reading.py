"""Reading records back: what is asked for, and from lines to records."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from session_sharing.errors import InvalidRequestError
from session_sharing.records import Record, parse_line


def check_last(last: int | None) -> int | None:
    """Return how many records from the end are asked for; None for all.

    Raises:
        InvalidRequestError: There is no such number.
    """
    if last is not None and (type(last) is not int or not 0 <= last < 1 << 64):
        raise InvalidRequestError(f"Cannot read the last {last!r} records. Give 0 or more.")
    return last


def records_of(reading: Generator[Any, None, None]) -> Iterator[Record]:
    """Yield the records of a stream of lines, and end the stream.

    Raises:
        SharingError: The session is gone, or a line is no record.
    """
    with closing(reading) as responses:
        for response in responses:
            for line in response.lines.splitlines(keepends=True):
                yield parse_line(line)
