"""The tables of a spool: one SQLite file for each server database.

`session_sharing.cli.left_spools` reads them, too, when the service does not run.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from db_writer.service.columns import Moment

FORMAT = "1"
"""What the tables are like; a later one is refused."""

metadata = MetaData()

waiting = Table(
    "waiting",
    metadata,
    Column("id", Integer, primary_key=True),  # in the order of arrival
    Column("attachment_id", Text, nullable=False),
    Column("first_number", BigInteger, nullable=False),  # counts down where it is negative
    Column("records", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("spooled_at", Moment, nullable=False),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("attachment_id", "first_number"),
    sqlite_autoincrement=True,  # What comes later has a higher number, whatever went meanwhile.
)
"""What was brought together, as `content` encodes it, until it is in the database."""

refused = Table(
    "refused",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("attachment_id", Text, nullable=False),
    Column("first_number", BigInteger, nullable=False),
    Column("records", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("cause", BigInteger),  # The number of the record for which all were refused, if known.
    Column("reason", Text, nullable=False),
    Column("refused_at", Moment, nullable=False),
    Column("again", Boolean, nullable=False, default=False),  # Somebody wants it tried again.
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("attachment_id", "first_number"),
)
"""What was brought together, and the database refused for good: all of it, as it is all or none."""

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""`format`; `resource`, the database's name in the configuration; `reached_at`, ISO 8601."""
