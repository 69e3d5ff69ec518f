"""Processes that die: a client, and the service itself; and how the service is started."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from db_writer import DbWriterClient, RecordContext
from services.db_writer.tests.looking import DEADLINE, until
from services.db_writer.tests.support import environment, local_writer, writer_process
from session_sharing.errors import SharingError

FOLDER = Path(__file__).parents[2]

LOGGING_PROGRAM = """
import sys
from db_writer import DbWriterClient
client = DbWriterClient("a.sqlite?client=doomed", address=sys.argv[1])
for number in range(1_000_000):
    client.log(f"doomed {number}", {}, {})
    print(number, flush=True)
"""


def names(client: DbWriterClient) -> list[str]:
    """Return the names of all records."""
    return [record.measurement_name for record in client.read()]


def test_client_that_is_killed(tmp_path: Path) -> None:
    """What a killed client was told is there once; its hold is gone, and the session goes on."""
    with (
        local_writer(tmp_path, {}, grace=0.1) as service,
        DbWriterClient("a.sqlite", address=service.address, wait=DEADLINE) as survivor,
    ):
        with subprocess.Popen(
            [sys.executable, "-c", LOGGING_PROGRAM, service.address],
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        ) as doomed:
            assert doomed.stdout
            acknowledged = 0
            for line in doomed.stdout:
                acknowledged = int(line) + 1
                if acknowledged == 20:
                    doomed.kill()
        until(lambda: len(service.call(service.engine.sessions)[0].attachments) == 1)
        survivor.log("survivor", {}, {})
        stored = names(survivor)
    assert stored[-1] == "survivor"
    expected = [f"doomed {number}" for number in range(len(stored) - 1)]
    assert stored[:-1] == expected
    assert len(expected) in {acknowledged, acknowledged + 1}


def test_service_that_is_killed(tmp_path: Path) -> None:
    """After `kill -9` every acknowledged record is there once; logging, and what is set, go on."""
    config = tmp_path / "my.toml"
    config.write_text("[databases.bench]\nurl = 'sqlite:///bench.sqlite'\n")
    acknowledged: list[str] = []
    server = writer_process(tmp_path / "data", "--config", str(config))
    client = DbWriterClient("bench", address=server.address, wait=1.0)
    client.set_context(RecordContext(serial_number="SN-1"))

    def log() -> None:
        try:
            while True:
                client.log(f"{len(acknowledged)}", {}, {})
                acknowledged.append(f"{len(acknowledged)}")
        except SharingError:
            return

    logging = threading.Thread(target=log, name="busy client", daemon=True)
    logging.start()
    until(lambda: len(acknowledged) > 50)
    server.kill()
    logging.join(DEADLINE)
    with writer_process(tmp_path / "data", "--config", str(config)) as again:
        with DbWriterClient("bench", address=again.address, wait=DEADLINE) as later:
            stored = names(later)
            later.log("later", {}, {})
            [told] = later.read(last=1)
            assert told.context == RecordContext(serial_number="SN-1")
        assert again.stop() == 0
    assert stored in (acknowledged, [*acknowledged, str(len(acknowledged))])
    assert (tmp_path / "bench.sqlite").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has start.bat")
def test_start_script(tmp_path: Path) -> None:
    """`start.sh` starts the service from any folder, hands options on, and ends with it."""
    with subprocess.Popen(
        [str(FOLDER / "start.sh"), "--port", "0", "--data-dir", str(tmp_path / "data")],
        cwd=tmp_path,
        env={**environment(), "DB_WRITER_PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        ready = re.fullmatch(r"db_writer ready: (localhost:\d+)\n", process.stdout.readline())
        assert ready
        with DbWriterClient("a.sqlite", address=ready.group(1), wait=DEADLINE) as client:
            client.log("m", {}, {})
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
    assert (tmp_path / "data" / "a.sqlite").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has start.bat")
def test_start_script_without_the_package(tmp_path: Path) -> None:
    """Where Python does not have the package, the script says how to name one that has."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o700)
    done = subprocess.run(
        [str(FOLDER / "start.sh")],
        env={**environment(), "DB_WRITER_PYTHON": str(python)},
        stderr=subprocess.PIPE,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 1
    assert f"{python} does not have it" in done.stderr
    assert "DB_WRITER_PYTHON" in done.stderr
    assert ".venv" in done.stderr


def test_batch_file_has_the_line_ends_of_windows() -> None:
    """`start.bat` has CRLF, without which labels and long lines go wrong on Windows."""
    content = (FOLDER / "start.bat").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 0
    assert b"-m db_writer --config" in content
