"""Opening every configured database once, as the service does, and telling what comes of it."""

from __future__ import annotations

from collections.abc import Iterable

from db_writer.service.driver import DatabaseDriver
from db_writer.service.names import Databases
from db_writer.service.spools import Spools
from session_sharing.errors import SharingError
from session_sharing.service import explain
from session_sharing.text import printable

GOOD = "good"


def check_databases(databases: Databases, names: Iterable[str], spools: Spools) -> dict[str, str]:
    """Open each database, and close it; tables are made where there are none.

    From then on records may wait for a server database: it was reached from here.

    Args:
        databases: Knows them.
        names: Their names in the configuration.
        spools: Where records wait.

    Returns:
        By name what came of it: `GOOD`, or in a line what is wrong.
    """
    driver = DatabaseDriver(databases)
    return {name: _check(driver, spools, name) for name in names}


def table(results: dict[str, str]) -> list[str]:
    """Return results as the lines of a table."""
    width = max(map(len, ["DATABASE", *results]))
    rows = [("DATABASE", "RESULT"), *results.items()]
    return [f"{name:<{width}}  {result}" for name, result in rows]


def _check(driver: DatabaseDriver, spools: Spools, name: str) -> str:
    try:
        driver.close(driver.open(driver.locate(name).address))
        spools.prepare(name)
    except (SharingError, OSError) as error:
        told = explain(error, f"open the database {name!r}").message
        return printable(" ".join(told.split()))
    return GOOD
