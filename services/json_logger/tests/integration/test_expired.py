"""Clients that die or go away: what they held is released, and they write nothing any more."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import grpc
import pytest

from json_logger import JsonLoggerClient
from json_logger.service.driver import LogFileDriver
from json_logger.service.log_file import LogFile
from services.json_logger.tests.support import (
    DEADLINE,
    Raw,
    canary,
    environment,
    local_logger,
    names_of,
    refused,
    until,
)
from session_sharing.information import SessionInformation
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import Gate

CLIENT = """
import sys
from json_logger import JsonLoggerClient
client = JsonLoggerClient("a.ndjson", int(sys.argv[2]), address=sys.argv[1])
client.log("from the process", {}, {})
print(client.session_name, client._attachment.attachment_id, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[LocalService[LogFile]]:
    """Start a logger that takes attachments away at once."""
    with local_logger(tmp_path, grace=0.0) as service:
        yield service


def sessions(service: LocalService[LogFile]) -> list[SessionInformation]:
    """Return the sessions of a service."""
    listed: list[SessionInformation] = service.call(service.engine.sessions)
    return listed


def test_expired_attachment(impatient: LocalService[LogFile], tmp_path: Path) -> None:
    """Without its stream a client loses its attachment, and is told when; nothing is written."""
    data = tmp_path / "data"
    with Raw(impatient.address) as keeper, Raw(impatient.address) as lost:
        keeper.initialize("a.ndjson")
        attachment = lost.initialize("a.ndjson")
        lost.log(attachment, "in time")
        with canary(impatient.address, data):
            lost.go_away()
            until(lambda: all(len(held.attachments) == 1 for held in sessions(impatient)))
            words = ["raw client", "taken away at", "grace time", "initialize again to attach anew"]
            with refused(grpc.StatusCode.FAILED_PRECONDITION, *words):
                lost.log(attachment, "too late")
            with refused(grpc.StatusCode.FAILED_PRECONDITION, "not connected"):
                lost.initialize("a.ndjson")
        assert names_of(data / "a.ndjson") == ["in time"]


@pytest.mark.parametrize(("behavior", "stays_open"), [(0, False), (1, False), (3, True)])
def test_killed_client(
    impatient: LocalService[LogFile], tmp_path: Path, behavior: int, stays_open: bool
) -> None:
    """A client that is killed is released as its behaviour says; its records are there."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENT, impatient.address, str(behavior)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        session_name, attachment_id = process.stdout.readline().split()
        assert session_name
        assert attachment_id
        process.kill()
    until(lambda: not any(held.attachments for held in sessions(impatient)))
    until(lambda: len(sessions(impatient)) == int(stays_open))
    assert names_of(tmp_path / "data" / "a.ndjson") == ["from the process"]


class SlowDriver(LogFileDriver):
    """Opens logs when a gate lets it; canaries are not held up."""

    def __init__(self, data_folder: Path, roots: Sequence[Path] = ()) -> None:
        super().__init__(data_folder, roots)
        self.gate = Gate()

    def open(self, address: str) -> LogFile:
        """Wait at the gate, then open."""
        if "canary" not in address:
            self.gate.pass_through()
        return super().open(address)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[tuple[LocalService[LogFile], Gate]]:
    """Start a logger whose opening waits at a gate, which is shut."""
    drivers: list[SlowDriver] = []

    def make_driver(data_folder: Path, roots: Sequence[Path]) -> LogFileDriver:
        drivers.append(SlowDriver(data_folder, roots))
        return drivers[0]

    with local_logger(tmp_path, make_driver=make_driver) as service:
        gate = drivers[0].gate
        gate.shut()
        try:
            yield service, gate
        finally:
            gate.open()


def start(call: Callable[[], object]) -> threading.Thread:
    """Start a call in a thread."""
    thread = threading.Thread(target=call, name="test call", daemon=True)
    thread.start()
    return thread


def test_client_that_goes_away_while_the_log_opens(
    slow: tuple[LocalService[LogFile], Gate], tmp_path: Path
) -> None:
    """If nobody waits any more when the opening ends, the session closes and the file is free."""
    service, gate = slow
    with Raw(service.address) as raw, canary(service.address, tmp_path / "data"):
        start(lambda: refused_quietly(lambda: raw.initialize("a.ndjson")))
        gate.wait_for_one()
        raw.channel.close()
        until(lambda: len(sessions(service)) == 2)
        gate.open()
        until(lambda: len(sessions(service)) == 1)
        until(lambda: not (tmp_path / "data" / ".a.ndjson.lock").exists())


def test_client_that_goes_away_disturbs_nobody_who_waits(
    slow: tuple[LocalService[LogFile], Gate], tmp_path: Path
) -> None:
    """Who waits for the same log gets it, though the one who caused the opening is gone."""
    service, gate = slow
    clients: list[JsonLoggerClient] = []
    with Raw(service.address) as raw:
        start(lambda: refused_quietly(lambda: raw.initialize("a.ndjson")))
        gate.wait_for_one()

        def wait_for_it() -> None:
            client = JsonLoggerClient("a.ndjson", address=service.address, wait=DEADLINE)
            clients.append(client)

        waiting = start(wait_for_it)
        raw.channel.close()
        gate.open()
        waiting.join(DEADLINE)
    (client,) = clients
    client.log("goes on", {}, {})
    client.close()
    assert names_of(tmp_path / "data" / "a.ndjson") == ["goes on"]


def test_slow_opening_delays_no_other_log(
    slow: tuple[LocalService[LogFile], Gate], tmp_path: Path
) -> None:
    """While one log opens as slowly as a dead share, others are opened, written and closed."""
    service, gate = slow
    with Raw(service.address) as raw:
        opening = start(lambda: raw.initialize("a.ndjson"))
        gate.wait_for_one()
        with canary(service.address, tmp_path / "data"):
            assert opening.is_alive()
        gate.open()
        opening.join(DEADLINE)
        assert not opening.is_alive()


def refused_quietly(call: Callable[[], object]) -> None:
    """Make a call that is bound to be cut off."""
    try:
        call()
    except (grpc.RpcError, ValueError):
        return
    raise AssertionError("the call was answered")
