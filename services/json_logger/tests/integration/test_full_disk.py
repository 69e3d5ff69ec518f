"""Disks that are full, of a logger that is a process: what is refused, and that it passes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from json_logger import JsonLoggerClient
from services.json_logger.tests.support import DEADLINE, canary, logger_process, names_of, until
from session_sharing.client.administration import Administration
from session_sharing.errors import ResourceExhaustedError, UnavailableError
from session_sharing.testing.full_disk import files_limited, fill, tiny_disk
from session_sharing.testing.processes import ServerProcess

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux limits other processes")

BIG = {"x": "y" * 20_000}
DISK_BYTES = 1 << 20


@contextmanager
def logger(data: Path) -> Iterator[list[ServerProcess]]:
    """Run a logger; what is in the list is the one that runs now."""
    with ExitStack() as stack:
        servers = [stack.enter_context(logger_process(data))]
        yield servers
        servers[-1].stop()


def killed_and_back(servers: list[ServerProcess], data: Path) -> None:
    """Kill a logger and start it again where it was."""
    servers[-1].kill()
    servers.append(logger_process(data, "--port", str(servers[-1].port)))


def refused(client: JsonLoggerClient, name: str, words: str = "Make room") -> None:
    """Log a big record, which is refused as the disk is full."""
    with pytest.raises(ResourceExhaustedError, match=words) as caught:
        client.log(name, {}, BIG)
    assert caught.value.retry_delay
    assert not caught.value.maybe_done


def goes_on(client: JsonLoggerClient) -> bool:
    """Log a big record; return whether it was taken."""
    try:
        client.log("after a restart", {}, BIG)
    except UnavailableError:  # Opening it again is tried once a second.
        return False
    return True


@pytest.mark.parametrize("ack", ["os", "disk"])
def test_log_that_may_not_grow(tmp_path: Path, ack: str) -> None:
    """What finds no room is refused for good; smaller ones and readers go on, later all do."""
    data = tmp_path / "data"
    with logger(data) as servers:
        address, process_id = servers[0].address, servers[0].process.pid
        with canary(address, data):
            client = JsonLoggerClient("a.ndjson", address=address, wait=DEADLINE, ack=ack)
            client.log("before", {}, BIG)
            size = (data / "a.ndjson").stat().st_size
            with files_limited(process_id, size + 10_000):
                for number in range(3):
                    refused(client, f"refused {number}")
                    assert (data / "a.ndjson").stat().st_size == size
                client.log("fits", {}, {})
                assert [each.measurement_name for each in client.read()] == ["before", "fits"]
            client.log("after", {}, BIG)
        killed_and_back(servers, data)
        client.log("after a restart", {}, BIG)
        client.close()
    assert names_of(data / "a.ndjson") == ["before", "fits", "after", "after a restart"]


def test_side_file_that_may_not_grow(tmp_path: Path) -> None:
    """Where the numbers of records find no room the records are refused for good, and say why."""
    data = tmp_path / "data"
    with logger(data) as servers:
        client = JsonLoggerClient("a.ndjson", address=servers[0].address, wait=DEADLINE)
        client.log("before", {}, BIG)
        with files_limited(servers[0].process.pid, (data / ".a.ndjson.numbers").stat().st_size):
            refused(client, "refused 0", "file of record numbers .*Make room")
            refused(client, "refused 1")
        client.log("after", {}, BIG)
        killed_and_back(servers, data)
        client.log("after a restart", {}, BIG)
        client.close()
    assert names_of(data / "a.ndjson") == ["before", "after", "after a restart"]


def test_journal_that_may_not_grow(tmp_path: Path) -> None:
    """Sessions open and log on, and the problem is told; with room all is kept, and well again."""
    data = tmp_path / "data"
    with logger(data) as servers, ExitStack() as clients:
        operator = clients.enter_context(Administration(servers[0].address))

        def opened(name: str) -> JsonLoggerClient:
            client = JsonLoggerClient(name, 1, address=servers[0].address, wait=DEADLINE)
            clients.callback(client.detach)
            client.log("one", {}, {})
            return client

        held = [opened(f"{number}.log") for number in range(3)]
        (journal,) = data.glob("*.journal")
        with files_limited(servers[0].process.pid, journal.stat().st_size):
            held.append(opened("unkept.log"))
            (problem,) = operator.service().problems
            assert "journal" in problem
        until(lambda: not operator.service().problems, "the journal is written again")
        killed_and_back(servers, data)
        for client in held:
            client.log("two", {}, {})
    for name in ("0.log", "unkept.log"):
        assert names_of(data / name) == ["one", "two"]


def test_disk_without_room(tmp_path: Path) -> None:
    """On a disk that is really full: refused for good, reading goes on; with room all is well.

    A service that starts on it has its session still, and goes on with it when there is room.
    """
    data = tmp_path / "data"
    data.mkdir()
    with ExitStack() as disk:
        try:
            disk.enter_context(tiny_disk(data, DISK_BYTES))
        except OSError as error:
            pytest.skip(f"no tiny disk can be mounted: {error}")
        with logger(data) as servers:
            client = JsonLoggerClient("a.ndjson", address=servers[0].address, wait=DEADLINE)
            client.log("before", {}, BIG)
            fill(data / "ballast", but=8192)
            for number in range(3):
                refused(client, f"refused {number}")
            assert [each.measurement_name for each in client.read()] == ["before"]
            (data / "ballast").unlink()
            client.log("after", {}, BIG)
            fill(data / "ballast")
            refused(client, "refused 3")
            killed_and_back(servers, data)
            with pytest.raises((ResourceExhaustedError, UnavailableError), match="Make room"):
                client.log("refused after a restart", {}, BIG)
            (data / "ballast").unlink()
            until(lambda: goes_on(client), "the session is opened again")
            client.close()
        assert names_of(data / "a.ndjson") == ["before", "after", "after a restart"]
