"""The file of what a station has to know again."""

from __future__ import annotations

import asyncio
import logging

import pytest

from local_station import keeping
from local_station.keeping import Keeping, line_of, read_kept


def _keep(path, *entries, boot_id="boot"):
    asyncio.run(_kept(Keeping(path, boot_id, lambda: map(line_of, entries))))


async def _kept(kept):
    await kept.kept()


def test_what_was_kept_is_read_again(tmp_path):
    """The next run reads what the last one knew at its end."""
    path = tmp_path / "x.kept"
    _keep(path, {"old": 1})
    _keep(path, {"a": "é\n"}, {"b": [1]})
    assert read_kept(path, "boot") == [{"a": "é\n"}, {"b": [1]}]


@pytest.mark.parametrize("there", [False, True])
def test_nothing_is_known_at_first_and_after_a_reboot(tmp_path, there):
    """Programs of an earlier run of the machine are gone, whoever has their numbers now."""
    path = tmp_path / "x.kept"
    if there:
        _keep(path, {"a": 1}, boot_id="earlier")
    assert read_kept(path, "boot") == []


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_damaged_file_gives_what_is_whole(tmp_path, caplog, kept):
    """No damage stops the station; the log tells of it, and what stands before it is used."""
    path = tmp_path / "x.kept"
    _keep(path, {"a": 1}, {"b": 2})
    lines = path.read_bytes().splitlines(keepends=True)
    lines[kept] = b"x" + lines[kept]
    path.write_bytes(b"".join(lines))
    with caplog.at_level(logging.WARNING):
        assert read_kept(path, "boot") == [{"a": 1}, {"b": 2}][: max(0, kept - 1)]
    assert "damaged" in caplog.text


def test_file_that_cannot_be_read_is_told_of(tmp_path, caplog):
    """A station begins anew rather than not at all."""
    with caplog.at_level(logging.WARNING):
        assert read_kept(tmp_path, "boot") == []
    assert "begins anew" in caplog.text


def test_changes_at_once_are_written_at_once(tmp_path, monkeypatch):
    """A hundred changes cost a few writes, and each is kept when its call returns."""
    written = []
    monkeypatch.setattr(keeping, "atomic_write_text", lambda *_, **__: written.append(1))

    async def change():
        kept = Keeping(tmp_path / "x.kept", "boot", tuple)
        await asyncio.gather(*(kept.kept() for _ in range(100)))

    asyncio.run(change())
    assert 1 <= len(written) <= 2


def test_change_during_a_write_is_written_after_it(tmp_path):
    """What changes while the file is written is in the file when its own call returns."""
    known = [{"a": 1}]
    path = tmp_path / "x.kept"

    async def change():
        kept = Keeping(path, "boot", lambda: map(line_of, known))
        first = asyncio.create_task(kept.kept())
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # The first lines are taken, and being written.
        known.append({"b": 2})
        await kept.kept()
        await first

    asyncio.run(change())
    assert read_kept(path, "boot") == known


def test_change_when_a_write_ends_is_written(tmp_path, monkeypatch):
    """Whoever changes something in the moment in which a write ends does not wait for ever."""
    monkeypatch.setattr(keeping, "atomic_write_text", lambda *_, **__: None)

    async def change():
        kept = Keeping(tmp_path / "x.kept", "boot", tuple)
        later = []

        def at_the_end(_):
            kept.soon()
            later.append(kept._next)

        kept.soon()
        first = kept._next
        first.add_done_callback(at_the_end)
        await asyncio.wait({first})
        await asyncio.wait_for(later[0], 5)

    asyncio.run(change())


def test_full_disk_is_told_once_and_stops_nobody(tmp_path, caplog):
    """A station whose folder cannot be written serves on, and keeps again when it can."""
    path = tmp_path / "missing" / "x.kept"

    async def change():
        kept = Keeping(path, "boot", lambda: [line_of({"a": 1})])
        await kept.kept()
        await kept.kept()
        path.parent.mkdir()
        await kept.kept()

    with caplog.at_level(logging.WARNING):
        asyncio.run(change())
    assert len(caplog.records) == 1
    assert read_kept(path, "boot") == [{"a": 1}]
