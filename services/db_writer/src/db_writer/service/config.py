"""The databases that an operator configured: tables `[databases.NAME]` of the TOML file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote_plus

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from db_writer.service.passwords import KEPT_OUT, Password
from db_writer.service.server_options import OF_THE_URL, why_not
from db_writer.service.settings import DatabaseSettings, Option
from session_sharing.text import printable

CONNECT_SECONDS = 5.0
"""How long connecting may take unless the configuration says otherwise."""

POOL_SIZE = 5
"""How many connections a database gets at most unless the configuration says otherwise."""

SPOOL_BYTES = 1024 * 1024 * 1024
"""How many bytes may wait for a server database unless the configuration says otherwise."""

_LEAST_SPOOL_BYTES = 1024 * 1024
_MOST_SPOOL_BYTES = 2**50
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_PORTS = re.compile(r"[0-9]{1,5}(,[0-9]{1,5})*", re.ASCII)
_HIGHEST_PORT = 65535
_KEYS = (
    *("url", "password_env", "password_file", "pool_size", "connect_timeout", "options"),
    *("spool", "spool_bytes"),
)
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}


class ConfigError(ValueError):
    """A table is wrong; the text names the key and the reason, and never holds a password."""


@dataclass(frozen=True)
class ConfiguredDatabase:
    """A database of the configuration.

    Attributes:
        base: Its settings, but for the password.
        password: Where its password is; None if it needs none.
    """

    base: DatabaseSettings
    password: Password | None

    def settings(self) -> DatabaseSettings:
        """Return its settings with the password as it is now, so that a new one counts at once.

        Raises:
            ConfigError: The password is not where it should be.
        """
        if self.password is None:
            return self.base
        try:
            password = self.password.read()
        except ValueError as error:
            raise ConfigError(f"databases.{self.base.name}.{self.password.key}: {error}") from error
        return replace(self.base, url=self.base.url.set(password=password))


def read_databases(tables: Mapping[str, Any], folder: Path) -> dict[str, ConfiguredDatabase]:
    """Check the tables of all databases; their passwords are read when they are opened.

    Args:
        tables: The content of `[databases]`, by name.
        folder: Where relative paths in it start.

    Raises:
        ConfigError: A table is wrong.
    """
    return {name: _database(name, table, folder) for name, table in tables.items()}


def is_database_name(text: str) -> bool:
    """Say whether a text can be the name of a configured database."""
    return _NAME.fullmatch(text) is not None


def _database(name: str, table: object, folder: Path) -> ConfiguredDatabase:
    if not is_database_name(name):
        raise ConfigError(
            "databases: a name has something else than letters, digits, '_' and '-', or more than "
            "64 of them"
        )
    if not isinstance(table, dict):
        if name in _KEYS:
            raise ConfigError(
                f"databases.{name}: which database? Write it below a table with the name of the "
                "database: [databases.line], for example"
            )
        raise ConfigError(f"databases.{name}: must be a table, as in [databases.{name}]")
    return _Table(name, table).database(folder)


class _Table:
    """One table `[databases.NAME]`, whose errors name the key."""

    def __init__(self, name: str, content: dict[str, Any]) -> None:
        self._name = name
        self._content = content

    def database(self, folder: Path) -> ConfiguredDatabase:
        """Check all keys; return what they say."""
        self._check_keys()
        url = self._url(folder)
        password = self._password(folder)
        if password and url.drivername == "sqlite":
            self._refuse(password.key, "an SQLite file has no password; leave it out")
        settings = DatabaseSettings(
            name=self._name,
            url=url,
            shown=_shown(url),
            connect_timeout=float(self._number("connect_timeout", CONNECT_SECONDS, 0.1, 60)),
            pool_size=int(self._number("pool_size", POOL_SIZE, 1, 100)),
            options=self._options(url),
            password_key=f"databases.{self._name}.{password.key}" if password else "",
            spool_bytes=self._spool_bytes(url),
        )
        return ConfiguredDatabase(settings, password)

    def _check_keys(self) -> None:
        for key in self._content:
            if key == "password":
                self._refuse(key, KEPT_OUT)
            if key not in _KEYS:
                self._refuse(key, f"there is no such key; there are {', '.join(_KEYS)}")
        for key, value in self._content.items():
            if isinstance(value, str) and "\0" in value:
                self._refuse(key, "it holds the character NUL; take that out")

    def _url(self, folder: Path) -> URL:
        text = self._content.get("url")
        if not isinstance(text, str):
            self._refuse("url", "it is missing or no text; give one such as postgresql://HOST/NAME")
        try:
            url = make_url(text)
        except (ArgumentError, ValueError):  # Their texts repeat the URL, password and all.
            self._refuse("url", "it is no URL such as postgresql://USER@HOST:PORT/NAME")
        if url.password or any("password" in key.lower() for key in url.query):
            self._refuse("url", f"it holds a password. {KEPT_OUT}")
        if url.drivername not in _DRIVERS:
            self._refuse("url", "it begins with none of sqlite, postgresql")
        url = url.set(drivername=_DRIVERS[url.drivername], password=None)
        return self._file(url, folder) if url.drivername == "sqlite" else self._server(url)

    def _file(self, url: URL, folder: Path) -> URL:
        path = url.database or ""
        if url.host or url.query or path in {"", ":memory:"} or path.startswith("file:"):
            self._refuse("url", "it names no SQLite file; write sqlite:///FILE, and nothing behind")
        return url.set(database=str(folder / path))

    def _server(self, url: URL) -> URL:
        if not url.database:
            self._refuse("url", "it names no database; write postgresql://HOST/NAME")
        for key, value in url.query.items():
            # The folder of a socket, or several hosts, have no other place than behind the '?'.
            is_only = (key == "host" and not url.host) or (key == "port" and not url.port)
            if key in OF_THE_URL and not is_only:
                self._refuse("url", f"{key} stands behind its '?'; write it before that, once")
            reason = "" if is_only else why_not(key)
            if reason:
                self._refuse("url", reason)
            if not is_only and not isinstance(value, str):
                self._refuse("url", f"{key} stands twice behind its '?'; write it once")
        self._check_ports(url)
        return url

    def _check_ports(self, url: URL) -> None:
        behind = url.query.get("port", ())
        given = [str(url.port)] if url.port is not None else []
        given += [behind] if isinstance(behind, str) else behind
        for ports in given:  # A comma stands between those of several hosts.
            numbers = ports.split(",") if _PORTS.fullmatch(ports) else ["0"]
            if not all(1 <= int(number) <= _HIGHEST_PORT for number in numbers):
                self._refuse("url", f"its port must be a number from 1 to {_HIGHEST_PORT}")

    def _password(self, folder: Path) -> Password | None:
        given = [key for key in ("password_env", "password_file") if key in self._content]
        if not given:
            return None
        if len(given) > 1:
            self._refuse(given[1], f"give it or {given[0]}, not both")
        where = self._content[given[0]]
        if not isinstance(where, str) or not where:
            self._refuse(given[0], "it must be a text")
        return Password(given[0], where, folder)

    def _spool_bytes(self, url: URL) -> int:
        """Return how many bytes may wait: on by default for servers."""
        wanted = self._content.get("spool", True)
        if not isinstance(wanted, bool):
            self._refuse("spool", "it must be true or false")
        if url.drivername == "sqlite":
            for key in ("spool", "spool_bytes"):
                if key in self._content:
                    self._refuse(key, "an SQLite file is never away; leave it out")
            return 0
        size = self._number("spool_bytes", SPOOL_BYTES, _LEAST_SPOOL_BYTES, _MOST_SPOOL_BYTES)
        return int(size) if wanted else 0

    def _number(self, key: str, default: float, least: float, most: float) -> float:
        value = self._content.get(key, default)
        wanted = (int, float) if isinstance(default, float) else int
        if isinstance(value, bool) or not isinstance(value, wanted) or not least <= value <= most:
            what = "number" if isinstance(default, float) else "whole number"
            self._refuse(key, f"it must be a {what} from {least} to {most}")
        return value

    def _options(self, url: URL) -> Mapping[str, Option]:
        options = self._content.get("options", {})
        if not isinstance(options, dict):
            self._refuse("options", "it must be a table of options of the database's driver")
        for key, value in options.items():
            if key in OF_THE_URL:
                self._refuse(f"options.{key}", "it belongs into the URL")
            # Those of SQLite are checked when it is opened: none of them is a text.
            reason = "" if url.drivername == "sqlite" else why_not(key)
            if reason:
                self._refuse(f"options.{key}", reason)
            if not isinstance(value, str | int | float | bool):
                self._refuse(f"options.{key}", "it must be a text, a number, or true or false")
            if isinstance(value, str) and "\0" in value:
                self._refuse(f"options.{key}", "it holds the character NUL; take that out")
        return options

    def _refuse(self, key: str, reason: str) -> NoReturn:
        raise ConfigError(f"databases.{self._name}.{key}: {reason}") from None


def _shown(url: URL) -> str:
    """Return a URL as people write it: without password and driver, the options plain."""
    text = url.set(drivername=url.get_backend_name()).render_as_string()
    place, mark, query = text.partition("?")
    return printable(place + mark + unquote_plus(query))
