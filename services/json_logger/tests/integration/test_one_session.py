"""All names of one file share one session; a hard link is told, not shared."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from json_logger import JsonLoggerClient
from json_logger.service.log_file import LogFile
from services.json_logger.tests.support import Raw, names_of, refused
from session_sharing.testing.hosting import LocalService

Connect = Callable[..., JsonLoggerClient]


def test_all_spellings_share_one_session(
    connect: Connect, logger: LocalService[LogFile], data: Path
) -> None:
    """Relative, with `..`, absolute, by link and with an alias: one session, one file, in order."""
    (data / "x").mkdir()
    spellings = [
        "a.ndjson",
        "x/../a.ndjson",
        "x\\..\\a.ndjson",
        str(data / "a.ndjson"),
        "a.ndjson?client=dmm",
        "a.ndjson?CLIENT=scope_2",
    ]
    if sys.platform != "win32":
        (data / "link.log").symlink_to("a.ndjson")
        (data / "folder").symlink_to("x")
        spellings += ["link.log", "folder/../a.ndjson"]
    clients = [connect(spelling) for spelling in spellings]
    assert [client.new_session for client in clients] == [True, *[False] * (len(clients) - 1)]
    assert len({client.session_name for client in clients}) == 1
    assert len(logger.call(logger.engine.sessions)) == 1
    for spelling, client in zip(spellings, clients, strict=True):
        client.log(spelling, {}, {})
    assert names_of(data / "a.ndjson") == spellings


def test_what_follows_the_mark_must_be_an_alias(raw: Raw, data: Path) -> None:
    """Something else behind a `?` is refused: it would silently name another file."""
    for resource in ("a.ndjson?client=", "a.ndjson?user=x", "a.ndjson?client=a b", "a.ndjson?"):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "?client=NAME"):
            raw.initialize(resource)
    assert list(data.iterdir()) == []


def test_different_files_have_different_sessions(connect: Connect) -> None:
    """Files that merely look alike are not shared."""
    names = ["a.ndjson", "a.log", "b.ndjson", "a.ndjson.txt"]
    assert len({connect(name).session_name for name in names}) == len(names)


@pytest.mark.parametrize("behavior", [0, 1])
def test_hard_link_is_held(raw: Raw, data: Path, behavior: int) -> None:
    """A second name of an open file is refused, and told by which name the session goes."""
    attachment = raw.initialize("a.ndjson")
    os.link(data / "a.ndjson", data / "b.ndjson")
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "hard link", "a.ndjson", "Use that name"):
        raw.initialize("b.ndjson", behavior)
    raw.log(attachment, "first")
    raw.release(attachment)
    raw.log(raw.initialize("b.ndjson"), "second")
    assert names_of(data / "a.ndjson") == ["first", "second"]
