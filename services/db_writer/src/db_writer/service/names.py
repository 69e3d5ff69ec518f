"""Which database a resource name means: one of the configuration, or an SQLite file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL

from db_writer.service.config import (
    CONNECT_SECONDS,
    POOL_SIZE,
    ConfigError,
    ConfiguredDatabase,
    is_database_name,
)
from db_writer.service.server_keys import server_key
from db_writer.service.settings import DatabaseSettings
from session_sharing.errors import PreconditionError, ResourceNameError, ResourceNotFoundError
from session_sharing.service import FileKind, FileLocations, Located, locate_anywhere

DATABASE_FILES = FileKind("database file", (".sqlite", ".sqlite3", ".db"))

SPOOL_FOLDER = "spool"
"""Where spools lie within the data folder. They are SQLite files, but no client's."""


class Databases:
    """Knows the databases of a service by the names that clients give them.

    Immutable; all methods may be called from any thread, and may block on the file system.

    Args:
        data_folder: Where SQLite files lie that clients name. It exists.
        configured: The databases of the configuration, by name.
    """

    def __init__(self, data_folder: Path, configured: Mapping[str, ConfiguredDatabase]) -> None:
        self._files = FileLocations(DATABASE_FILES, data_folder, own=[data_folder / SPOOL_FOLDER])
        self._configured = configured

    def locate(self, resource: str) -> Located:
        """Find a database; its key is the same for all names that mean one database.

        Raises:
            ResourceNameError: The name can be no database's.
            ResourceNotFoundError: No such database is configured, or the folder of a file is
                missing.
            AccessDeniedError: A file lies outside the data folder.
        """
        configured = self._configured.get(resource)
        if configured is not None:
            return Located(key=_key(configured.base), address=resource)
        if DATABASE_FILES.has_ending(resource):
            return self._files.locate(resource)
        if is_database_name(resource):
            raise ResourceNotFoundError(
                f"No database of the name {resource!r} is configured. {self._advice()}",
                resource_name=resource,
            )
        raise ResourceNameError(
            f"{resource[:200]!a} can be no database's name. {self._advice()}",
            resource_name=resource[:200],
        )

    def check_again(self, address: str) -> None:
        """Make sure that a database of an earlier run of the service may be opened still.

        Raises:
            AccessDeniedError: It is a file that a client named, and lies outside the data folder.
        """
        if address not in self._configured and Path(address).is_absolute():
            self._files.check_again(address)

    def servers(self) -> dict[str, DatabaseSettings]:
        """Return the configured databases that are no files, by name, without their passwords."""
        return {
            name: configured.base
            for name, configured in self._configured.items()
            if not configured.base.is_file
        }

    def settings(self, address: str) -> DatabaseSettings:
        """Return what a database that was located is opened with.

        Raises:
            PreconditionError: Its password is not where it should be.
        """
        configured = self._configured.get(address)
        if configured is None:
            return _file_settings(address)
        try:
            return configured.settings()
        except ConfigError as error:
            raise PreconditionError(
                f"The database {address!r} cannot be opened: {error}. Put it there, and try again.",
                resource_name=address,
            ) from error

    def _advice(self) -> str:
        known = ", ".join(sorted(self._configured)) or "none yet"
        return (
            f"Give the name of a configured database ({known}; [databases.NAME] in the file that "
            f"--config names), or the path of an SQLite file. {DATABASE_FILES.rule}"
        )


def _key(settings: DatabaseSettings) -> str:
    """Return what is the same for all configured names of one database, whoever logs in."""
    if settings.is_file:
        return locate_anywhere(Path(settings.url.database or "")).key
    return server_key(settings)


def _file_settings(address: str) -> DatabaseSettings:
    return DatabaseSettings(
        name=Path(address).name,
        url=URL.create("sqlite", database=address),
        shown=address,
        connect_timeout=CONNECT_SECONDS,
        pool_size=POOL_SIZE,
        options={},
    )
