"""Which records are wanted, and the query for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from db_writer.service.schema import measurements, programs, runs, stations, units_under_test
from session_sharing.errors import ValueTypeError


@dataclass(frozen=True)
class RecordFilter:
    """What records have to be like; what is None does not matter.

    Attributes:
        since: Measured at this time or later; with a time zone.
        until: Measured before this time; with a time zone.
        measurement_name: The name of the measurement.
        serial_number: Of the unit under test.
        run: The name of the run.
        site: The site.
        pin: The pin.
        status: The status.
    """

    since: datetime | None = None
    until: datetime | None = None
    measurement_name: str | None = None
    serial_number: str | None = None
    run: str | None = None
    site: int | None = None
    pin: str | None = None
    status: str | None = None

    def check(self) -> None:
        """Refuse a text that no record can have.

        Raises:
            ValueTypeError: It holds the character NUL.
        """
        for name, value in vars(self).items():
            if isinstance(value, str) and "\0" in value:
                raise ValueTypeError(
                    f"The filter {name} = {value[:80]!r} holds the character NUL, which no record "
                    "can have there. Leave it out."
                )

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on what `select_measurements` selects."""
        columns = measurements.c
        wanted = (
            (columns.name, self.measurement_name),
            (units_under_test.c.serial_number, self.serial_number),
            (runs.c.name, self.run),
            (columns.site, self.site),
            (columns.pin, self.pin),
            (columns.status, self.status),
        )
        found = [column == value for column, value in wanted if value is not None]
        if self.since is not None:
            found.append(columns.measured_at >= self.since)
        if self.until is not None:
            found.append(columns.measured_at < self.until)
        return found


MEASUREMENT = select(
    measurements.c.id,
    measurements.c.name,
    measurements.c.measured_at,
    measurements.c.status,
    units_under_test.c.serial_number,
    measurements.c.site,
    measurements.c.pin,
    measurements.c.step,
    stations.c.name.label("station"),
    measurements.c.operator,
    runs.c.name.label("run"),
    programs.c.name.label("program"),
).select_from(
    measurements.outerjoin(stations).outerjoin(programs).outerjoin(runs).outerjoin(units_under_test)
)
"""Everything of measurements but their values; the context from the fifth column on."""


def select_measurements(
    wanted: RecordFilter, after: int, until: int, columns: Select[Any] = MEASUREMENT
) -> Select[Any]:
    """Return a query for measurements.

    Args:
        wanted: What they have to be like.
        after: Only with a higher number.
        until: Only up to this number.
        columns: What to select.
    """
    number = measurements.c.id
    return columns.where(number > after, number <= until, *wanted.conditions())
