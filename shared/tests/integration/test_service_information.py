"""What a service tells of itself, and how its health follows what its sessions stand on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from session_sharing import cli
from session_sharing.client.administration import Administration
from session_sharing.information import Backlog
from session_sharing.service import health
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import (
    SERVICE,
    MemoryClient,
    MemoryDriver,
    add_memory_servicer,
)

LIMIT = 10.0
ADMINISTRATION = "session_sharing.v1.SessionAdministration"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class AilingDriver(MemoryDriver):
    """A driver that says what a test wants it to say."""

    problems: Sequence[str] = ()

    def check(self) -> Sequence[str]:
        """Return what is wrong."""
        return self.problems


class WaitingList(list[str]):
    """A handle for which something waits."""

    def backlog(self) -> Backlog:
        """Return what waits."""
        return Backlog("rack", 3)


class KeepingDriver(MemoryDriver):
    """A driver that keeps records for resources that are away."""

    ended = 0

    def open(self, address: str) -> list[str]:
        """Open a resource for which something waits."""
        return WaitingList(super().open(address))

    def backlogs(self) -> Sequence[Backlog]:
        """Return what waits, also for a resource that nobody has open."""
        return [Backlog("rack", 3), Backlog("shelf", refused_records=1)]

    def end(self) -> None:
        """Count how often it is ended, and make sure that its handles are closed by then."""
        assert self.closed
        self.ended += 1


def test_service_tells_what_waits(tmp_path: Path) -> None:
    """What waits is told with its session and with the service; the driver ends with the latter."""
    driver = KeepingDriver()
    with (
        LocalService("memory", driver, add_memory_servicer, tmp_path) as service,
        Administration(service.address) as administration,
    ):
        client = MemoryClient("rack", address=service.address)
        (session,) = administration.sessions()
        assert session.backlog == Backlog("rack", 3)
        assert administration.service().backlogs == tuple(driver.backlogs())
        client.detach()
        assert driver.ended == 0
    assert driver.ended == 1


def test_list_tells_what_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What waits or was refused is told without a session, too; JSON stays a list of sessions."""
    driver = KeepingDriver()
    with LocalService("memory", driver, add_memory_servicer, tmp_path) as service:
        assert cli.main(["list", "--address", service.address]) == 0
        table, waiting, refused = capsys.readouterr().out.splitlines()
        assert table.startswith("No sessions are open.")
        assert waiting == f"rack at {service.address}: 3 records wait."
        assert "1 record refused for good. `python -m db_writer --data-dir " in refused
        assert cli.main(["list", "--json", "--address", service.address]) == 0
        told = capsys.readouterr()
        assert json.loads(told.out) == []
        assert waiting in told.err


def test_service_tells_what_it_is(world) -> None:
    """An operator is told which process it is, which versions, where its data is, who is there."""
    raw, gone = world.raw(), world.raw()
    gone.attach("data")
    gone.vanish()
    with Administration(world.service.address) as administration:
        world.eventually(lambda: world.service.engine.clients.lost == 1)
        told = administration.service()
        again = administration.service()
    assert told.process.process_id == os.getpid()
    assert told.python_version == platform.python_version()
    assert told.grpc_version.startswith(grpc.__version__.rpartition(".")[0])
    assert told.started_at < told.now < again.now
    assert told.instance_id == again.instance_id == raw.hello.service_instance_id
    assert (told.grace_seconds, told.recovery_seconds) == (5.0, 60.0)
    assert Path(told.data_folder).is_dir()
    assert told.free_bytes > 0
    assert told.problems == ()
    assert (told.connected_clients, told.lost_clients) == (1, 1)
    assert {SERVICE, ADMINISTRATION, "grpc.health.v1.Health"} <= set(told.services)


@contextmanager
def watched(channel: grpc.Channel, name: str) -> Iterator[Any]:
    """Watch the health of a service."""
    request = health_pb2.HealthCheckRequest(service=name)
    call = health_pb2_grpc.HealthStub(channel).Watch(request, timeout=LIMIT)
    yield (answer.status for answer in call)
    call.cancel()


def test_health_follows_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole and services turn NOT_SERVING with the driver, and back; looking in stays SERVING.

    A session that is broken has no part in it, as the others can be used.
    """
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.01)
    driver = AilingDriver()
    with (
        LocalService("memory", driver, add_memory_servicer, tmp_path) as service,
        grpc.insecure_channel(service.address) as channel,
        Administration(service.address) as administration,
        watched(channel, "") as whole,
        watched(channel, SERVICE) as own,
    ):
        assert (next(whole), next(own)) == (SERVING, SERVING)
        assert administration.is_serving()
        client = MemoryClient("rack", address=service.address)
        broke = partial(service.engine._registry.broke, client.session_name, "It is gone.")
        service.call(partial(_carry_out, service.engine, broke))
        driver.problems = ["The disk is gone."]
        assert (next(whole), next(own)) == (NOT_SERVING, NOT_SERVING)
        assert not administration.is_serving()
        assert administration.service().problems[:-1] == ("The disk is gone.",)
        request = health_pb2.HealthCheckRequest(service=ADMINISTRATION)
        assert health_pb2_grpc.HealthStub(channel).Check(request, timeout=LIMIT).status == SERVING
        driver.problems = []
        assert (next(whole), next(own)) == (SERVING, SERVING)
        (broken,) = administration.service().problems
        assert "It is gone." in broken
        client.detach()


def test_broken_session_is_a_problem(world, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that is broken is told with its reason, until it is mended."""
    client = world.client("rack")
    engine = world.service.engine
    with Administration(world.service.address) as administration, client:
        for change, problems in (
            (partial(engine._registry.broke, client.session_name, "It is gone."), 1),
            (partial(engine._registry.mended, client.session_name), 0),
        ):
            world.service.call(lambda change=change: _carry_out(engine, change))
            told = administration.service().problems
            assert len(told) == problems
            assert all(client.public_id in text and "It is gone." in text for text in told)


def _carry_out(engine: Any, change: Any) -> None:
    engine._executor.carry_out(change(engine._clock()))
