"""What a database is opened with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy.engine import URL

Option: TypeAlias = "str | int | float | bool"


@dataclass(frozen=True)
class DatabaseSettings:
    """What a database is opened with.

    Attributes:
        name: What it is called in the configuration; for a file its name.
        url: Where it is, with the password, which no text or `repr` of it shows.
        shown: What errors and logs call it: no password is in it.
        connect_timeout: How long, in seconds, connecting may take, waiting for a lock, and trying
            again when the connection was lost.
        pool_size: How many connections may read at once. Who writes has one more.
        options: For PostgreSQL what `psycopg.connect` takes beside; for SQLite see `engine`.
        password_key: Which key of the configuration says where the password is; empty if none.
        spool_bytes: How many bytes of records may wait on this machine while the server is away; 0
            for none.
    """

    name: str
    url: URL
    shown: str
    connect_timeout: float = 5.0
    pool_size: int = 5
    options: Mapping[str, Option] = field(default_factory=dict)
    password_key: str = ""
    spool_bytes: int = 0

    @property
    def is_file(self) -> bool:
        """Whether it is an SQLite file."""
        return self.url.get_backend_name() == "sqlite"
