"""The types of columns in which PostgreSQL and SQLite differ."""

from __future__ import annotations

from datetime import datetime, timezone

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, exact to the microsecond.

    PostgreSQL has a type for it. SQLite has none: there it is a text of 26 characters,
    `2026-01-02 03:04:05.678901`, which sorts, and which SQLite's functions of time understand.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert a moment of any time zone."""
        return None if value is None else value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a moment its time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


class StoredNow(FunctionElement[datetime]):
    """The time of the transaction by the database's clock."""

    type = Moment()
    inherit_cache = True


@compiles(StoredNow)
def _now(_element: StoredNow, _compiler: SQLCompiler, **_options: object) -> str:
    return "now()"


@compiles(StoredNow, "sqlite")
def _now_of_sqlite(_element: StoredNow, _compiler: SQLCompiler, **_options: object) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"  # It knows milliseconds, no more.


NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""The number of a row: SQLite makes numbers for columns of this type only."""

JSON_TEXT = Text().with_variant(JSON(), "postgresql")
"""JSON, kept as it was written: PostgreSQL's JSONB turns 1e5 into 100000, a float into an int."""
