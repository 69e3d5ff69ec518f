"""What a lock's side file says of its holder."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone

import pytest

from session_sharing.information import ClientIdentity
from session_sharing.service.holder import Holder, this_process

HOLDER = Holder(
    ClientIdentity("json_logger", host="station-4", process_id=4711, user="anna"),
    datetime(2025, 3, 4, 5, 6, 7, 890123, tzinfo=timezone.utc),
)


def test_holder_survives_the_file() -> None:
    """What the holder wrote is what the second comer reads."""
    assert Holder.from_json(HOLDER.to_json().encode()) == HOLDER


def test_file_has_the_promised_fields() -> None:
    """Scripts find program, process, host, user and the UTC time under their names."""
    assert json.loads(HOLDER.to_json()) == {
        "program": "json_logger",
        "process_id": 4711,
        "host": "station-4",
        "user": "anna",
        "since": "2025-03-04T05:06:07.890123+00:00",
    }


def test_half_written_holder_is_nobody() -> None:
    """A file that is read while it is written tells nothing, and never raises."""
    whole = HOLDER.to_json().encode().rstrip()
    assert [Holder.from_json(whole[:length]) for length in range(len(whole))] == [None] * len(whole)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"[1]", b"17", b"{}", b"[" * 4096, b'{"program": "x"}']
)
def test_garbage_is_nobody(content: bytes) -> None:
    """Whatever else lies in the file does not stop the second comer's error from being made."""
    assert Holder.from_json(content) is None


def test_this_process_is_described() -> None:
    """The holder is this process, here and now."""
    before = datetime.now(timezone.utc)
    holder = this_process()
    assert holder.identity.process_id == os.getpid()
    assert before <= holder.since <= datetime.now(timezone.utc)
