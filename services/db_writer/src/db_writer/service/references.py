"""The numbers of stations, programs, runs and units, which measurements refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from db_writer.service.record_rows import Names, RecordRows
from db_writer.service.schema import programs, runs, stations, units_under_test

Numbers: TypeAlias = "tuple[int | None, ...]"
"""The numbers for `Names`, in the same order."""

MAX_CACHED = 10_000
"""How many names of each kind are remembered."""

_TABLES: Sequence[Table] = (stations, programs, runs, units_under_test)  # as in `Names`
_AT_ONCE = 500


class References:
    """Knows the numbers of names, and makes new ones.

    Only one thread uses it, the one that writes. What was made is remembered when `committed` was
    called.
    """

    def __init__(self) -> None:
        self._known: tuple[dict[str, int], ...] = tuple({} for _ in _TABLES)
        self._made: list[tuple[dict[str, int], dict[str, int]]] = []

    def known(self, rows: Iterable[RecordRows]) -> Mapping[Names, Numbers] | None:
        """Return the numbers for all rows if they are known without asking the database."""
        try:
            return {
                names: tuple(
                    None if name is None else known[name]
                    for name, known in zip(names, self._known, strict=True)
                )
                for names in {row.names for row in rows}
            }
        except KeyError:
            return None

    def resolve(
        self, connection: Connection, rows: Iterable[RecordRows]
    ) -> Mapping[Names, Numbers]:
        """Return the numbers for all rows; names that are new are stored in the transaction."""
        wanted = {row.names for row in rows}
        columns = [
            self._numbers(connection, table, known, {name for name in column if name is not None})
            for table, known, column in zip(
                _TABLES, self._known, zip(*wanted, strict=True), strict=True
            )
        ]
        return {
            names: tuple(
                None if name is None else column[name]
                for name, column in zip(names, columns, strict=True)
            )
            for names in wanted
        }

    def committed(self) -> None:
        """Remember what was made: the transaction is committed."""
        for known, found in self._made:
            known.update(found)
            for name in list(islice(known, max(0, len(known) - MAX_CACHED))):
                del known[name]
        self._made.clear()

    def forget(self) -> None:
        """Forget everything: the transaction failed, or others deleted what was known."""
        self._made.clear()
        for known in self._known:
            known.clear()

    def _numbers(
        self, connection: Connection, table: Table, known: dict[str, int], names: set[str]
    ) -> Mapping[str, int]:
        numbers = {name: known[name] for name in names & known.keys()}
        missing = sorted(
            names - numbers.keys()
        )  # One order for all, so that nobody waits crosswise
        if missing:
            found = _find(connection, table, missing)
            new = [name for name in missing if name not in found]
            if new:
                _make(connection, table, new)
                found |= _find(connection, table, new)
            self._made.append((known, found))
            numbers |= found
        return numbers


def _find(connection: Connection, table: Table, names: Sequence[str]) -> dict[str, int]:
    number, name = table.columns
    found: dict[str, int] = {}
    for some in _parts(names):
        rows = connection.execute(select(name, number).where(name.in_(some)))
        found.update((row[0], row[1]) for row in rows)
    return found


def _make(connection: Connection, table: Table, names: Sequence[str]) -> None:
    """Store names; those that another service stores at the same time are left to it."""
    name = table.columns[1].name
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    connection.execute(insert.on_conflict_do_nothing(), [{name: each} for each in names])


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]
