"""The first tables: what was measured, of which unit, in which run, and where.

What a migration does never changes: databases out there went through it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.Text().with_variant(JSON(), "postgresql")

# One row for each output, for spreadsheets. How a value is shown differs: SQLite has no booleans.
_FLAT_RESULTS = """
CREATE VIEW flat_results AS
SELECT m.id AS measurement_id, m.measured_at, s.name AS station, p.name AS program, r.name AS run,
       u.serial_number, m.site, m.pin, m.step, m.operator, m.name AS measurement, m.status,
       v.name AS value_name, v.position, v.number_value AS number, v.integer_value AS integer,
       coalesce(
           v.text_value, {boolean}, {json}, CASE WHEN v.number_value IS NULL THEN v.special END
       ) AS text,
       v.unit, v.low_limit, v.high_limit,
       (SELECT {configurations}
        FROM measurement_values c
        WHERE c.measurement_id = m.id AND c.kind = 'configuration') AS configurations
FROM measurements m
JOIN measurement_values v ON v.measurement_id = m.id AND v.kind = 'output'
LEFT JOIN stations s ON s.id = m.station_id
LEFT JOIN programs p ON p.id = m.program_id
LEFT JOIN runs r ON r.id = m.run_id
LEFT JOIN units_under_test u ON u.id = m.unit_id
"""
_SHOWN = {
    "sqlite": {
        "boolean": "CASE v.boolean_value WHEN 1 THEN 'true' WHEN 0 THEN 'false' END",
        "json": "v.json_value",
        "configurations": """nullif(json_group_object(c.name, CASE
            WHEN c.json_value IS NOT NULL THEN json(c.json_value)
            WHEN c.boolean_value IS NOT NULL
                THEN json(CASE c.boolean_value WHEN 1 THEN 'true' ELSE 'false' END)
            ELSE coalesce(c.integer_value, c.number_value, c.text_value, c.special) END), '{}')""",
    },
    "postgresql": {
        "boolean": "v.boolean_value::text",
        "json": "v.json_value::text",
        "configurations": """json_object_agg(c.name, coalesce(
            c.json_value, to_json(c.boolean_value), to_json(c.integer_value),
            to_json(c.number_value), to_json(c.text_value), to_json(c.special)
        ) ORDER BY c.position)::text""",
    },
}
_CLOCK = {"sqlite": "(strftime('%Y-%m-%d %H:%M:%f000', 'now'))", "postgresql": "now()"}


def upgrade() -> None:
    """Create all tables and the view."""
    backend = op.get_bind().dialect.name
    for table, name in (
        ("stations", "name"),
        ("programs", "name"),
        ("units_under_test", "serial_number"),
        ("runs", "name"),
    ):
        _create_named_things(table, name)
    _create_measurements(_CLOCK[backend])
    _create_values()
    op.execute(_FLAT_RESULTS.format(**_SHOWN[backend]))


def downgrade() -> None:
    """Drop the view and all tables."""
    op.execute("DROP VIEW flat_results")
    for table in (
        *("measurement_values", "measurements"),
        *("runs", "units_under_test", "programs", "stations"),
    ):
        op.drop_table(table)


def _create_named_things(table: str, name: str) -> None:
    op.create_table(
        table,
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column(name, sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint(name, name=f"uq_{table}_{name}"),
        sqlite_autoincrement=True,
    )


def _create_measurements(clock: str) -> None:
    op.create_table(
        "measurements",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("attachment_id", sa.Text, nullable=False),
        sa.Column("record_number", sa.BigInteger, nullable=False),
        sa.Column("measured_at", _MOMENT, nullable=False),
        sa.Column("stored_at", _MOMENT, nullable=False, server_default=sa.text(clock)),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("site", sa.Integer),
        sa.Column("pin", sa.Text),
        sa.Column("step", sa.Text),
        sa.Column("operator", sa.Text),
        _reference("station_id", "stations"),
        _reference("program_id", "programs"),
        _reference("run_id", "runs"),
        _reference("unit_id", "units_under_test"),
        sa.UniqueConstraint("attachment_id", "record_number", name="uq_measurements_attachment_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_measurements_measured_at", "measurements", ["measured_at"])
    op.create_index("ix_measurements_name", "measurements", ["name", "measured_at"])
    _create_partial_index("ix_measurements_run_id", ["run_id"])
    _create_partial_index("ix_measurements_unit_id", ["unit_id", "measured_at"])


def _reference(column: str, table: str) -> sa.Column[int]:
    key = sa.ForeignKey(f"{table}.id", name=f"fk_measurements_{column}")
    return sa.Column(column, _NUMBER, key)


def _create_partial_index(name: str, columns: list[str]) -> None:
    """Index the measurements that have something in the first column."""
    given = sa.text(f"{columns[0]} IS NOT NULL")
    op.create_index(name, "measurements", columns, sqlite_where=given, postgresql_where=given)


def _create_values() -> None:
    op.create_table(
        "measurement_values",
        sa.Column("measurement_id", _NUMBER, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number_value", sa.Double),
        sa.Column("integer_value", sa.BigInteger),
        sa.Column("boolean_value", sa.Boolean),
        sa.Column("special", sa.Text),
        sa.Column("unit", sa.Text),
        sa.Column("low_limit", sa.Double),
        sa.Column("high_limit", sa.Double),
        sa.Column("text_value", sa.Text),
        sa.Column("json_value", _JSON),
        sa.PrimaryKeyConstraint("measurement_id", "position", name="pk_measurement_values"),
        sa.ForeignKeyConstraint(
            ["measurement_id"],
            ["measurements.id"],
            name="fk_measurement_values_measurement_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "kind IN ('configuration', 'output')", name="ck_measurement_values_kind"
        ),
    )
