"""Disks that are full, of a writer that is a process: what is refused, and that it passes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from db_writer import DbWriterClient
from services.db_writer.tests.looking import DEADLINE, until
from services.db_writer.tests.support import writer_process
from session_sharing.errors import ResourceExhaustedError, UnavailableError
from session_sharing.testing.full_disk import files_limited, fill, tiny_disk
from session_sharing.testing.processes import ServerProcess

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="Linux limits other processes"),
    pytest.mark.skipif(sys.version_info < (3, 11), reason="Python cannot tell which error it is"),
]

BIG = {"x": "y" * 200_000}
DISK_BYTES = 4 << 20


@contextmanager
def writer(data: Path) -> Iterator[list[ServerProcess]]:
    """Run a writer; the last in the list is the one that runs now."""
    servers = [writer_process(data)]
    try:
        yield servers
    finally:
        servers[-1].stop()


def start_again(servers: list[ServerProcess], data: Path) -> None:
    """Start a writer again where the last one was."""
    servers.append(writer_process(data, "--port", str(servers[-1].port)))


def refused(client: DbWriterClient, name: str) -> None:
    """Log a big record, which is refused as the disk is full."""
    with pytest.raises(ResourceExhaustedError) as caught:
        client.log(name, {}, BIG)
    assert caught.value.retry_delay
    assert not caught.value.maybe_done


def goes_on(client: DbWriterClient) -> bool:
    """Log a big record; return whether it was taken."""
    try:
        client.log("after a restart", {}, BIG)
    except UnavailableError:  # Opening it again is tried once a second.
        return False
    return True


def names(client: DbWriterClient) -> list[str]:
    """Return the names of all records."""
    return [record.measurement_name for record in client.read()]


def test_log_of_sqlite_that_may_not_grow(tmp_path: Path) -> None:
    """A record without room is refused for good, also after `kill -9`; the session goes on."""
    data = tmp_path / "data"
    with writer(data) as servers:
        client = DbWriterClient("a.sqlite", address=servers[0].address, wait=DEADLINE)
        client.log("before", {}, {})
        size = (data / "a.sqlite-wal").stat().st_size
        with files_limited(servers[0].process.pid, size + 50_000):
            for number in range(3):
                refused(client, f"refused {number}")
            client.log("fits", {}, {})
            refused(client, "refused 3")
            servers[-1].kill()
        start_again(servers, data)
        client.log("after", {}, BIG)
        assert names(client) == ["before", "fits", "after"]
        client.close()


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
        with writer(data) as servers:
            client = DbWriterClient("a.sqlite", address=servers[0].address, wait=DEADLINE)
            client.log("before", {}, {})
            fill(data / "ballast")
            for number in range(3):
                refused(client, f"refused {number}")
            assert names(client) == ["before"]
            (data / "ballast").unlink()
            client.log("after", {}, BIG)
            fill(data / "ballast")
            refused(client, "refused 3")
            servers[-1].kill()
            start_again(servers, data)
            with pytest.raises((ResourceExhaustedError, UnavailableError), match="room"):
                client.log("refused after a restart", {}, BIG)
            (data / "ballast").unlink()
            until(lambda: goes_on(client), "the session is opened again")
            assert names(client) == ["before", "after", "after a restart"]
            client.close()
