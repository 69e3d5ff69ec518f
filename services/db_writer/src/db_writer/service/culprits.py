"""Which record of an entry is the one that the database refuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.exc import DBAPIError

from db_writer.service.failures import WriteError, judge
from db_writer.service.inserting import checked_rows
from db_writer.service.record_rows import Entry, RecordRows
from db_writer.service.settings import DatabaseSettings

TryOut = Callable[[Sequence[RecordRows]], None]


def first_refused(entry: Entry, try_out: TryOut, settings: DatabaseSettings) -> int | None:
    """Return the number of the first record for which an entry is refused; nothing is stored.

    Args:
        entry: What was refused.
        try_out: Stores rows, and takes them back.
        settings: The database.

    Returns:
        None if none is refused: a rule that is looked at only at the end, or it was mended.

    Raises:
        WriteError: Something else is in the way.
    """
    singles = entry.singles()
    for single in singles:
        if _has_no_place(single):
            return single.numbers.start
    rows = checked_rows(singles)
    taken, refused = 0, len(rows)
    if not _refuses(rows, try_out, settings):
        return None
    while refused - taken > 1:
        middle = (taken + refused) // 2
        if _refuses(rows[:middle], try_out, settings):
            refused = middle
        else:
            taken = middle
    return entry.numbers[taken]


def _has_no_place(single: Entry) -> bool:
    try:
        checked_rows([single])
    except WriteError:
        return True
    return False


def _refuses(rows: Sequence[RecordRows], try_out: TryOut, settings: DatabaseSettings) -> bool:
    try:
        try_out(rows)
    except DBAPIError as error:
        failure = judge(error, settings)
        if not failure.of_record:
            raise WriteError(failure) from error
        return True
    return False
