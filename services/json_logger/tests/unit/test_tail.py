"""The end of a log: what a crash leaves there, and where its last records begin."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from json_logger.service import tail
from json_logger.service.tail import line_start, mend_tail
from services.json_logger.tests.writing import QuietFiles
from session_sharing.records import RecordLimits
from session_sharing.service.files import SYSTEM_FILES, Files, SystemFiles

RECORDS = [
    b'{"measurement_name":"a","measurement_outputs":{"x":1}}',
    '{"measurement_name":"Größe","measurement_outputs":{"y":"}{"}}'.encode(),
    b'{"measurement_name":"c","measurement_outputs":{"nested":{"z":[1,2,{}]}}}',
]
LOG = b"".join(record + b"\n" for record in RECORDS)


def mend(path: Path, files: Files = SYSTEM_FILES) -> int:
    """Mend a log as the service does when it opens it: opened for appending."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        with open(descriptor, "rb", closefd=False) as log:
            return mend_tail(log, path, files=files)
    finally:
        os.close(descriptor)


def set_aside(path: Path) -> list[bytes]:
    """Return what lies beside a log, set aside."""
    return [beside.read_bytes() for beside in path.parent.glob(f"{path.name}.torn-*")]


@pytest.mark.parametrize("cut", range(len(LOG) + 1))
def test_log_that_was_cut_anywhere_goes_on(tmp_path: Path, cut: int) -> None:
    """Cut at any byte: whole records stay, torn bytes are set aside, nothing is lost."""
    path = tmp_path / "a.ndjson"
    path.write_bytes(LOG[:cut])
    size = mend(path)
    mended = path.read_bytes()
    whole = [
        record
        for number, record in enumerate(RECORDS)
        if len(b"\n".join(RECORDS[: number + 1])) <= cut
    ]
    assert mended == b"".join(record + b"\n" for record in whole)
    assert size == len(mended)
    torn = LOG[len(mended) : cut]
    assert set_aside(path) == ([torn] if torn else [])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=3,
)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=2), min_size=1, max_size=2))
def test_log_of_any_records_that_was_cut_anywhere_opens_again(
    tmp_path_factory: pytest.TempPathFactory, documents: list[dict[str, object]]
) -> None:
    """Whatever records hold, cut at any byte: the log opens with every complete one before it."""
    path = tmp_path_factory.mktemp("cut") / "a.ndjson"
    records = [json.dumps(document, ensure_ascii=False).encode() for document in documents]
    content = b"\n".join([*records, b""])
    ends = list(accumulate(len(record) + 1 for record in records))
    for cut in range(len(content) + 1):
        path.write_bytes(content[:cut])
        mend(path, QuietFiles())
        complete = sum(1 for end in ends if end - 1 <= cut)
        assert path.read_bytes().splitlines() == records[:complete]


def test_mending_twice_changes_nothing(tmp_path: Path) -> None:
    """A mended log is left alone."""
    path = tmp_path / "a.ndjson"
    path.write_bytes(LOG[:-5])
    size = mend(path)
    before = path.read_bytes()
    assert mend(path) == size
    assert path.read_bytes() == before
    assert len(set_aside(path)) == 1


@pytest.mark.parametrize(
    "end",
    [b"1234", b'"text"', b"[{}]", b"null", b"\x00" * 50, b"\xff\xfe", b"[" * 100_000, b"9" * 5000],
    ids=["number", "text", "list", "null", "zeros", "no-utf8", "deep", "long-number"],
)
def test_what_is_no_object_is_torn(tmp_path: Path, end: bytes) -> None:
    """A rest that is JSON, but no object, or no JSON at all, is no record."""
    path = tmp_path / "a.ndjson"
    path.write_bytes(LOG + end)
    assert mend(path) == len(LOG)
    assert path.read_bytes() == LOG
    assert set_aside(path) == [end]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_what_is_set_aside_is_private(tmp_path: Path) -> None:
    """Measured values that were set aside are as private as the log."""
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"{torn")
    mend(path)
    (beside,) = tmp_path.glob("*.torn-*")
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600


@pytest.mark.parametrize("step", ["sync", "sync_folder"])
def test_nothing_is_cut_that_could_not_be_set_aside(tmp_path: Path, step: str) -> None:
    """Torn bytes stay where they are until their copy is safe; no half copies pile up."""
    path = tmp_path / "a.ndjson"
    path.write_bytes(LOG + b"{torn")

    def fail(_: object) -> None:
        raise OSError(28, "No space left on device")

    full = SystemFiles()
    setattr(full, step, fail)
    for _ in range(3):
        with pytest.raises(OSError, match="No space"):
            mend(path, full)
    assert path.read_bytes() == LOG + b"{torn"
    assert list(tmp_path.iterdir()) == [path]


class Counting(io.BufferedRandom):
    """Counts what is read, and how much of it at once."""

    count = 0
    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and count."""
        data = super().read(size)
        self.count += len(data)
        self.most = max(self.most, len(data))
        return data


@pytest.mark.parametrize("margin", [0, 1])
def test_endless_last_line_is_not_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, margin: int
) -> None:
    """What is longer than records are is set aside in blocks, even if it were one."""
    path = tmp_path / "a.ndjson"
    record = b'{"x":"' + b"y" * (10 * tail.BLOCK_BYTES) + b'"}'
    path.write_bytes(LOG + record)
    monkeypatch.setattr(tail, "LONGEST_LINE", len(record) - margin)
    with Counting(io.FileIO(path, "a+")) as log:
        mend_tail(log, path)
        assert (log.most <= tail.BLOCK_BYTES) is bool(margin)
    if margin:
        assert set_aside(path) == [record]
        assert path.read_bytes() == LOG
    else:
        assert path.read_bytes() == LOG + record + b"\n"


def test_records_of_the_usual_limit_are_read() -> None:
    """The longest line that a service writes by default is no endless one."""
    assert RecordLimits().record_bytes < tail.LONGEST_LINE < 2 * RecordLimits().record_bytes


def test_only_the_last_line_is_read(tmp_path: Path) -> None:
    """Opening a big log costs no more than opening a small one: old lines are not parsed."""
    path = tmp_path / "a.ndjson"
    filler = b"no JSON at all\n" * 100_000
    path.write_bytes(filler + LOG)

    with Counting(io.FileIO(path, "a+")) as log:
        assert mend_tail(log, path) == len(filler) + len(LOG)
        assert log.count <= 2 * tail.BLOCK_BYTES


def naive_line_start(content: bytes, end: int, lines: int) -> int:
    """Find the same by splitting everything."""
    starts = [0, *(place + 1 for place, byte in enumerate(content[:end]) if byte == ord("\n"))]
    return starts[-lines] if lines <= len(starts) else 0


@settings(max_examples=300)
@given(
    st.lists(st.binary(max_size=6).map(lambda line: line.replace(b"\n", b"")), max_size=12),
    st.booleans(),
    st.integers(1, 15),
    st.integers(1, 9),
    st.data(),
)
def test_line_start_is_what_splitting_finds(
    lines: list[bytes], ends_whole: bool, wanted: int, block: int, data: st.DataObject
) -> None:
    """Searching backwards in blocks finds the same places as splitting the whole log."""
    content = b"\n".join(lines) + (b"\n" if ends_whole and lines else b"")
    end = data.draw(st.integers(0, len(content)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tail, "BLOCK_BYTES", block)
        found = line_start(io.BytesIO(content), end, wanted)
    assert found == naive_line_start(content, end, wanted)
