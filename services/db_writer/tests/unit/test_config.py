"""The tables of databases: what they give, what is refused, and that no password gets out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from db_writer.service.config import ConfigError, read_databases

SECRET = "s3cret/with@all:of?it"


def read(folder: Path, **table: Any) -> Any:
    """Return the one database that a table configures."""
    return read_databases({"line": table}, folder)["line"]


def test_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server is reached by psycopg, with the password of the environment."""
    monkeypatch.setenv("LINE_PASSWORD", SECRET)
    options = {"sslmode": "require", "keepalives": 1}
    found = read(
        tmp_path,
        url="postgresql://tester@db.example:6000/results",
        password_env="LINE_PASSWORD",
        pool_size=3,
        connect_timeout=1.5,
        options=options,
    ).settings()
    assert (found.url.drivername, found.url.password) == ("postgresql+psycopg", SECRET)
    assert (found.url.host, found.url.port, found.url.database) == ("db.example", 6000, "results")
    assert (found.name, found.pool_size, found.connect_timeout) == ("line", 3, 1.5)
    assert found.options == options
    assert found.shown == "postgresql://tester@db.example:6000/results"


def test_folder_of_a_socket(tmp_path: Path) -> None:
    """A server on a socket is named behind the '?', where it has its only place."""
    found = read(tmp_path, url="postgresql://u@/n?host=/run/pg&port=6000&sslmode=disable")
    query = {"host": "/run/pg", "port": "6000", "sslmode": "disable"}
    assert dict(found.settings().url.query) == query


def test_file_starts_at_the_folder_of_the_configuration(tmp_path: Path) -> None:
    """A relative SQLite file lies beside the configuration, wherever the service is started."""
    found = read(tmp_path, url="sqlite:///deep/bench.sqlite").settings()
    assert found.url.drivername == "sqlite"
    assert Path(found.url.database) == tmp_path / "deep" / "bench.sqlite"


def test_password_file_is_read_anew(tmp_path: Path) -> None:
    """A password that was changed counts without a restart; the line end of editors does not."""
    (tmp_path / "line.password").write_text("old\n")
    database = read(tmp_path, url="postgresql://h/n", password_file="line.password")
    assert database.settings().url.password == "old"
    (tmp_path / "line.password").write_bytes(b"\xef\xbb\xbfnew \r\n")
    assert database.settings().url.password == "new "
    (tmp_path / "line.password").unlink()
    with pytest.raises(ConfigError, match=r"databases\.line\.password_file: .*cannot be read"):
        database.settings()


def test_no_text_shows_the_password(tmp_path: Path) -> None:
    """What is printed or logged of a database, whole, holds no password."""
    (tmp_path / "line.password").write_text(SECRET)
    database = read(tmp_path, url="postgresql://u@h/n", password_file="line.password")
    settings = database.settings()
    for text in (repr(database), repr(settings), str(settings), settings.shown, f"{settings.url}"):
        assert SECRET not in text
        assert "s3cret" not in text


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({}, "url: it is missing"),
        ({"url": 5}, "url: it is missing or no text"),
        ({"url": "results"}, "url: it is no URL"),
        ({"url": "postgresql://h:port/n"}, "url: it is no URL"),
        ({"url": "mysql://h/n"}, "url: it begins with none of sqlite, postgresql"),
        ({"url": "postgresql://h:99999/n"}, "url: its port must be a number from 1 to 65535"),
        ({"url": "postgresql:///n?host=/run&port=s3cret"}, "url: its port must be a number"),
        ({"url": "postgresql:///n?host=a,b&port=1,70000"}, "url: its port must be a number"),
        ({"url": "postgresql://h/n\0"}, "url: it holds the character NUL"),
        ({"url": "postgresql://h/n?sslmode=a&sslmode=b"}, "url: sslmode stands twice"),
        ({"url": "postgresql+psycopg2://h/n"}, "url: it begins with none"),
        ({"url": "postgresql://h"}, "url: it names no database"),
        ({"url": "sqlite://"}, "url: it names no SQLite file"),
        ({"url": "sqlite:///:memory:"}, "url: it names no SQLite file"),
        ({"url": "sqlite://a.sqlite"}, "url: it names no SQLite file"),
        ({"url": "sqlite:///file:a?mode=ro&uri=true"}, "url: it names no SQLite file"),
        ({"url": "postgresql://u:s3cret@h/n"}, "url: it holds a password.*password_env"),
        ({"url": "postgresql://h/n?password=s3cret"}, "url: it holds a password"),
        ({"url": "postgresql://u:s3cret@h:port/n"}, "url: it is no URL"),
        ({"password": "s3cret"}, "password: A configuration is no place for passwords"),
        ({"options": {"sslpassword": "s3cret"}}, "options.sslpassword: A configuration is no"),
        ({"options": {"sslmode": ["s3cret"]}}, "options.sslmode: it must be a text, a number"),
        ({"options": {"sslkey": "a\0"}}, "options.sslkey: it holds the character NUL"),
        ({"options": {"x": "s3cret"}}, "options.x: x is none of the options .*sslmode"),
        ({"options": {"conninfo": "password=s3cret"}}, "options.conninfo: .*stands elsewhere"),
        ({"url": "postgresql://h/n?conninfo=s3cret"}, "url: conninfo names an address"),
        ({"options": {"client_encoding": "x"}}, "options.client_encoding: .*speaks UTF-8"),
        ({"options": {"connect_timeout": 0}}, "options.connect_timeout: .*a key of its own"),
        ({"url": "postgresql://h/n?connect_timeout=0"}, "url: connect_timeout is a key of its own"),
        ({"options": {"host": "other"}}, "options.host: it belongs into the URL"),
        ({"options": {"autocommit": True}}, "options.autocommit: autocommit cannot be chosen"),
        ({"options": {"row_factory": "x"}}, "options.row_factory: .*cannot be chosen"),
        ({"options": {"cursor_factory": "x"}}, "options.cursor_factory: .*cannot be chosen"),
        ({"options": {"prepare_threshold": 0}}, "options.prepare_threshold: .*cannot be chosen"),
        ({"options": {"service": "line"}}, "options.service: .*stands elsewhere"),
        ({"url": "postgresql://h/n?service=s3cret"}, "url: service names an address"),
        ({"url": "postgresql://h/n?autocommit=1"}, "url: autocommit cannot be chosen"),
        ({"url": "postgresql://h/n?dbname=other"}, "url: dbname stands behind"),
        ({"url": "postgresql://h/n?host=other"}, "url: host stands behind"),
        ({"url": "postgresql://h:1/n?port=2"}, "url: port stands behind"),
        ({"url": "postgresql://h/n?user=other"}, "url: user stands behind"),
        ({"url": "postgresql://h/n?hostaddr=1.2.3.4"}, "url: hostaddr stands behind"),
        ({"options": 5}, "options: it must be a table"),
        ({"usr": "s3cret"}, "usr: there is no such key"),
        ({"password_env": "s3cret"}, "password_env: the variable .* is not set for the service"),
        ({"password_env": "EMPTY"}, "password_env: the variable that it names is empty"),
        ({"password_env": "BYTES"}, "password_env: the variable .* no UTF-8"),
        ({"password_env": 5}, "password_env: it must be a text"),
        ({"password_file": "s3cret"}, "password_file: .*cannot be read"),
        ({"password_file": "a\0"}, "password_file: it holds the character NUL"),
        ({"password_file": "empty"}, "password_file: the file .* is empty"),
        ({"password_file": "binary"}, "password_file: .*no UTF-8; save it as UTF-8"),
        ({"password_file": "wide"}, "password_file: .*NUL; save it as UTF-8"),
        ({"password_file": "x", "password_env": "X"}, "password_file: give it or password_env"),
        ({"url": "sqlite:///a", "password_env": "X"}, "password_env: an SQLite file has no"),
        ({"pool_size": 0}, "pool_size: it must be a whole number from 1 to 100"),
        ({"pool_size": 1.5}, "pool_size: it must be a whole number"),
        ({"pool_size": True}, "pool_size: it must be a whole number"),
        ({"connect_timeout": 61}, "connect_timeout: it must be a number from 0.1 to 60"),
        ({"connect_timeout": float("nan")}, "connect_timeout: it must be a number"),
        ({"spool": "no"}, "spool: it must be true or false"),
        ({"spool_bytes": 1000}, "spool_bytes: it must be a whole number from 1048576"),
        ({"url": "sqlite:///a", "spool": False}, "spool: an SQLite file is never away"),
        ({"url": "sqlite:///a", "spool_bytes": 2**30}, "spool_bytes: an SQLite file is never"),
    ],
    ids=str,
)
def test_wrong_table_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: dict[str, Any], told: str
) -> None:
    """What is wrong is told with its key and the reason, and without what may be a password."""
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.setattr(os, "environ", {**os.environ, "BYTES": "s3cret\udcff"})
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"s3cret\xff")
    (tmp_path / "wide").write_text("s3cret", "utf-16-le")
    if table and "url" not in table:
        table = {"url": "postgresql://h/n", **table}
    with pytest.raises(ConfigError, match=rf"^databases\.line\.{told}") as caught:
        read(tmp_path, **table).settings()
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in str(caught.value.__cause__)


@pytest.mark.parametrize("name", ["", "a.sqlite", "a b", "ä", "x" * 65, "-a", "s3cret://x"])
def test_wrong_name_is_refused(tmp_path: Path, name: str) -> None:
    """The name of a database cannot be taken for a path, an address or an alias."""
    with pytest.raises(ConfigError, match="letters, digits") as caught:
        read_databases({name: {"url": "sqlite:///a"}}, tmp_path)
    assert "s3cret" not in str(caught.value)


def test_keys_without_a_database(tmp_path: Path) -> None:
    """Keys right below [databases] are told to belong below the name of a database."""
    with pytest.raises(ConfigError, match=r"databases\.url: which database\?.*\[databases\.line\]"):
        read_databases({"url": "postgresql://u:s3cret@h/n"}, tmp_path)


def test_short_name_of_the_scheme(tmp_path: Path) -> None:
    """`postgres://` is what many write, and libpq takes."""
    found = read(tmp_path, url="postgres://h/n").settings()
    assert (found.url.drivername, found.shown) == ("postgresql+psycopg", "postgresql://h/n")


@pytest.mark.parametrize(
    ("table", "size"),
    [
        ({"url": "postgresql://h/n"}, 2**30),
        ({"url": "postgresql://h/n", "spool_bytes": 2**21}, 2**21),
        ({"url": "postgresql://h/n", "spool": False, "spool_bytes": 2**21}, 0),
        ({"url": "sqlite:///a"}, 0),
    ],
)
def test_how_much_may_wait(tmp_path: Path, table: dict[str, Any], size: int) -> None:
    """For a server a gigabyte may wait unless it is said otherwise, for a file nothing."""
    assert read(tmp_path, **table).settings().spool_bytes == size


def test_folder_of_a_socket_is_shown_as_people_write_it(tmp_path: Path) -> None:
    """Texts name the folder without escapes, and without what could command a terminal."""
    found = read(tmp_path, url="postgresql://ann@/n?host=%2Ftmp%2Fmy%20folder%1b").settings()
    assert found.shown == r"postgresql://ann@/n?host=/tmp/my folder\x1b"


def test_options_of_a_file(tmp_path: Path) -> None:
    """An SQLite file has options of its own, none of which a server has."""
    found = read(tmp_path, url="sqlite:///a", options={"cache_size": 5}).settings()
    assert found.options == {"cache_size": 5}


def test_database_that_is_no_table(tmp_path: Path) -> None:
    """A URL where a table should be is not repeated."""
    with pytest.raises(ConfigError, match=r"databases\.line: must be a table") as caught:
        read_databases({"line": "postgresql://u:s3cret@h/n"}, tmp_path)
    assert "s3cret" not in str(caught.value)
