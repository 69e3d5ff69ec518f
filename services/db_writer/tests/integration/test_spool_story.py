"""The server is stopped under load, twice, and the service killed in between: nothing is lost."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from db_writer import DbWriterClient, Record
from db_writer.service.settings import DatabaseSettings
from services.db_writer.tests.looking import ask, until
from services.db_writer.tests.postgresql import PostgresqlServer, stop
from services.db_writer.tests.support import writer_process
from session_sharing.client.administration import Administration
from session_sharing.errors import SharingError
from session_sharing.information import Backlog
from session_sharing.testing.processes import ServerProcess

CLIENTS = 4
WAIT = 60.0


class Load:
    """Clients that log without a break, each in a thread; `counts` says what was acknowledged.

    Every other client logs its records by several at once.
    """

    def __init__(self, address: str) -> None:
        self._stop = threading.Event()
        self.counts = [0] * CLIENTS
        self.errors: list[SharingError] = []
        self._threads = [
            threading.Thread(target=self._log, args=(number, address), name=f"client {number}")
            for number in range(CLIENTS)
        ]
        for thread in self._threads:
            thread.start()

    def _log(self, number: int, address: str) -> None:
        try:
            with DbWriterClient(f"line?client=c{number}", address=address, wait=WAIT) as client:
                while not self._stop.is_set():
                    some = 1 if number % 2 else 7
                    first = self.counts[number]
                    client.log_many(
                        Record(f"{number}", {"count": first + offset}, {}) for offset in range(some)
                    )
                    client.flush()
                    self.counts[number] += some
        except SharingError as error:
            self.errors.append(error)

    def go_on(self) -> None:
        """Wait until every client was acknowledged some more."""
        before = list(self.counts)
        until(
            lambda: (
                bool(self.errors)
                or all(now > then + 10 for now, then in zip(self.counts, before, strict=True))
            ),
            f"clients at {before}",
        )

    def end(self) -> None:
        """End all clients, which have what they brought acknowledged."""
        self._stop.set()
        for thread in self._threads:
            thread.join(WAIT)
        assert self.errors == []


@contextmanager
def load_on(address: str) -> Iterator[Load]:
    """Have clients log; end them whatever happens."""
    load = Load(address)
    try:
        yield load
    finally:
        load._stop.set()


def backlog(service: ServerProcess) -> Backlog:
    """Return what waits, as an operator is told."""
    with closing(Administration(service.address)) as administration:
        (told,) = administration.service().backlogs
    return told


@pytest.fixture
def start(
    tmp_path: Path, postgresql: DatabaseSettings, server: PostgresqlServer
) -> Iterator[Callable[[], ServerProcess]]:
    """Return what starts the service, at the same port each time."""
    if server.is_the_users:
        pytest.skip("the server is the user's: it is not stopped")
    config = tmp_path / "my.toml"
    url = postgresql.url.set(drivername="postgresql").render_as_string(hide_password=False)
    url = url.replace(":@", "@")  # It has none.
    config.write_text(f'[databases.line]\nurl = "{url}"\nconnect_timeout = 1.0\n')
    started: list[ServerProcess] = []

    def start_service() -> ServerProcess:
        port = str(started[0].port) if started else "0"
        arguments = ("--config", str(config), "--port", port)
        started.append(writer_process(tmp_path / "data", *arguments))
        return started[-1]

    yield start_service
    for service in started:
        service.kill()


def stored(settings: DatabaseSettings) -> list[list[int]]:
    """Return for each client the numbers of its records, in the order of the database."""
    found: list[list[int]] = [[] for _ in range(CLIENTS)]
    values = "JOIN measurement_values v ON v.measurement_id = m.id"
    for name, count in ask(
        settings, f"SELECT m.name, v.integer_value FROM measurements m {values} ORDER BY m.id"
    ):
        found[int(name)].append(count)
    return found


def check(load: Load, service: ServerProcess, settings: DatabaseSettings) -> None:
    """Have the clients end; what they were acknowledged is there, once, in order."""
    load.end()
    until(lambda: not backlog(service).waiting_records)
    assert backlog(service).refused_records == 0
    assert stored(settings) == [list(range(count)) for count in load.counts]


def test_server_stopped_twice_and_service_killed(
    start: Callable[[], ServerProcess], postgresql: DatabaseSettings, server: PostgresqlServer
) -> None:
    """All that was acknowledged arrives once, in order, and no client has an error."""
    service = start()
    with load_on(service.address) as load:
        load.go_on()
        stop(server)
        try:
            load.go_on()
            assert backlog(service).waiting_records > 0
            service.kill()
            service = start()
            load.go_on()
            server.start()
            until(lambda: not backlog(service).reason)
            stop(server)
            load.go_on()
        finally:
            server.start()
        load.go_on()
        check(load, service, postgresql)


@pytest.mark.reliability
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(5))
def test_all_that_can_go_away_goes_away(
    start: Callable[[], ServerProcess],
    postgresql: DatabaseSettings,
    server: PostgresqlServer,
    seed: int,
) -> None:
    """Whatever ends when, all that was acknowledged arrives once, in order, without an error."""
    chance = random.Random(seed)
    service = start()
    with load_on(service.address) as load:
        load.go_on()
        for _ in range(12):
            match chance.choice(["stop", "start", "kill", "kill", "wait"]):
                case "stop":
                    server.stop()
                case "start":
                    server.start()
                case "kill":
                    service.kill()
                    service = start()
            if chance.random() < 0.7:
                load.go_on()
        server.start()
        check(load, service, postgresql)
