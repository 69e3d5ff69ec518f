"""What is kept, as the lines of a journal, and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.core import (
    AttachmentFreed,
    EndedEntry,
    KeptAttachment,
    KeptContext,
    KeptSession,
    SessionGone,
)
from session_sharing.information import (
    AttachmentInformation,
    ClientIdentity,
    SessionInformation,
)
from session_sharing.journals.entries import kept_from_json, kept_to_json
from session_sharing.journals.lines import read_lines, to_line

TEXTS = st.text(st.characters(exclude_categories=[]), max_size=10)
"""Also half a surrogate pair, as names of files may hold on Linux."""

IDENTITIES = st.builds(ClientIdentity, program=TEXTS, host=TEXTS, subject=TEXTS)
TOLD = st.builds(
    SessionInformation,
    resource_name=TEXTS,
    resource_key=TEXTS,
    created_by=st.none() | IDENTITIES,
    attachments=st.lists(st.builds(AttachmentInformation, holder=IDENTITIES), max_size=2).map(
        tuple
    ),
)
ENTRIES = st.one_of(
    st.builds(
        KeptSession,
        key=TEXTS,
        resource_name=TEXTS,
        creator=st.none() | IDENTITIES,
        open_to=st.lists(TEXTS, max_size=2).map(tuple),
        settings=st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
    ),
    st.builds(KeptAttachment, alias=TEXTS, identity=IDENTITIES, took_over=st.none() | TOLD),
    st.builds(KeptContext, text=TEXTS),
    st.builds(EndedEntry, why=TEXTS),
    st.builds(AttachmentFreed),
    st.builds(SessionGone, session=TOLD, error_text=TEXTS),
)


@given(st.lists(ENTRIES, max_size=3))
def test_every_entry_comes_back_as_it_was(kept):
    """Whatever an entry holds, it is one line of ASCII, and read back it is the same."""
    line = to_line(kept_to_json(kept))
    assert line.isascii()
    assert line.endswith("\n")
    assert line.count("\n") == 1
    (text,) = read_lines(line.encode()).texts
    assert kept_from_json(text) == kept


def test_entry_from_before_certificates_is_one_without():
    """A journal of a version that knew no certificates loads: its clients had none."""
    (kept,) = kept_from_json(
        '[{"kind":"attachment","attachment_id":"a1","session_name":"s","client_id":"c","identity":'
        '{"program":"measure.py","host":"h","process_id":7,"process_started":null,"user":"ann",'
        '"boot_id":"b","started_after_boot":1.5},"behavior":0,"alias":"",'
        '"since":"2026-05-04T00:00:00+00:00","created":true,"took_over":null}]'
    )
    assert isinstance(kept, KeptAttachment)
    assert kept.identity == ClientIdentity(
        "measure.py", "h", 7, user="ann", boot_id="b", started_after_boot=1.5, subject=""
    )


@pytest.mark.parametrize(("closed", "open_to"), [("false", ("",)), ("true", ())])
def test_session_from_before_certificates_is_open_to_plain_clients(closed, open_to):
    """Whom a client without identity had not shut out goes on without a certificate."""
    (kept,) = kept_from_json(
        '[{"kind":"session","name":"s","public_id":"p","key":"k","address":"a",'
        '"resource_name":"r","behavior":0,"alias":"","client_id":"","attachment_id":"",'
        '"creator":null,"created_at":"2026-05-04T00:00:00+00:00",'
        '"last_used_at":"2026-05-04T00:00:00+00:00","close_asked_by":"",'
        f'"anonymous_closed":{closed},"asked_politely":false,"settings":[]}}]'
    )
    assert isinstance(kept, KeptSession)
    assert kept.open_to == open_to


@pytest.mark.parametrize(
    "text",
    [
        '[{"kind":"tomorrow"}]',
        '[{"attachment_id":"a"}]',
        '[{"kind":"freed","attachment_id":"a","more":1}]',
        '[{"kind":"ended","attachment_id":"a"}]',
        '[{"kind":"freed"}]',
        '{"kind":"freed"}',
        "[1]",
        "1",
        "no json",
        "[" * 100_000,
    ],
)
def test_other_entries_are_refused(text):
    """What this version does not know is an error, never half understood."""
    with pytest.raises(ValueError):  # noqa: PT011 - of JSON, of datetime, or our own
        kept_from_json(text)


@given(st.lists(TEXTS.map(json.dumps), max_size=4), st.data())
def test_lines_are_read_up_to_the_first_bad_one(texts, data):
    """A flipped bit anywhere costs the line that it is in, and those behind; no line is wrong."""
    content = bytearray("".join(map(to_line, texts)).encode())
    assert read_lines(bytes(content)).texts == texts
    if not content:
        return
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    read = read_lines(bytes(content))
    whole = bytes(content[:place]).count(b"\n")
    assert read.texts[:whole] == texts[:whole]
    assert read.texts in (texts[:whole], texts)  # All of them: the last line end was lost.
    assert (
        len(read.texts) == len(texts)
        or read.damaged_at is not None
        or place >= len("".join(map(to_line, texts[:-1])))
    )


@given(st.lists(TEXTS.map(json.dumps), max_size=4), st.data())
def test_lines_that_are_cut_are_no_damage(texts, data):
    """A cut anywhere leaves the lines before it, and counts as no damage."""
    content = "".join(map(to_line, texts)).encode()
    cut = content[: data.draw(st.integers(0, len(content)))]
    read = read_lines(cut)
    assert read.damaged_at is None
    ends = cut.count(b"\n")
    assert read.texts in (texts[:ends], texts[: ends + 1])
