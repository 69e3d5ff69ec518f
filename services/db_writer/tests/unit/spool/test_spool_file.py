"""The file of a spool: what waits in it is there, in order, once, and taken out for good."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db_writer.service.failures import WriteError
from db_writer.service.spool import waiting
from db_writer.service.spool.refused import Refusal
from db_writer.service.spool.spool_file import TRIM_BYTES, SpoolFile
from db_writer.service.spool.waiting import encoded
from services.db_writer.tests.looking import change_file
from services.db_writer.tests.unit.spool.spooling import entry, names, new_file
from session_sharing.errors import (
    PreconditionError,
    ResourceExhaustedError,
    ResourceReplacedError,
    SharingError,
)
from session_sharing.service import StoreError


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[SpoolFile]:
    """Open an empty spool."""
    with closing(new_file(tmp_path)) as file:
        yield file


def waits(spool: SpoolFile) -> list[str]:
    """Return the names of what waits, as far as one transaction delivers it."""
    batch = spool.oldest()
    return names(batch.entries) if batch else []


def test_oldest_comes_first_also_after_a_restart(spool: SpoolFile, tmp_path: Path) -> None:
    """What was put is there in the order of arrival, when the file is opened again as well."""
    spool.put([encoded(entry("a", "b")), encoded(entry("x", attachment="other"))])
    spool.put([encoded(entry("c", first=3))])
    with closing(new_file(tmp_path)) as again:
        batch = again.oldest()
        assert batch
        assert names(batch.entries) == ["a", "b", "x", "c"]
        numbers = [(one.attachment_id, *one.numbers) for one in batch.entries]
        assert numbers == [("a", 1, 2), ("other", 1), ("a", 3)]
        assert batch.amount == again.content().waiting
        again.settle(batch, [])
        assert again.content().waiting == (0, 0)
    assert waits(spool) == []


def test_what_waits_in_part_is_refused(spool: SpoolFile) -> None:
    """More records under a number that waits are refused whole: none is dropped without a word."""
    spool.put([encoded(entry("a", "b"))])
    with pytest.raises(StoreError, match="those up to 2 wait for the database already"):
        spool.put([encoded(entry("x", first=9)), encoded(entry("a", "b", "c"))])
    assert waits(spool) == ["a", "b"]


def test_repeat_is_not_put_twice(spool: SpoolFile) -> None:
    """Who repeats what it was not answered has it waiting once, whether it counts or not."""
    uncounted = entry("u", "v", first=0)
    for _ in range(2):
        spool.put([encoded(entry("a")), encoded(uncounted)])
    assert waits(spool) == ["a", "u", "v"]
    (_, back) = spool.oldest().entries
    assert list(back.numbers) == list(uncounted.numbers)


def test_transactions_are_bounded(spool: SpoolFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction takes so many records or bytes, and at least one entry."""
    size = len(encoded(entry("abc")).content)
    for number in range(1, 4):
        spool.put([encoded(entry("abc", first=number))])
    monkeypatch.setattr(waiting, "MAX_BYTES", 2 * size)
    assert waits(spool) == ["abc"] * 2
    monkeypatch.setattr(waiting, "MAX_BYTES", size - 1)
    assert waits(spool) == ["abc"]
    monkeypatch.setattr(waiting, "MAX_BYTES", 10 * size)
    monkeypatch.setattr(waiting, "MAX_RECORDS", 2)
    assert waits(spool) == ["abc"] * 2


def test_refused_records_are_kept_and_put_back(spool: SpoolFile) -> None:
    """What was refused stays whole, with its reason, until somebody wants it tried again."""
    spool.put([encoded(entry("a")), encoded(entry("b", "bad", first=2))])
    batch = spool.oldest()
    bad = batch.entries[1]
    spool.settle(batch, [Refusal(bad, "it is bad", 3)])
    told = [(one.attachment_id, one.number, one.together, one.cause) for one in spool.refused()]
    assert told == [("a", 2, 2, 3), ("a", 3, 2, 3)]
    assert [(one.reason, one.record) for one in spool.refused()] == [
        ("it is bad", record) for record in bad.records
    ]
    size = spool.content().refused.size
    assert spool.content().refused == (2, size)
    assert spool.put_back() == ((0, 0), (0, 0)), "nobody wants it"
    spool.put([encoded(entry("c", first=4))])
    assert spool.want_again() == 2
    gone, added = spool.put_back()
    assert gone == added == (2, size)
    assert spool.refused() == []
    assert spool.oldest().entries[1] == bad, "together still"
    assert waits(spool) == ["c", "b", "bad"]


def test_file_becomes_small_again(spool: SpoolFile) -> None:
    """When much was delivered the disk gets it back; a little that is free stays for the next."""
    spool.put([encoded(entry("a"))])
    spool.put([encoded(entry("x" * 4 * TRIM_BYTES, first=5))])
    while batch := spool.oldest():
        spool.settle(batch, [])
    spool.trim()
    files = [path for path in spool.path.parent.iterdir() if path.suffix != ".reserve"]
    assert sum(path.stat().st_size for path in files) < TRIM_BYTES
    spool.put([encoded(entry("after", first=9))])
    assert waits(spool) == ["after"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="which error it is cannot be told")
def test_full_disk_refuses_until_there_is_room(spool: SpoolFile) -> None:
    """What the disk has no room for is refused whole; when there is room it goes on."""
    resource = pytest.importorskip("resource")
    spool.put([encoded(entry("a"))])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = spool.path.with_name(f"{spool.path.name}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5000, limits[1]))
    try:
        with pytest.raises(WriteError) as caught:
            spool.put([encoded(entry("b", first=2)), encoded(entry("x" * 200_000, first=3))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert isinstance(caught.value.told, ResourceExhaustedError)
    assert not caught.value.broken
    spool.put([encoded(entry("c", first=4))])
    assert waits(spool) == ["a", "c"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_its_user_reads_it(spool: SpoolFile) -> None:
    """Records are private, as they are in the data folder itself, and so is all beside them."""
    spool.put([encoded(entry("a"))])
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in spool.path.parent.iterdir()}
    assert modes == dict.fromkeys(modes, 0o600)
    assert len(modes) > 2, "the spool, SQLite's files and the reserve"
    assert stat.S_IMODE(spool.path.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted")
@pytest.mark.parametrize("ending", ["", "-wal"])
def test_nothing_is_put_where_nobody_finds_it(spool: SpoolFile, ending: str) -> None:
    """A spool that was deleted under the service takes nothing more: it would be lost with it."""
    spool.put([encoded(entry("a"))])
    Path(f"{spool.path}{ending}").unlink()
    with pytest.raises(WriteError) as caught:
        spool.put([encoded(entry("b", first=2))])
    assert isinstance(caught.value.told, ResourceReplacedError)


@pytest.mark.parametrize("what", ["later", "other"])
def test_what_is_no_spool_is_left_alone(spool: SpoolFile, what: str) -> None:
    """A file of a later version, or of something else, is refused and stays as it is."""
    spool.close()
    if what == "later":
        change_file(spool.path, "UPDATE meta SET value = '2' WHERE name = 'format'")
    else:
        spool.path.write_text("this is a text " * 100)
    with pytest.raises(SharingError) as caught:
        SpoolFile(spool.path)
    assert isinstance(caught.value, PreconditionError)
    assert str(spool.path) in caught.value.message
