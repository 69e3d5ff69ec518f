"""`python -m json_logger` as a process: how it starts, fails to start, stops, and is killed."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from json_logger import JsonLoggerClient, RecordContext
from services.json_logger.tests.support import (
    DEADLINE,
    environment,
    logger_process,
    names_of,
    until,
)
from session_sharing.errors import SharingError
from session_sharing.testing.processes import ServerProcess

FOLDER = Path(__file__).parents[2]

SET = RecordContext(serial_number="SN-1")


class BusyClient:
    """Logs in a thread until the service is gone; `acknowledged` must then be in the file."""

    def __init__(self, server: ServerProcess, ack: str) -> None:
        self._client = JsonLoggerClient("a.ndjson", address=server.address, wait=1.0, ack=ack)
        self._client.set_context(SET)
        self.acknowledged: list[str] = []
        self.sent = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._log, name="busy client", daemon=True)
        self._thread.start()

    def _log(self) -> None:
        try:
            while not self._stop.is_set():
                self.sent += 1
                name = f"record {self.sent}"
                self._client.log(name, {}, {})
                self.acknowledged.append(name)
        except SharingError:
            return

    def join(self) -> None:
        """Wait until it has noticed that the service is gone."""
        self._stop.set()
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive()


def check_stored(path: Path, client: BusyClient) -> None:
    """Check that what was acknowledged is there once, and besides at most the last record."""
    stored = names_of(path)
    assert stored[: len(client.acknowledged)] == client.acknowledged
    assert stored in (client.acknowledged, [*client.acknowledged, f"record {client.sent}"])


def test_stop_while_a_client_logs(tmp_path: Path) -> None:
    """A stop signal ends it within 10 s with 0; every acknowledged record is in the file once.

    Its log said at the start where the file lies.
    """
    server = logger_process(tmp_path)
    client = BusyClient(server, "disk")
    until(lambda: len(client.acknowledged) > 50)
    begin = time.monotonic()
    assert server.stop(10.0) == 0
    assert time.monotonic() - begin < 10.0
    client.join()
    check_stored(tmp_path / "a.ndjson", client)
    assert any(
        line.endswith(f"Log files that clients name lie in {tmp_path}") for line in server.log
    )
    assert not (tmp_path / ".a.ndjson.lock").exists()


@pytest.mark.parametrize("ack", ["os", "disk"])
def test_kill_while_a_client_logs(tmp_path: Path, ack: str) -> None:
    """After `kill -9` every acknowledged record is there once and none is half.

    Logging goes on, and what was set before is in what is logged after it.
    """
    server = logger_process(tmp_path)
    client = BusyClient(server, ack)
    until(lambda: len(client.acknowledged) > 50)
    server.kill()
    client.join()
    with (
        logger_process(tmp_path) as again,
        JsonLoggerClient("a.ndjson", address=again.address, wait=DEADLINE) as later,
    ):
        assert len(list(later.read())) >= len(client.acknowledged)
        check_stored(tmp_path / "a.ndjson", client)
        later.log("later", {}, {})
        assert [record.context for record in later.read(last=1)] == [SET]


def run_to_its_end(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command, which is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "json_logger", *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def test_start_that_fails_exits_1(tmp_path: Path) -> None:
    """A start that fails says in one line what to do, and exits 1."""
    (tmp_path / "file").touch()
    done = run_to_its_end("--port", "0", "--data-dir", str(tmp_path / "file"))
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "json_logger: " in line
    assert "choose another folder" in line


def test_port_that_is_taken_exits_1(tmp_path: Path) -> None:
    """A port that somebody else has is named, with the option that chooses another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run_to_its_end("--port", port, "--data-dir", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    line = done.stderr.splitlines()[-1]
    assert port in line
    assert "--port" in line


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has start.bat")
def test_start_script(tmp_path: Path) -> None:
    """`start.sh` starts the service from any folder, hands options on, and ends with it."""
    process = subprocess.Popen(
        [str(FOLDER / "start.sh"), "--port", "0", "--data-dir", str(tmp_path / "data")],
        cwd=tmp_path,
        env={**environment(), "JSON_LOGGER_PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        ready = re.fullmatch(r"json_logger ready: (localhost:\d+)\n", process.stdout.readline())
        assert ready
        with JsonLoggerClient("a.ndjson", address=ready.group(1), wait=DEADLINE) as client:
            client.log("m", {}, {})
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
        assert process.stdout.read() == ""
    assert names_of(tmp_path / "data" / "a.ndjson") == ["m"]


def test_batch_file_has_the_line_ends_of_windows() -> None:
    """`start.bat` has CRLF, without which labels and long lines go wrong on Windows."""
    content = (FOLDER / "start.bat").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 0
    assert b"-m json_logger --config" in content
