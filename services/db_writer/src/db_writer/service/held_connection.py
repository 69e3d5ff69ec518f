"""The connection that writes: it is held from one transaction to the next, and used directly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError


class HeldConnection:
    """Holds one connection of an engine, and gives cursors of its driver.

    To take a connection from the pool, to give it back, and SQLAlchemy's own work for each
    statement are a third of a small transaction's processor time (docs/performance.md). Only one
    thread uses it, the one that writes. After an error the connection goes back to its pool, which
    ends whatever transaction it was in; the next use takes one anew.

    Args:
        engine: Connects for writing.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """Give a cursor of the driver.

        Raises:
            DBAPIError: The driver raised an error; it comes as SQLAlchemy's, as everywhere else.
        """
        connection = self._connection = self._connection or self._engine.connect()
        try:
            with driver_cursor(connection) as cursor:
                yield cursor
        except BaseException:
            self.give_back()
            raise

    def give_back(self) -> None:
        """Give the connection back to its pool, if one is held."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


@contextmanager
def driver_cursor(connection: Connection) -> Iterator[Any]:
    """Give a cursor of a connection's driver, whose errors come as SQLAlchemy's.

    Raises:
        DBAPIError: The driver raised an error.
    """
    driver: Any = connection.connection.driver_connection
    errors = connection.dialect.loaded_dbapi.Error
    cursor = driver.cursor()
    try:
        yield cursor
    except errors as error:
        lost = connection.dialect.is_disconnect(error, driver, cursor)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            *("", None, error, errors),
            hide_parameters=True,
            connection_invalidated=lost,
        ) from error
    finally:
        cursor.close()
