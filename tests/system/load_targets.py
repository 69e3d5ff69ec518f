"""What the programs under load log to, and what it holds in the end."""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from types import TracebackType

import psycopg

from tests.system.leftovers import DEADLINE
from tests.system.load_program import text_of
from tests.system.restart_aftermath import in_database
from tests.system.restart_cast import Service

REST_SECONDS, REST = 0.02, 3.0
"""How long the watcher of a log rests after a look: at least, and in times of that look."""


class Target(ABC):
    """A service, and how to see what it stored, without it.

    Args:
        service: The service; it runs.
    """

    def __init__(self, service: Service) -> None:
        self.service = service

    def resource(self, round_name: str) -> str:
        """Return a resource that nobody used before."""
        return f"{round_name}.{self.service.ending}"

    def wrong(self, resource: str, acknowledged: Mapping[str, int]) -> list[str]:
        """Return where what is stored is not all that was acknowledged, once, in order.

        Args:
            resource: The resource; nobody logs to it any more.
            acknowledged: How many records of each attachment are acknowledged.
        """
        return find_wrong(self.stored(resource), acknowledged)

    def forget(self, resource: str) -> None:
        """Delete what a round stored: long runs would fill the disk."""
        for path in self.service.folder.glob(f"*{resource}*"):
            path.unlink()

    @abstractmethod
    def stored(self, resource: str) -> list[str]:
        """Return "attachment/number" of each record of a resource, in the order in which they are.

        Raises:
            AssertionError: Something in it is not as it was logged.
        """


class LogTarget(Target):
    """Log files of the JSON logger."""

    def stored(self, resource: str) -> list[str]:
        """Read a log, every line of which has to be whole."""
        content = (self.service.folder / resource).read_bytes()
        assert content.endswith(b"\n")
        return whole_lines(content)

    def tear(self, resource: str, random: Random) -> None:
        """Leave half a record at the end of a log, as a write does that a kill cuts short.

        Kills seldom do: a write of what waits takes the system some microseconds.
        """
        with (self.service.folder / resource).open("r+b") as log:
            line = log.readline()
            log.seek(0, 2)
            log.write(line[: random.randrange(1, len(line) - 1)])


class SqliteTarget(Target):
    """SQLite files of the database writer."""

    def stored(self, resource: str) -> list[str]:
        """Read a file, as another program does."""
        return in_database(self.service.folder / resource)


class PostgresqlTarget(Target):
    """Databases of a PostgreSQL server.

    Args:
        service: The service; its configuration names the database "line".
        url: Where the database is.
    """

    def __init__(self, service: Service, url: str) -> None:
        super().__init__(service)
        self.url = url

    def resource(self, round_name: str) -> str:
        """Return the one database, emptied: a round that failed may have left something."""
        self.forget("line")
        return "line"

    def wrong(self, resource: str, acknowledged: Mapping[str, int]) -> list[str]:
        """As for all; what the service keeps while a server is away may come a bit later."""
        deadline = time.monotonic() + DEADLINE
        while (found := super().wrong(resource, acknowledged)) and time.monotonic() < deadline:
            time.sleep(REST_SECONDS)
        return found

    def forget(self, resource: str) -> None:
        """Empty the database."""
        with psycopg.connect(self.url) as connection:
            connection.execute("TRUNCATE measurements, measurement_values")

    def stored(self, resource: str) -> list[str]:
        """Read the database, as another program does."""
        with psycopg.connect(self.url) as connection:
            rows = connection.execute("SELECT name FROM measurements ORDER BY id").fetchall()
        return [name for (name,) in rows]


def whole_lines(content: bytes) -> list[str]:
    """Return "attachment/number" of each whole line of a log.

    Raises:
        AssertionError: A line is no record, or not as it was logged.
    """
    names = []
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        try:
            parsed = json.loads(line)
            name, outputs = parsed["measurement_name"], parsed["measurement_outputs"]
            text = text_of(int(name.split("/")[1]), outputs["length"])
        except (ValueError, KeyError, TypeError) as error:
            raise AssertionError(f"not a record: {line[:200]!r}") from error
        assert outputs["text"] == text, f"not as it was logged: {line[:200]!r}"
        names.append(name)
    return names


def find_wrong(stored: Iterable[str], acknowledged: Mapping[str, int]) -> list[str]:
    """Return where what is stored is not all that was acknowledged, once, in order."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for name in stored:
        attachment, number = name.split("/")
        numbers[attachment].append(int(number))
    return [
        f"{name}: {count} acknowledged, {len(numbers[name])} stored: {_first_wrong(numbers[name])}"
        for name, count in acknowledged.items()
        if numbers[name] != list(range(count))
    ] + [f"{name}: nobody logged that" for name in set(numbers) - set(acknowledged)]


def _first_wrong(numbers: list[int]) -> str:
    for place, number in enumerate(numbers):
        if place != number:
            return f"at place {place} is number {number}"
    return "in order"


class LogWatcher(threading.Thread):
    """Opens a log now and then, as any program may, and reads its whole lines.

    As a context manager it looks until the block ends.

    Args:
        path: The log; it is there.

    Attributes:
        looks: How often it looked.
        torn: How often there was more behind the last whole line.
        wrong: What it found that is no record. Its own until it has ended.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(name="watcher of the log", daemon=True)
        self._path = path
        self._ended = threading.Event()
        self.looks = self.torn = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        """Look until the block ends, or something is wrong."""
        took = 0.0
        while not self._ended.wait(max(REST_SECONDS, REST * took)) and not self.wrong:
            began = time.monotonic()
            content = self._path.read_bytes()
            self.looks += 1
            self.torn += not content.endswith(b"\n")
            try:
                whole_lines(content)
            except AssertionError as error:
                self.wrong.append(str(error))
            took = time.monotonic() - began

    def __enter__(self) -> LogWatcher:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self.join()
