"""The services that the files of folders describe."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import sys

import pytest

from local_station.discovery import catalogue
from local_station.discovery.catalogue import LOOK_SECONDS, Catalogue
from local_station.discovery.model import Wanted


def _write(folder, name, service_class="test.Service", version="1.0.0"):
    folder.mkdir(parents=True, exist_ok=True)
    service = {
        "displayName": "A service",
        "serviceClass": service_class,
        "providedInterfaces": ["i.One"],
        "version": version,
    }
    path = folder / f"{name}.serviceconfig"
    path.write_text(json.dumps({"services": [service]}), "utf-8")
    return path


class Bench:
    """A catalogue with a clock of its own."""

    def __init__(self, *folders):
        self.now = 0.0
        self.catalogue = Catalogue(folders, lambda: self.now)

    def classes(self, *wanted):
        """Return the classes that are found, a while after the last look."""
        self.now += LOOK_SECONDS
        found = asyncio.run(self.catalogue.matching(Wanted(*wanted)))
        return [one.descriptor.service_class for one in found]


def test_folders_and_the_folders_in_them_are_looked_at(tmp_path):
    """Services lie side by side, in a folder each; deeper, and in hidden ones, nothing is read."""
    _write(tmp_path, "a", "A")
    _write(tmp_path / "b", "b", "B")
    _write(tmp_path / "b" / "c", "c", "C")
    _write(tmp_path / ".d", "d", "D")
    assert Bench(tmp_path, tmp_path, tmp_path / "b").classes() == ["A", "B", "C"]


def test_only_what_is_meant_is_returned(tmp_path):
    """Interface, class and version narrow it as they do what runs."""
    _write(tmp_path, "a", "A", "1.0.0")
    _write(tmp_path, "b", "B", "2.0.0")
    bench = Bench(tmp_path)
    assert bench.classes("i.One", "", "2.0.0.0") == ["B"]
    assert bench.classes("", "A") == ["A"]
    assert bench.classes("i.Other") == []


def test_files_come_and_go(tmp_path):
    """A service is known without a restart of the station, and is forgotten with its file."""
    bench = Bench(tmp_path / "later")
    assert bench.classes() == []
    path = _write(tmp_path / "later", "a", "A")
    assert bench.classes() == ["A"]
    path.unlink()
    assert bench.classes() == []


def test_bad_file_is_told_once_and_left_out(tmp_path, caplog):
    """One bad file keeps nobody from the good ones, and does not fill the log."""
    (tmp_path / "bad.serviceconfig").write_text("{", "utf-8")
    (tmp_path / "folder.serviceconfig").mkdir()
    _write(tmp_path, "good", "Good")
    bench = Bench(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert bench.classes() == bench.classes() == ["Good"]
    (told,) = caplog.messages
    assert "bad.serviceconfig" in told


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_strangers_may_write_is_not_started(tmp_path, caplog, what):
    """No other user of the machine has the station run a program of theirs as its own user."""
    _write(tmp_path, "good", "Good")
    path = _write(tmp_path / "open", "a", "A")
    (path if what == "file" else path.parent).chmod(0o777)
    with caplog.at_level(logging.WARNING):
        assert Bench(tmp_path).classes() == ["Good"]
    assert f"chmod o-w {path}" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="links take a privilege there")
def test_odd_entry_hides_no_service(tmp_path, caplog):
    """What the system cannot even look at is told of and left out, file or folder."""
    _write(tmp_path, "good", "Good")
    for name in ("a", "a.serviceconfig"):
        (tmp_path / name).symlink_to("x" * 300)
    with caplog.at_level(logging.WARNING):
        assert Bench(tmp_path).classes() == ["Good"]
    assert {message.split()[2] for message in caplog.messages} == {
        str(tmp_path / "a"),
        str(tmp_path / "a.serviceconfig"),
    }


def test_look_that_fails_leaves_what_was_seen(tmp_path, monkeypatch, caplog):
    """A file system that fails for a moment takes no service away."""
    _write(tmp_path, "a", "A")
    bench = Bench(tmp_path)
    assert bench.classes() == ["A"]

    def fail(*_):
        raise OSError(errno.EIO, "the share is away")

    monkeypatch.setattr("local_station.discovery.catalogue._files", fail)
    assert bench.classes() == ["A"]
    (told,) = caplog.messages
    assert told.startswith("The folders of services could not be looked at")


def test_callers_at_once_share_a_look(tmp_path, monkeypatch):
    """However many ask at once, and whoever gives up, the folders are read once."""
    _write(tmp_path, "a", "A")
    looks = []
    whole = "local_station.discovery.catalogue.read_service_file"
    monkeypatch.setattr(whole, lambda *_: looks.append(1) or [])

    async def ask():
        catalogue = Catalogue([tmp_path])
        asking = [asyncio.create_task(catalogue.matching(Wanted())) for _ in range(5)]
        await asyncio.sleep(0)
        asking[0].cancel()
        await asyncio.gather(*asking[1:])

    asyncio.run(ask())
    assert len(looks) == 1


def test_number_of_files_is_bounded(tmp_path, monkeypatch, caplog):
    """A folder full of files costs no more than so many of them; the log says what is left out."""
    monkeypatch.setattr(catalogue, "MAX_FILES", 2)
    for name in "abc":
        _write(tmp_path, name, name.upper())
    assert Bench(tmp_path).classes() == ["A", "B"]
    assert "c.serviceconfig and what follows: 2 files are read, no more." in caplog.text
