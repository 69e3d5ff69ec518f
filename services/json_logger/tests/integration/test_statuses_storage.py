"""What the storage refuses: not writable, held elsewhere, exchanged; and that it passes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

from json_logger import JsonLoggerClient
from json_logger.service import log_file
from services.json_logger.tests.support import (
    DEADLINE,
    Raw,
    canary,
    environment,
    lines_of,
    local_logger,
    logger_process,
    names_of,
    refused,
    snapshot,
)
from session_sharing.errors import (
    AccessDeniedError,
    ResourceHeldError,
    ResourceReplacedError,
)
from session_sharing.records import AckLevel
from session_sharing.service.files import Files


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has rights of another kind")
def test_not_writable(tmp_path: Path) -> None:
    """What may not be written is PERMISSION_DENIED; nothing is made or changed."""
    if os.geteuid() == 0 and sys.platform != "linux":
        pytest.skip("root may write everything; only Linux lets it give that up")
    module = "unprivileged_logger" if os.geteuid() == 0 else "json_logger"
    data, root = tmp_path / "data", tmp_path / "root"
    closed = root / "closed"
    data.mkdir()
    closed.mkdir(parents=True)
    read_only = data / "read_only.ndjson"
    for path in (read_only, closed / "b.ndjson"):
        path.write_text('{"kept": 1}\n')
    read_only.chmod(0o444)
    closed.chmod(0o555)
    with (
        logger_process(data, "--allow-root", str(root), module=module) as server,
        canary(server.address, data),
        Raw(server.address) as raw,
    ):
        before = snapshot(tmp_path)
        for name in (read_only, closed / "b.ndjson", closed / "new.ndjson"):
            with refused(grpc.StatusCode.PERMISSION_DENIED, name.name, "Permission denied"):
                raw.initialize(str(name))
        assert snapshot(tmp_path) == before
    closed.chmod(0o755)


def test_file_of_another_process(tmp_path: Path) -> None:
    """A file that another service has open is refused, with its holder, until that lets go."""
    shared = tmp_path / "shared"
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in (shared, *folders):
        folder.mkdir()
    path = shared / "a.ndjson"
    with (
        logger_process(folders[0], "--allow-root", str(shared)) as first,
        logger_process(folders[1], "--allow-root", str(shared)) as second,
        canary(second.address, folders[1]),
    ):
        holder = JsonLoggerClient(str(path), address=first.address, wait=DEADLINE)
        holder.log("first", {}, {})
        before = snapshot(shared)
        for _ in range(2):
            with pytest.raises(ResourceHeldError) as caught:
                JsonLoggerClient(str(path), address=second.address, wait=DEADLINE)
            for word in ("held by json_logger", str(first.process.pid), "Stop that process"):
                assert word in caught.value.message
            assert [record.measurement_name for record in holder.read()] == ["first"]
        assert snapshot(shared) == before
        holder.close()
        with JsonLoggerClient(str(path), address=second.address, wait=DEADLINE) as other:
            other.log("second", {}, {})
    assert names_of(path) == ["first", "second"]


def test_lock_falls_with_its_process(tmp_path: Path) -> None:
    """When the holder is killed the file is free at once, and what it acknowledged is there."""
    shared = tmp_path / "shared"
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in (shared, *folders):
        folder.mkdir()
    path = shared / "a.ndjson"
    with logger_process(folders[0], "--allow-root", str(shared)) as first:
        holder = JsonLoggerClient(str(path), address=first.address, wait=1.0)
        for number in range(50):
            holder.log(f"record {number}", {}, {})
        first.kill()
    with (
        logger_process(folders[1], "--allow-root", str(shared)) as second,
        JsonLoggerClient(str(path), address=second.address, wait=DEADLINE) as other,
    ):
        other.log("after", {}, {})
    assert names_of(path) == [*(f"record {number}" for number in range(50)), "after"]


def test_one_service_for_each_data_folder(tmp_path: Path) -> None:
    """A second service on a data folder exits 1 with one line that names the first."""
    data = tmp_path / "data"
    with logger_process(data) as first, canary(first.address, data):
        second = subprocess.run(
            [sys.executable, "-m", "json_logger", "--port", "0", "--data-dir", str(data)],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert second.returncode == 1
        assert second.stdout == ""
        (line,) = second.stderr.splitlines()
        for word in ("data folder", str(data), str(first.process.pid), "Stop that process"):
            assert word in line


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody do that to an open file")
@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_log_that_was_exchanged(tmp_path: Path, how: str) -> None:
    """Who wants the disk is told that the log was exchanged; a new session logs into the new."""
    with local_logger(tmp_path, level=AckLevel.DISK) as service:
        data = tmp_path / "data"
        path, moved = data / "a.ndjson", data / "moved.ndjson"
        with canary(service.address, data):
            client = JsonLoggerClient("a.ndjson", address=service.address, wait=DEADLINE)
            client.log("before", {}, {})
            path.rename(moved)
            if how == "replaced":
                path.write_text("")
            for _ in range(2):
                with pytest.raises(ResourceReplacedError, match="initialize it again"):
                    client.log("lost", {}, {})
            with pytest.raises(ResourceReplacedError):
                list(client.read())
            with pytest.raises(ResourceReplacedError):
                client.close()
            with JsonLoggerClient("a.ndjson", address=service.address, wait=DEADLINE) as again:
                again.log("after", {}, {})
        assert names_of(moved) == ["before"]
        assert names_of(path) == ["after"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody do that to an open file")
def test_log_that_was_deleted_is_told_to_who_closes_it(tmp_path: Path) -> None:
    """Who did not want the disk is told at the latest at the close that the log is gone."""
    with local_logger(tmp_path, level=AckLevel.OS) as service:
        data = tmp_path / "data"
        client = JsonLoggerClient("a.ndjson", address=service.address, wait=DEADLINE)
        client.log("before", {}, {})
        (data / "a.ndjson").unlink()
        client.log("into nothing", {}, {})
        with pytest.raises(ResourceReplacedError, match="deleted"):
            client.close()
        with JsonLoggerClient("a.ndjson", address=service.address, wait=DEADLINE) as again:
            again.log("after", {}, {})
        assert names_of(data / "a.ndjson") == ["after"]


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (errno.ENOSPC, grpc.StatusCode.RESOURCE_EXHAUSTED, ["Make room"]),
        (errno.EACCES, grpc.StatusCode.PERMISSION_DENIED, ["the right"]),
        (errno.EROFS, grpc.StatusCode.PERMISSION_DENIED, ["the right"]),
        (errno.EIO, grpc.StatusCode.UNAVAILABLE, ["Check the disk"]),
        (errno.ESTALE if sys.platform != "win32" else errno.EIO, grpc.StatusCode.UNAVAILABLE, []),
    ],
)
def test_storage_that_refuses_to_open(
    tmp_path: Path, number: int, code: grpc.StatusCode, words: list[str]
) -> None:
    """Whatever the system answers when a log is opened becomes its status and a way out."""
    real = log_file.open_log

    def fail(files: Files, path: Path) -> int:
        if path.name.startswith("canary"):
            return real(files, path)
        raise OSError(number, os.strerror(number), str(path))

    with (
        local_logger(tmp_path) as service,
        canary(service.address, tmp_path / "data"),
        Raw(service.address) as raw,
    ):
        before = snapshot(tmp_path)
        with pytest.MonkeyPatch.context() as patch, refused(code, "a.ndjson", *words):
            patch.setattr(log_file, "open_log", fail)
            raw.initialize("a.ndjson")
        assert snapshot(tmp_path) == before
        raw.log(raw.initialize("a.ndjson"))


def test_torn_record_of_a_killed_service(tmp_path: Path) -> None:
    """A service that starts after a crash sets the torn end aside, and the log goes on."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.ndjson").write_bytes(b'{"measurement_name": "whole"}\n{"measurement_name": "to')
    with (
        local_logger(tmp_path) as service,
        JsonLoggerClient("a.ndjson", address=service.address, wait=DEADLINE) as client,
    ):
        client.log("after", {}, {})
    assert [line["measurement_name"] for line in lines_of(data / "a.ndjson")] == ["whole", "after"]
    (aside,) = data.glob("a.ndjson.torn-*")
    assert aside.read_bytes() == b'{"measurement_name": "to'


def test_denial_names_the_folder_and_the_option(tmp_path: Path) -> None:
    """A file under no allowed root is refused with the option that helps."""
    with local_logger(tmp_path, roots=[tmp_path / "allowed"]) as service:
        (tmp_path / "allowed").mkdir()
        with pytest.raises(AccessDeniedError, match="--allow-root"):
            JsonLoggerClient(str(tmp_path / "a.log"), address=service.address, wait=DEADLINE)
        allowed = str(tmp_path / "allowed" / "a.log")
        with JsonLoggerClient(allowed, address=service.address, wait=DEADLINE) as client:
            client.log("x", {}, {})
    assert names_of(Path(allowed)) == ["x"]
