"""The tables as the newest migration leaves them; a test compares the two.

Names are chosen for people who write queries by hand; `docs/schema.md` explains them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from db_writer.service.columns import JSON_TEXT, NUMBER, Moment, StoredNow

CONFIGURATION = "configuration"
OUTPUT = "output"

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _named_things(table: str, name: str = "name") -> Table:
    """Return a table of things which measurements refer to, and which are nothing but a name."""
    return Table(
        table,
        metadata,
        Column("id", NUMBER, primary_key=True),
        Column(name, Text, nullable=False, unique=True),
        sqlite_autoincrement=True,  # A service may know the number of what others deleted.
    )


stations = _named_things("stations")
programs = _named_things("programs")
units_under_test = _named_things("units_under_test", "serial_number")
runs = _named_things("runs")

measurements = Table(
    "measurements",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("attachment_id", Text, nullable=False),
    Column("record_number", BigInteger, nullable=False),
    Column("measured_at", Moment, nullable=False),
    Column("stored_at", Moment, nullable=False, server_default=StoredNow()),
    Column("name", Text, nullable=False),
    Column("status", Text),
    Column("site", Integer),
    Column("pin", Text),
    Column("step", Text),
    Column("operator", Text),
    Column("station_id", NUMBER, ForeignKey("stations.id")),
    Column("program_id", NUMBER, ForeignKey("programs.id")),
    Column("run_id", NUMBER, ForeignKey("runs.id")),
    Column("unit_id", NUMBER, ForeignKey("units_under_test.id")),
    UniqueConstraint("attachment_id", "record_number"),
    sqlite_autoincrement=True,  # A number that was deleted never comes again.
)
_has_run, _has_unit = measurements.c.run_id.is_not(None), measurements.c.unit_id.is_not(None)
Index("ix_measurements_measured_at", measurements.c.measured_at)
Index("ix_measurements_name", measurements.c.name, measurements.c.measured_at)
Index(
    "ix_measurements_run_id",
    measurements.c.run_id,
    sqlite_where=_has_run,
    postgresql_where=_has_run,
)
Index(
    "ix_measurements_unit_id",
    measurements.c.unit_id,
    measurements.c.measured_at,
    sqlite_where=_has_unit,
    postgresql_where=_has_unit,
)

measurement_values = Table(
    "measurement_values",
    metadata,
    Column(
        "measurement_id",
        NUMBER,
        ForeignKey("measurements.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("number_value", Double),
    Column("integer_value", BigInteger),
    Column("boolean_value", Boolean),
    Column("special", Text),
    Column("unit", Text),
    Column("low_limit", Double),
    Column("high_limit", Double),
    Column("text_value", Text),  # What may be long comes last: SQLite reads a row from its start.
    Column("json_value", JSON_TEXT),
    CheckConstraint(f"kind IN ('{CONFIGURATION}', '{OUTPUT}')", name="kind"),
)
"""In SQLite it has row numbers: in one WITHOUT ROWID whole rows lie in the inner nodes, which every
insert and every search reads, and arrays may be long."""
