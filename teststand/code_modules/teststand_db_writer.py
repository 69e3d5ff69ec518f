"""Python steps for TestStand: the databases, shared from Setup to Cleanup. See README.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from teststand_modules.databases import STEPS


def create_database_sessions(  # noqa: PLR0917 - TestStand lists them in this order
    sequence_context: Any,  # noqa: ANN401 - a COM object
    pattern: str = "hold",
    instrument_type: str | None = None,
    pin_map_id: str | None = None,
    sites: Sequence[float] | None = None,
    reserve_timeout: float = 30.0,
    service_timeout: float = 30.0,
    close_timeout: float = 10.0,
    serial_number: str | None = None,
    run: str | None = None,
    operator: str | None = None,
    site: float | None = None,
) -> None:
    """Setup: open the databases of the pin map, and register them for the measurements.

    Args:
        sequence_context: `ThisContext`.
        pattern: "hold" keeps them open until Cleanup, and shares them with other executions;
            "detach and close" is NI's way, for one execution alone.
        instrument_type: Their instrument type id in the pin map; by default
            `DatabaseWriter`.
        pin_map_id: The id of the pin map; by default that of the step *Update Pin Map*.
        sites: The numbers of the sites; by default all.
        reserve_timeout: How long to wait for measurements that use them, in seconds.
        service_timeout: How long to wait for a service that is away, in seconds.
        close_timeout: How long Cleanup waits for others to let go; for "detach and close".
        serial_number: Of the unit under test, for records that do not say it themselves.
        run: A word for this run, for the same records; by default one of its own.
        operator: Who runs the test, for the same records.
        site: For records of this site alone; needed where executions share.
    """
    STEPS.create(
        sequence_context,
        pattern=pattern,
        instrument_type=instrument_type,
        pin_map_id=pin_map_id,
        sites=sites,
        reserve_timeout=reserve_timeout,
        service_timeout=service_timeout,
        close_timeout=close_timeout,
        labels={
            "serial_number": serial_number,
            "run": run,
            "operator": operator,
            "site": site,
        },
    )


def destroy_database_sessions(
    sequence_context: Any = None,  # noqa: ANN401 - a COM object
    reserve_timeout: float = 30.0,
) -> None:
    """Cleanup: close and unregister what this execution opened, and nothing else.

    Args:
        sequence_context: `ThisContext`; without it see README.md.
        reserve_timeout: How long to wait for measurements that use them, in seconds.
    """
    STEPS.destroy(sequence_context, reserve_timeout)
