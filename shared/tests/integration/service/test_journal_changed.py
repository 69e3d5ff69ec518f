"""A journal that others delete, replace or cut while the service runs: it is written anew."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from session_sharing.core import EndedEntry
from session_sharing.service import entry_journal as journal_module
from session_sharing.service.journal import Journal
from session_sharing.service.journal_reading import read_journal
from session_sharing.service.keeping import Keeping

LIMIT = 10.0
FIRST, SECOND = (EndedEntry(name, "s", "released") for name in "ab")


def delete(path: Path) -> None:
    """Delete a journal."""
    path.unlink()


def replace(path: Path) -> None:
    """Put another file, with the same content, in the place of a journal."""
    other = path.with_suffix(".other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


def cut(path: Path) -> None:
    """Empty a journal in place."""
    path.write_bytes(b"")


CHANGES = [cut] if sys.platform == "win32" else [delete, replace, cut]  # else the open file is held


@pytest.mark.parametrize("noticed_by", ["append", "watch"])
@pytest.mark.parametrize("change", CHANGES)
def test_journal_that_others_change_is_written_anew(
    tmp_path, caplog, monkeypatch, change, noticed_by
):
    """It is noticed when something is appended, and by the watch; a warning says what happened."""
    path = tmp_path / "x.journal"
    monkeypatch.setattr(journal_module, "LOOK_SECONDS", 0.0 if noticed_by == "append" else 1e9)

    async def work() -> None:
        state, taken = [FIRST], asyncio.Event()

        def snapshot() -> list[EndedEntry]:
            taken.set()
            return list(state)

        keeping = Keeping(snapshot)
        journal = Journal(path, "now")
        keeping.begin(journal)
        await keeping.all_kept()
        taken.clear()
        change(path)
        if noticed_by == "append":
            state.append(SECOND)
            keeping.keep([SECOND])
        else:
            keeping.look()
        await taken.wait()
        await keeping.all_kept()
        assert (journal.problem, journal.wants_rewrite) == ("", False)
        journal.close()
        assert read_journal(path, "now") == state

    asyncio.run(asyncio.wait_for(work(), LIMIT))
    assert f"The journal {path} was" in caplog.text


def test_journal_that_nobody_changed_is_only_looked_at(tmp_path, caplog):
    """To look costs no write, and warns of nothing."""
    path = tmp_path / "x.journal"

    async def work() -> None:
        journal = Journal(path, "now")
        await journal.rewrite([FIRST])
        await journal.append([SECOND])
        before = path.stat()
        await journal.look()
        assert (path.stat().st_ino, path.stat().st_size) == (before.st_ino, before.st_size)
        assert not journal.wants_rewrite
        journal.close()

    asyncio.run(asyncio.wait_for(work(), LIMIT))
    assert caplog.text == ""
