"""What a station has to know again: how it is written, and what is read of it."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timezone

import pytest

from local_station.discovery.directory import Directory
from local_station.discovery.kept import Came, Went
from local_station.discovery.model import Registration
from local_station.keeping import begin_journal, from_json, to_json
from local_station.restoring import READERS, read_kept, restore
from local_station.session_management.clients import Process
from local_station.session_management.kept import Freed, Held
from local_station.session_management.manager import SessionManager
from local_station.session_management.model import Caller, Session
from session_sharing.discovery import ServiceDescriptor, ServiceLocation
from session_sharing.journals.lines import to_line

SERVICE = Came(
    Registration(
        "1", ServiceDescriptor("É\n", "c.A", ("i.A",), ("1.2.3",)), ServiceLocation("host", "1")
    )
)
RESERVATION = Held(7, 1.5, Caller("peer"), datetime.now(timezone.utc), (Session("A"), Session("B")))
STEPS = [[SERVICE], [RESERVATION], [Freed(("A",))], [Went(("1",)), Freed(("B",))]]


def _write(path, steps, boot_id="boot", whole=()):
    async def write():
        journal = begin_journal(path, boot_id)
        await journal.rewrite(whole)
        for step in steps:
            await journal.append(step)
        await asyncio.get_running_loop().run_in_executor(None, journal.close)

    asyncio.run(write())


def _texts(entries):
    return [to_json([entry]) for entry in entries]


def _flat(steps):
    return _texts(entry for step in steps for entry in step)


def test_journal_loads_after_a_cut_at_any_byte(tmp_path):
    """A station that is killed while it writes knows every change whose line is whole."""
    path = tmp_path / "x.journal"
    _write(path, STEPS)
    content = path.read_bytes()
    seen = set()
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        found = _texts(read_kept(path, "boot"))
        assert found == _flat(STEPS)[: len(found)]
        seen.add(len(found))
    assert seen == {0, 1, 2, 3, 5}, "a step is there whole, or not at all"


@pytest.mark.parametrize("there", [False, True])
def test_nothing_is_known_at_first_and_after_a_reboot(tmp_path, there):
    """Programs of an earlier run of the machine are gone, whoever has their numbers now."""
    path = tmp_path / "x.journal"
    if there:
        _write(path, STEPS, boot_id="earlier")
    assert read_kept(path, "boot") == []


@pytest.mark.parametrize("line", [0, 1, 3])
def test_damaged_journal_gives_what_stands_before(tmp_path, caplog, line):
    """No damage stops the station; the log tells of it, and a copy is set aside."""
    path = tmp_path / "x.journal"
    _write(path, STEPS)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = b"x" + lines[line]
    path.write_bytes(b"".join(lines))
    assert _texts(read_kept(path, "boot")) == _flat(STEPS[: max(0, line - 1)])
    assert "damaged" in caplog.text
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "text",
    [
        '[{"new":1}]',
        "[1]",
        "{}1",
        '[{"service":{}}]',
        '[{"reservation":[]}]',
        '[{"freed":1}]',
        "[" * 100000,
    ],
)
def test_what_another_version_wrote_ends_the_reading(tmp_path, caplog, text):
    """An entry that is not understood may have changed everything after it: that is left out."""
    path = tmp_path / "x.journal"
    _write(path, STEPS[:2])
    with path.open("a") as journal:
        journal.write(to_line(text) + to_line(to_json(STEPS[2])))
    assert _texts(read_kept(path, "boot")) == _flat(STEPS[:2])
    assert "not understood at line 4" in caplog.text


def test_other_format_is_set_aside(tmp_path, caplog, monkeypatch):
    """A journal of a format of the future is kept for it, and the station begins anew."""
    path = tmp_path / "x.journal"
    with monkeypatch.context() as future:
        future.setattr("session_sharing.journals.content.FORMAT", 2)
        _write(path, STEPS)
    assert read_kept(path, "boot") == []
    assert "of format 2" in caplog.text
    assert len(list(tmp_path.iterdir())) == 2


def test_file_that_cannot_be_read_is_told_of(tmp_path, caplog):
    """A station begins anew rather than not at all."""
    with caplog.at_level(logging.WARNING):
        assert read_kept(tmp_path, "boot") == []
    assert "begins anew" in caplog.text


def test_what_entries_come_to_is_taken_over(monkeypatch):
    """What came and went is gone; what a holder still has it has again, if it runs."""
    running = Process(7, 1.5, "p", "bob", lambda: True)
    asked = []
    find = lambda *who: asked.append(who) or running  # noqa: E731
    monkeypatch.setattr("local_station.restoring.running_process", find)
    again = Held(7, 1.5, Caller("peer"), RESERVATION.since, (Session("C"),))
    entries = from_json(to_json([*STEPS[0], *STEPS[1], *STEPS[2], again]), READERS)

    async def scenario():
        directory, sessions = Directory(), SessionManager()
        restore(entries, directory, sessions)
        assert list(directory.all()) == [SERVICE.registration]
        assert [sessions.holder(name) is not None for name in "ABC"] == [False, True, True]
        assert asked == [(7, 1.5)], "a process is looked up once"
        sessions.stop()
        restore([SERVICE, *STEPS[3]], directory, SessionManager())
        assert not directory.all()

    asyncio.run(scenario())
