"""Which database a resource name means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from db_writer.service.config import read_databases
from db_writer.service.names import Databases
from session_sharing.errors import (
    AccessDeniedError,
    PreconditionError,
    ResourceNameError,
    ResourceNotFoundError,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the data folder."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def databases(data: Path, **urls: str) -> Databases:
    """Return databases of which these are configured, in the folder above the data."""
    tables: dict[str, Any] = {name: {"url": url} for name, url in urls.items()}
    return Databases(data, read_databases(tables, data.parent))


def test_one_server_has_one_key(data: Path) -> None:
    """Host, port and database name make the key; who logs in, and how, does not."""
    named = databases(
        data,
        a="postgresql://h/n",
        b="postgresql+psycopg://user@H:5432/n?sslmode=require",
        c="postgresql://h:5433/n",
        d="postgresql://h/N",
        e="postgresql:///n?host=/Run",
        f="postgresql:///n?host=/run",
    )
    keys = {name: named.locate(name).key for name in "abcdef"}
    assert keys["a"] == keys["b"] == "postgresql://h:5432/n"
    assert len(set(keys.values())) == 5
    assert named.settings(named.locate("b").address).name == "b"


def test_schemas_make_different_databases(data: Path) -> None:
    """Tables in another schema are another database, however the schema is chosen."""
    named = databases(
        data,
        a="postgresql://h/n?options=-c%20search_path%3DLine1",
        b='postgresql://h/n?options=--search-path%3D"line1"',
        c="postgresql://h/n?options=-csearch_path%3Dline1,\\%20public",
        d="postgresql://h/n?options=-c%20statement_timeout%3D5",
        e="postgresql://h/n",
    )
    table = {"url": "postgresql://h/n", "options": {"options": "-c search_path=line1"}}
    configured = Databases(data, read_databases({"f": table}, data))
    keys = {name: named.locate(name).key for name in "abcde"}
    assert keys["a"] == keys["b"] == configured.locate("f").key
    assert keys["d"] == keys["e"]
    assert len(set(keys.values())) == 3


def test_the_environment_names_the_server_that_a_url_leaves_open(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What libpq takes from there is the same database as the one that is named in full."""
    pytest.importorskip("psycopg")
    monkeypatch.setenv("PGHOST", "H")
    monkeypatch.setenv("PGPORT", "5433")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=line1")
    named = databases(
        data,
        a="postgresql:///n",
        b="postgresql://h:5433/n?options=-csearch_path%3Dline1",
        c="postgresql://other:5433/n",
    )
    keys = [named.locate(name).key for name in "abc"]
    assert keys[0] == keys[1] != keys[2]
    monkeypatch.setenv("PGHOSTADDR", "192.0.2.1")
    assert len({named.locate(name).key for name in "abc"}) == 1


def test_a_file_has_one_key_whoever_names_it(data: Path) -> None:
    """An SQLite file of the configuration and the same file by its path are one database."""
    named = databases(data, bench="sqlite:///data/a.sqlite")
    key = named.locate("bench").key
    assert key == str(data / "a.sqlite")
    spellings = ["a.sqlite", "./a.sqlite", str(data / "a.sqlite"), f"..\\{data.name}\\a.sqlite"]
    assert {named.locate(name).key for name in spellings} == {key}


@pytest.mark.parametrize("name", ["a.sqlite", "a.SQLITE3", "b c.db", "me@home.db", "password.db"])
def test_file_in_the_data_folder(data: Path, name: str) -> None:
    """A file with one of the endings lies in the data folder and is opened as it is spelt."""
    settings = databases(data).settings(databases(data).locate(name).address)
    assert settings.url.drivername == "sqlite"
    assert settings.url.database == settings.shown == str(data / name)


@pytest.mark.parametrize("name", ["../a.sqlite", "/a.sqlite"])
def test_file_outside_is_denied(data: Path, name: str) -> None:
    """No client gets at a file outside the data folder, and is sent to no option that is none."""
    with pytest.raises(AccessDeniedError, match=r"relative name\.$"):
        databases(data).locate(name)


@pytest.mark.parametrize("name", ["spool/line-1.sqlite3", "./spool/../spool/line-1.sqlite3"])
def test_spool_is_no_clients_database(data: Path, name: str) -> None:
    """What waits for a server is an SQLite file too, but no client reads or changes it."""
    (data / "spool").mkdir()
    (data / "spool" / "line-1.sqlite3").touch()
    with pytest.raises(AccessDeniedError, match="keeps to itself"):
        databases(data).locate(name)


def test_file_of_an_earlier_run_is_checked_again(data: Path) -> None:
    """A session that is recovered leads to no file outside; configured ones may lie anywhere."""
    named = databases(data, line="sqlite:///b.db")
    named.check_again(named.locate("a.db").address)
    named.check_again(named.locate("line").address)
    with pytest.raises(AccessDeniedError):
        named.check_again(str(data.parent / "a.db"))


def test_folder_that_is_missing(data: Path) -> None:
    """The folder of a file is not made."""
    with pytest.raises(ResourceNotFoundError, match="Create it first"):
        databases(data).locate("missing/a.sqlite")


def test_unknown_name_tells_the_known_ones(data: Path) -> None:
    """Who misspells a name is told which there are."""
    with pytest.raises(ResourceNotFoundError, match=r"'Line'.*\(bench, line;.*--config"):
        databases(data, line="postgresql://h/n", bench="sqlite:///b").locate("Line")


@pytest.mark.parametrize("name", ["a.txt", "results.ndjson", "a b", "folder/", "ä"])
def test_what_can_be_no_name(data: Path, name: str) -> None:
    """What is neither a name nor a database file is refused with both ways to name one."""
    with pytest.raises(ResourceNameError, match=r"configured database.*\.sqlite, \.sqlite3, \.db"):
        databases(data).locate(name)


def test_password_that_is_gone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database whose password is gone is still found, and its opening tells the key."""
    monkeypatch.setenv("GONE", "x")
    table = {"url": "postgresql://h/n", "password_env": "GONE"}
    named = Databases(data, read_databases({"line": table}, data))
    monkeypatch.delenv("GONE")
    located = named.locate("line")
    with pytest.raises(PreconditionError, match=r"databases\.line\.password_env"):
        named.settings(located.address)
