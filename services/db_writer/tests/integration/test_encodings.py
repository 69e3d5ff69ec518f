"""Databases of any encoding, and texts that have none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db_writer.service.settings import DatabaseSettings
from db_writer.service.store import RecordFilter, Store
from services.db_writer.tests.looking import entry, named, names
from services.db_writer.tests.postgresql import PostgresqlServer
from session_sharing.errors import ValueTypeError
from session_sharing.records import Record, RecordContext
from session_sharing.service import StoreError


def of_run(run: str, text: str) -> Record:
    """Return a record that is called as its run."""
    return Record(run, {}, {"text": text}, context=RecordContext(run=run))


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_is_not_utf_8(
    server: PostgresqlServer, postgresql: DatabaseSettings, encoding: str
) -> None:
    """Texts come back as they went in; one that has no place there is refused by itself."""
    name = f"test_{encoding.lower()}"
    server.execute(
        f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 "
        "LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    store = Store(replace(postgresql, url=postgresql.url.set(database=name)))
    try:
        store.write([entry(*named("ä"))])
        if encoding == "LATIN1":
            with pytest.raises(StoreError) as caught:
                store.write([entry(*named("Ω"))])
            assert isinstance(caught.value.told, ValueTypeError)
            assert caught.value.alone
        else:
            store.write([entry(*named("Ω"))])
        assert names(store)[0] == "ä"
    finally:
        store.close()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_text_that_is_no_unicode(store: Store) -> None:
    """Half of a surrogate pair is a refusal of its record; what was made for it is forgotten."""
    with pytest.raises(StoreError) as caught:
        store.write([entry(of_run("new", "\ud800"))])
    assert isinstance(caught.value.told, ValueTypeError)
    assert caught.value.alone
    assert not caught.value.broken
    for run in ("another", "new"):
        store.write([entry(of_run(run, "text"))])
        assert names(store, run=run) == [run]
    with pytest.raises(ValueTypeError):
        list(store.read(RecordFilter(pin="\ud800")))


def test_a_filter_with_nul(store: Store) -> None:
    """The character NUL in a filter is told as what it is, at once."""
    store.write([entry(*named("x"))])
    with pytest.raises(ValueTypeError, match="NUL"):
        list(store.read(RecordFilter(pin="a\0b")))
