"""Every refusal: its status, what to do, nothing written, and a service as healthy as before."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from json_logger.service.log_file import LogFile
from services.json_logger.tests.support import Raw, canary, names_of, refused, snapshot
from session_sharing.testing.hosting import LocalService
from session_sharing.wire.generated import session_pb2
from session_sharing.wire.status import error_from_call

INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
EXISTS = grpc.StatusCode.ALREADY_EXISTS
DENIED = grpc.StatusCode.PERMISSION_DENIED
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has drives, and no such links")


@pytest.fixture(autouse=True)
def healthy(logger: LocalService[LogFile], data: Path) -> Iterator[None]:
    """Check that another client goes on undisturbed."""
    with canary(logger.address, data):
        yield


@pytest.fixture
def untouched(healthy: None, tmp_path: Path, data: Path) -> Iterator[None]:
    """Check that nothing was written, within the data folder or beside it."""
    (data / "folder.log").mkdir()
    (data / "file.txt").write_text("")
    (tmp_path / "beside").mkdir()
    if sys.platform != "win32":
        (data / "out").symlink_to(tmp_path / "beside")
        (data / "circle.log").symlink_to("circle.log")
        (data / "device.log").symlink_to("/dev/full")
        (data / "program.log").symlink_to(data / "program.py")
        (data / "program.py").write_text("important")
        os.mkfifo(data / "pipe.log")
    before = snapshot(tmp_path)
    yield
    assert snapshot(tmp_path) == before


NAMES = [
    ("", INVALID, ["is empty", "as the pin map does"]),
    ("   ", INVALID, ["is empty"]),
    ("?client=dmm", INVALID, ["is empty"]),
    ("a.json", INVALID, ["ends in .ndjson, .log, .txt"]),
    ("a", INVALID, ["ends in .ndjson, .log, .txt"]),
    ("folder.log", INVALID, ["is a folder", "Choose the name of a file"]),
    ("nul.txt", INVALID, ["device", "Choose another name"]),
    ("x/COM1.ndjson", INVALID, ["device", "Choose another name"]),
    ("a\x00.log", INVALID, ["control characters", "Leave them out"]),
    ("a./b.log", INVALID, ["dot or blank"]),
    ("x" * 300 + ".log", INVALID, ["304 bytes", "at most"]),
    ("d/" * 3000 + "a.log", INVALID, ["bytes", "at most"]),
    ("x" * 5_000_000, INVALID, ["ends in .ndjson"]),
    ("missing/a.ndjson", NOT_FOUND, ["missing", "does not exist", "Create it first"]),
    ("file.txt/a.ndjson", NOT_FOUND, ["file.txt", "does not exist", "Create it first"]),
    ("../a.ndjson", DENIED, ["outside the folders", "--allow-root"]),
    ("../state/a.log", DENIED, ["outside the folders", "--allow-root"]),
]
POSIX_NAMES = [
    ("C:\\logs\\a.ndjson", INVALID, ["drive", "data folder"]),
    ("\\\\server\\share\\a.ndjson", INVALID, ["network share", "data folder"]),
    ("/etc/a.log", DENIED, ["outside the folders", "--allow-root /etc"]),
    ("out/a.ndjson", DENIED, ["outside the folders", "--allow-root"]),
    ("circle.log", INVALID, ["no regular file", "Choose the name of a file"]),
    ("device.log", DENIED, ["outside the folders"]),
    ("pipe.log", INVALID, ["no regular file", "Choose the name of a file"]),
    ("program.log", INVALID, ["no log file by its ending"]),
]


@pytest.mark.parametrize(
    ("resource", "code", "words"),
    [*NAMES, *(pytest.param(*case, marks=posix) for case in POSIX_NAMES)],
    ids=lambda value: ascii(value)[:30] if isinstance(value, str) else "",
)
def test_bad_name(
    untouched: None, raw: Raw, resource: str, code: grpc.StatusCode, words: list[str]
) -> None:
    """Each name that cannot be a log is refused with its status and a way out; nothing is made."""
    for behavior in range(5):
        with refused(code, *words):
            raw.initialize(resource, behavior)


@posix
def test_socket_is_no_log(
    raw: Raw, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket in the place of a log is refused without being opened."""
    monkeypatch.chdir(data)
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("socket.log")
        before = snapshot(tmp_path)
        with refused(INVALID, "no regular file"):
            raw.initialize("socket.log")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("behavior", [5, 99, -1, 2**31 - 1])
def test_unknown_behavior(untouched: None, raw: Raw, behavior: int) -> None:
    """A number that is no behaviour is refused with those that are."""
    with refused(INVALID, f"{behavior} is no initialization behaviour", "2 ATTACH_TO_SERVER"):
        raw.initialize("a.ndjson", behavior)


@pytest.mark.parametrize("behavior", [2, 4])
def test_nothing_to_attach_to(untouched: None, raw: Raw, behavior: int) -> None:
    """Attaching where no session is open makes none, and says who could."""
    with refused(NOT_FOUND, "no session is open on 'a.ndjson'", "Initialize it first"):
        raw.initialize("a.ndjson", behavior)


@pytest.mark.parametrize("behavior", [1, 3])
def test_session_exists(logger: LocalService[LogFile], raw: Raw, data: Path, behavior: int) -> None:
    """Who wants a session of their own is told who has it and how it is closed; it goes on."""
    held = raw.initialize("a.ndjson")
    with Raw(logger.address) as other:
        words = ["created by raw client", "held by raw client", "python -m session_sharing close"]
        with refused(EXISTS, *words) as errors:
            other.initialize("a.ndjson", behavior)
    session = error_from_call(errors[0]).session
    assert session is not None
    assert session.resource_name == "a.ndjson"
    raw.log(held, "goes on")
    assert names_of(data / "a.ndjson") == ["goes on"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("client_id", "", ["client id has 0 characters", "SessionClients.Connect"]),
        ("client_id", "x" * 101, ["client id has 101 characters"]),
        ("attachment_id", "", ["attachment id has 0 characters"]),
        ("attachment_id", "x" * 101, ["attachment id has 101 characters"]),
    ],
)
def test_bad_ids(untouched: None, raw: Raw, field: str, value: str, words: list[str]) -> None:
    """An Initialize without its ids, or with absurd ones, is refused with where they come from."""
    with refused(INVALID, *words):
        raw.initialize("a.ndjson", **{field: value})


def test_unknown_client(untouched: None, raw: Raw) -> None:
    """A client id without a live stream is refused, and told to connect."""
    with refused(PRECONDITION, "not connected", "Connect first"):
        raw.initialize("a.ndjson", client_id="nobody knows me")


def test_no_such_session(untouched: None, raw: Raw) -> None:
    """Whatever is asked of a session that never was is NOT_FOUND."""
    nobody = session_pb2.AttachmentReference(session_name="never was", attachment_id="x")
    with refused(NOT_FOUND, "no session of this name", "Initialize again"):
        raw.log(nobody)
    with refused(NOT_FOUND, "no session of this name"):
        raw.release(nobody)


def test_closed_session(raw: Raw, data: Path) -> None:
    """Who comes after the closing is told by whom and when it was closed."""
    first, second = raw.initialize("a.ndjson"), raw.initialize("a.ndjson")
    raw.log(first, "kept")
    raw.release(first)
    raw.release(second)
    before = snapshot(data)
    never = session_pb2.AttachmentReference(session_name=first.session_name, attachment_id="x")
    with refused(NOT_FOUND, "is closed", "closed at", "UTC by raw client", "Initialize again"):
        raw.log(never)
    with refused(NOT_FOUND, "no session is open", "The last one was", "UTC by raw client"):
        raw.initialize("a.ndjson", 2)
    assert snapshot(data) == before


def test_attachment_of_another_session(raw: Raw, data: Path) -> None:
    """An attachment opens only the session that it is on."""
    own, other = raw.initialize("a.ndjson"), raw.initialize("b.ndjson")
    mixed = session_pb2.AttachmentReference(
        session_name=own.session_name, attachment_id=other.attachment_id
    )
    with refused(PRECONDITION, "does not hold the session", "attach anew"):
        raw.log(mixed)
    assert names_of(data / "a.ndjson") == []


def test_attachment_of_another_client(logger: LocalService[LogFile], raw: Raw) -> None:
    """Nobody can release what another client holds, or take over its attachment id."""
    held = raw.initialize("a.ndjson")
    with Raw(logger.address) as other:
        with refused(INVALID, "belongs to another request"):
            other.release(held)
        with refused(INVALID, "belongs to another request"):
            other.initialize("a.ndjson", attachment_id=held.attachment_id)
    raw.log(held)


def test_released_attachment(raw: Raw, data: Path) -> None:
    """After its release an attachment is of no use, though the session is still open."""
    raw.initialize("a.ndjson")
    released = raw.initialize("a.ndjson")
    raw.release(released)
    with refused(PRECONDITION, "was released at", "attach anew"):
        raw.log(released)
    assert names_of(data / "a.ndjson") == []


def test_unknown_release_mode(raw: Raw) -> None:
    """A release mode that nobody knows is refused, and nothing is released."""
    held = raw.initialize("a.ndjson")
    with refused(INVALID, "99 is no release mode"):
        raw.release(held, mode=99)
    raw.log(held)


def test_long_foreign_names_can_be_told(untouched: None, raw: Raw) -> None:
    """However a name is written, its refusal arrives: what is too long for gRPC is cut."""
    name = "/".join(["", *["目" * 50] * 5, "a.ndjson"])
    for _ in range(20):
        with refused(DENIED, "outside the folders"):
            raw.initialize(name)
