"""NI's contract as a second door: what its published client and plug-ins rely on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import grpc
import pytest

from json_logger import JsonLoggerClient
from json_logger.service.log_file import LogFile
from services.json_logger.tests.ni_client import (
    ATTACH_TO_EXISTING,
    INITIALIZE_NEW,
    UNSPECIFIED,
    NiClient,
)
from services.json_logger.tests.support import (
    MEBIBYTE,
    canary,
    environment,
    lines_of,
    names_of,
    refused,
    snapshot,
)
from session_sharing.errors import SessionExistsError, SessionNotFoundError
from session_sharing.information import SessionInformation
from session_sharing.testing.hosting import LocalService

Connect = Callable[..., JsonLoggerClient]
INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND


@pytest.fixture
def ni(logger: LocalService[LogFile], data: Path) -> Iterator[NiClient]:
    """Connect a client of NI's contract, and check that the service stays healthy."""
    client = NiClient(logger.address)
    with canary(logger.address, data):
        yield client
    client.disconnect()


@pytest.mark.parametrize("ending", [".ndjson", ".log", ".txt", ".NDJSON", ".Log", ".tXt"])
def test_endings(ni: NiClient, data: Path, ending: str) -> None:
    """The three endings are taken in any letter case."""
    session, new = ni.initialize(f"a{ending}")
    assert new
    ni.log(session)
    ni.close_file(session)
    assert names_of(data / f"a{ending}") == ["NI"]


@pytest.mark.parametrize(
    ("path", "code", "word"),
    [
        ("", INVALID, "empty"),
        ("a.json", INVALID, ".ndjson, .log, .txt"),
        ("a", INVALID, ".ndjson, .log, .txt"),
        ("a.csv", INVALID, ".ndjson, .log, .txt"),
        ("folder.log", INVALID, "is a folder"),
        ("missing/a.log", NOT_FOUND, "Create it first"),
        ("../a.log", grpc.StatusCode.PERMISSION_DENIED, "--allow-root"),
    ],
)
@pytest.mark.parametrize("behavior", [UNSPECIFIED, INITIALIZE_NEW, ATTACH_TO_EXISTING])
def test_bad_paths(
    ni: NiClient, data: Path, path: str, code: grpc.StatusCode, word: str, behavior: int
) -> None:
    """What is no log file is refused with the same statuses as through our own door."""
    (data / "folder.log").mkdir()
    before = snapshot(data)
    with refused(code, word):
        ni.initialize(path, behavior)
    assert snapshot(data) == before


@pytest.mark.parametrize("behavior", [3, 4, 99, -1])
def test_behaviors_that_the_contract_lacks(ni: NiClient, data: Path, behavior: int) -> None:
    """The contract has the numbers 0, 1 and 2; any other is refused."""
    before = snapshot(data)
    with refused(INVALID, f"{behavior} is no initialization behaviour"):
        ni.initialize("a.ndjson", behavior)
    assert snapshot(data) == before


def test_the_three_behaviors(ni: NiClient) -> None:
    """AUTO creates or finds, NEW is refused when a session is open, ATTACH when none is."""
    with refused(NOT_FOUND, "no session is open"):
        ni.initialize("a.ndjson", ATTACH_TO_EXISTING)
    session, new = ni.initialize("a.ndjson", INITIALIZE_NEW)
    assert new
    with refused(grpc.StatusCode.ALREADY_EXISTS, "a client without identity", "close"):
        ni.initialize("a.ndjson", INITIALIZE_NEW)
    for behavior in (UNSPECIFIED, ATTACH_TO_EXISTING):
        assert ni.initialize("a.ndjson", behavior) == (session, False)
    ni.close_file(session)
    other, new = ni.initialize("a.ndjson", UNSPECIFIED)
    assert new
    assert other != session


def test_the_line(ni: NiClient, connect: Connect, data: Path) -> None:
    """A line has NI's four keys, in NI's order; our records have the same."""
    session, _ = ni.initialize("a.ndjson")
    ni.log(session, "dc µV", (946_684_800, 123_456_789), {"range": "10"}, {"reading": "1.5"})
    connect("a.ndjson").log("ours", {}, {})
    line, ours = lines_of(data / "a.ndjson")
    assert line == {
        "timestamp": "2000-01-01T00:00:00.123456+00:00",
        "measurement_name": "dc µV",
        "measurement_configurations": {"range": "10"},
        "measurement_outputs": {"reading": "1.5"},
    }
    assert list(line) == list(ours)


@pytest.mark.parametrize(
    ("timestamp", "text"),
    [
        ((0, 0), "1970-01-01T00:00:00.000000+00:00"),
        ((-1, 500_000_000), "1969-12-31T23:59:59.500000+00:00"),
        ((253_402_300_799, 999_999_999), "9999-12-31T23:59:59.999999+00:00"),
    ],
)
def test_timestamp_is_respected(
    ni: NiClient, data: Path, timestamp: tuple[int, int], text: str
) -> None:
    """The time that the client names is logged, as old as it may be."""
    session, _ = ni.initialize("a.ndjson")
    ni.log(session, timestamp=timestamp)
    assert [line["timestamp"] for line in lines_of(data / "a.ndjson")] == [text]


def test_missing_timestamp(ni: NiClient, data: Path) -> None:
    """Without a timestamp the service's clock counts."""
    session, _ = ni.initialize("a.ndjson")
    before = datetime.now(timezone.utc)
    ni.log(session)
    (line,) = lines_of(data / "a.ndjson")
    logged = datetime.fromisoformat(line["timestamp"])
    assert before - timedelta(seconds=1) <= logged <= datetime.now(timezone.utc)


@pytest.mark.parametrize("timestamp", [(2**60, 0), (0, -1), (0, 10**9), (253_402_300_800, 0)])
def test_bad_timestamp(ni: NiClient, data: Path, timestamp: tuple[int, int]) -> None:
    """A time that is none is refused, as through our own door; the session goes on."""
    session, _ = ni.initialize("a.ndjson")
    with refused(INVALID, "timestamp"):
        ni.log(session, timestamp=timestamp)
    ni.log(session)
    assert names_of(data / "a.ndjson") == ["NI"]


def test_close_without_attachments(ni: NiClient, logger: LocalService[LogFile], data: Path) -> None:
    """CloseFile closes at once when nobody holds the session; repeated, it is NOT_FOUND."""
    session, _ = ni.initialize("a.ndjson")
    ni.log(session)
    ni.close_file(session)
    assert not (data / ".a.ndjson.lock").exists()
    with refused(NOT_FOUND, "closed at", "by a client without identity"):
        ni.close_file(session)
    with refused(NOT_FOUND, "closed at", "by a client without identity"):
        ni.log(session)
    assert names_of(data / "a.ndjson") == ["NI"]


def test_close_with_attachments(ni: NiClient, connect: Connect, data: Path) -> None:
    """CloseFile of a session that others hold is OK and pending; NI's clients are out at once."""
    ours = connect("a.ndjson")
    session, new = ni.initialize("a.ndjson")
    assert (session, new) == (ours.session_name, False)
    ni.log(session, "NI 1")
    ni.close_file(session)
    with refused(NOT_FOUND):
        ni.close_file(session)
    with refused(NOT_FOUND):
        ni.log(session, "too late")
    ours.log("ours", {}, {})
    with pytest.raises(SessionExistsError, match="asked to close"):
        connect("a.ndjson", 1)
    ours.detach()
    with pytest.raises(SessionNotFoundError):
        connect("a.ndjson", 2)
    assert names_of(data / "a.ndjson") == ["NI 1", "ours"]


def test_come_back_while_the_close_is_pending(ni: NiClient, connect: Connect, data: Path) -> None:
    """While a close is pending NI's client may attach and log; the close is not withdrawn."""
    ours = connect("a.ndjson")
    session, _ = ni.initialize("a.ndjson")
    ni.close_file(session)
    assert ni.initialize("a.ndjson", ATTACH_TO_EXISTING) == (session, False)
    ni.log(session)
    ours.detach()
    with refused(NOT_FOUND):
        ni.log(session)
    assert names_of(data / "a.ndjson") == ["NI"]


def test_garbage_names(ni: NiClient) -> None:
    """Sessions that never were are NOT_FOUND for every method."""
    for name in ("", "nonsense", "x" * 100_000):
        with refused(NOT_FOUND, "no session of this name"):
            ni.log(name)
        with refused(NOT_FOUND, "no session of this name"):
            ni.close_file(name)


def test_spellings_and_aliases(ni: NiClient, connect: Connect, data: Path) -> None:
    """All names of a file, also with an alias, lead to the session that our own clients have."""
    (data / "x").mkdir()
    ours = connect("a.ndjson?client=ours")
    for name in ("a.ndjson", "x/../a.ndjson", str(data / "a.ndjson"), "a.ndjson?client=dmm"):
        assert ni.initialize(name) == (ours.session_name, False)


def test_alias_of_a_new_session(ni: NiClient, data: Path) -> None:
    """The alias is no part of the file's name."""
    session, new = ni.initialize("a.ndjson?client=dmm", INITIALIZE_NEW)
    assert new
    ni.log(session)
    assert names_of(data / "a.ndjson") == ["NI"]


def test_no_attachment_is_made(
    ni: NiClient, connect: Connect, logger: LocalService[LogFile]
) -> None:
    """NI's client is counted nowhere: its session has no holder, and outlives it."""

    def listed() -> list[SessionInformation]:
        told = logger.call(logger.engine.sessions)
        return [session for session in told if session.resource_name == "a.ndjson"]

    session_name, _ = ni.initialize("a.ndjson")
    ni.disconnect()
    (session,) = listed()
    assert session.attachments == ()
    assert session.created_by is None
    assert "created by a client without identity" in str(session)
    ours = connect("a.ndjson", 4)
    assert ours.session_name == session_name
    ours.close()
    assert listed() == []


def test_ours_cannot_lose_the_session_to_ni(ni: NiClient, connect: Connect, data: Path) -> None:
    """NI's CloseFile takes nothing from those who hold the session by attachments."""
    first, second = connect("a.ndjson"), connect("a.ndjson")
    session, _ = ni.initialize("a.ndjson")
    ni.close_file(session)
    for client in (first, second):
        client.log("held", {}, {})
    assert names_of(data / "a.ndjson") == ["held", "held"]


def test_record_that_is_too_big(ni: NiClient, data: Path) -> None:
    """A record over the limit is refused by us, with size and limit; the session goes on."""
    session, _ = ni.initialize("a.ndjson")
    with refused(INVALID, str(16 * MEBIBYTE), "a record may have"):
        ni.log(session, outputs={"x": "y" * (16 * MEBIBYTE)})
    ni.log(session)
    assert names_of(data / "a.ndjson") == ["NI"]


CLASH = """
import sys
from google.protobuf import descriptor_pb2, descriptor_pool
from json_logger import JsonLoggerClient, JsonLoggerSessionConstructor
file = descriptor_pb2.FileDescriptorProto(
    name="json_logger.proto", package="json_logger", syntax="proto3"
)
for name in ("InitializeFileRequest", "LogMeasurementDataRequest", "CloseFileRequest"):
    file.message_type.add(name=name)
file.service.add(name="JsonLogger")
descriptor_pool.Default().Add(file)
descriptor_pool.Default().FindServiceByName("json_logger.JsonLogger")
print("no clash")
"""


def test_our_client_leaves_the_names_of_ni_free() -> None:
    """NI's client and ours live in one process: importing ours takes none of NI's names."""
    done = subprocess.run(
        [sys.executable, "-c", CLASH],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == ("no clash", 0), done.stderr


def test_reflection_names_both_contracts(logger: LocalService[LogFile]) -> None:
    """Generic tools find both contracts by reflection."""
    from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc  # noqa: PLC0415

    with grpc.insecure_channel(logger.address) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        answer = next(stub.ServerReflectionInfo(iter([request]), timeout=20))
    names = {service.name for service in answer.list_services_response.service}
    assert {"json_logger.JsonLogger", "session_sharing.json_logger.v1.JsonLogger"} <= names
