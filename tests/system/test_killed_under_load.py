"""Services and their databases that end without warning while four programs log to them.

Each round has a number, by which its choices follow from the seed of the run: to play a failed
round again name both, as in `SESSION_SHARING_SEED=1a2b3c4d pytest -k "killed and log-7"`.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from random import Random

import psycopg
import pytest

from tests.system.load_crew import Crew, Load
from tests.system.load_targets import LogTarget, LogWatcher, PostgresqlTarget, Target
from tests.system.restart_cast import pause
from tools.postgresql import PostgresqlServer

LONG_ROUNDS = int(os.environ.get("SESSION_SHARING_ROUNDS", "25"))
CUT = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def rounds(short: int) -> list:
    """Return the numbers of the rounds: some for every run, the others for long ones."""
    more = range(short, short + LONG_ROUNDS)
    return [*range(short), *(pytest.param(n, marks=pytest.mark.reliability) for n in more)]


def told(load: Load, falls: int) -> str:
    """Say how big a round was."""
    records = sum(load.acknowledged().values())
    return f"{falls} falls, {records} records, all went on after {load.longest_pause:.2f} s"


@pytest.mark.parametrize("number", rounds(3))
def test_killed_log(log_target: LogTarget, crew: Crew, base_seed: str, number: int, report) -> None:
    """Every record is in the log once, in order, whoever looks; no client is told of a kill."""
    random = Random(f"{base_seed}/log/{number}")
    resource, falls = log_target.resource(f"round{number}"), random.randint(1, 3)
    address, path = log_target.service.address, log_target.service.folder / resource
    with (
        crew.load("json_logger", address, resource, f"{base_seed}/{number}") as load,
        LogWatcher(path) as watcher,
    ):
        for _ in range(falls):
            pause(random, 0.4)
            log_target.service.process.kill()
            if random.random() < 0.5:
                log_target.tear(resource, random)
            log_target.service.start()
            load.go_on()
        acknowledged = load.end()
    report(f"log {number}: {told(load, falls)}, {watcher.looks} looks, {watcher.torn} torn")
    assert watcher.looks
    assert not watcher.wrong
    assert not log_target.wrong(resource, acknowledged)
    log_target.forget(resource)


@pytest.mark.parametrize("number", rounds(0))
@pytest.mark.parametrize("target", ["log", "sqlite"], indirect=True)
def test_killed_while_programs_come_and_go(
    target: Target, crew: Crew, base_seed: str, number: int
) -> None:
    """A kill while all initialize, and one while all release, are no more than one in between."""
    random, service = Random(f"{base_seed}/come and go/{number}"), target.service
    resource = target.resource(f"coming{number}")
    with (
        crew.load(service.module, service.address, resource, f"{number}", at_once=True) as load,
        ThreadPoolExecutor(1, "kills") as pool,
    ):
        pause(random, 0.1)
        service.process.kill()
        service.start()
        load.go_on()
        ending = pool.submit(load.end)
        pause(random, 0.05)
        service.process.kill()
        service.start()
        acknowledged = ending.result()
    assert not target.wrong(resource, acknowledged)
    target.forget(resource)


@pytest.mark.parametrize("number", rounds(1))
@pytest.mark.parametrize("target", ["sqlite", "postgresql"], indirect=True)
def test_killed_writer(target: Target, crew: Crew, base_seed: str, number: int, report) -> None:
    """Every record is in the database once, in order; no client is told of the kills."""
    random = Random(f"{base_seed}/writer/{number}")
    resource, falls = target.resource(f"round{number}"), random.randint(1, 2)
    with crew.load("db_writer", target.service.address, resource, f"{base_seed}/{number}") as load:
        for _ in range(falls):
            pause(random, 0.4)
            target.service.process.kill()
            target.service.start()
            load.go_on()
        acknowledged = load.end()
    report(f"{type(target).__name__} {number}: {told(load, falls)}")
    assert not target.wrong(resource, acknowledged)
    target.forget(resource)


@pytest.mark.parametrize("number", rounds(1))
def test_lost_connections(
    postgresql_target: PostgresqlTarget, crew: Crew, base_seed: str, number: int, report
) -> None:
    """PostgreSQL ends the service's connections at random instants: nobody notices."""
    random = Random(f"{base_seed}/connections/{number}")
    resource, address = postgresql_target.resource("any"), postgresql_target.service.address
    with crew.load("db_writer", address, resource, f"{base_seed}/{number}") as load:
        ended = 0
        with psycopg.connect(postgresql_target.url, autocommit=True) as connection:
            for _ in range(random.randint(5, 15)):
                pause(random, 0.1)
                ended += connection.execute(CUT).fetchall()[0][0]
        load.go_on()
        acknowledged = load.end()
    report(f"connections {number}: {told(load, ended)}")
    assert ended
    assert not postgresql_target.wrong(resource, acknowledged)
    postgresql_target.forget(resource)


@pytest.mark.parametrize("number", rounds(1))
def test_crashed_server(
    postgresql_target: PostgresqlTarget,
    crew: Crew,
    server: PostgresqlServer,
    base_seed: str,
    number: int,
    report,
) -> None:
    """PostgreSQL crashes and recovers: what was acknowledged is there once, and no client ends."""
    if server.is_the_users:
        pytest.skip("the server is the user's: it is not stopped")
    random = Random(f"{base_seed}/server/{number}")
    resource, address = postgresql_target.resource("any"), postgresql_target.service.address
    falls = random.randint(1, 2)
    with crew.load("db_writer", address, resource, f"{base_seed}/{number}") as load:
        for _ in range(falls):
            pause(random, 0.4)
            server.crash()
            server.start()
            load.go_on()
        acknowledged = load.end()
    report(f"crashes {number}: {told(load, falls)}")
    assert not postgresql_target.wrong(resource, acknowledged)
    postgresql_target.forget(resource)
