"""The seam between orjson and the standard library."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_sharing.records import json_text

orjson = pytest.importorskip("orjson")

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(plain)
def test_both_libraries_write_and_read_the_same(value: Any) -> None:
    """What one library writes the other reads, with value, type and order, and itself as well."""
    backends = (json_text.OrjsonBackend(), json_text.StandardBackend())
    texts = [backend.encode(value) for backend in backends]
    for text in texts:
        assert b"\n" not in text
        for backend in backends:
            assert repr(backend.decode(text)) == repr(value)


@settings(max_examples=60, deadline=None)
@given(st.text() | st.integers(-(2**63), 2**63 - 1) | st.lists(st.booleans() | st.none()))
def test_but_for_floats_the_bytes_are_the_same(value: Any) -> None:
    """Only the spelling of floats may differ between the two libraries."""
    assert json_text.OrjsonBackend().encode(value) == json_text.StandardBackend().encode(value)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[1",
        b"[1]x",
        b"[1,]",
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e400]",
        b"[01]",
        b'["\n"]',
        b'["\xff"]',
        b"\xef\xbb\xbf[1]",
        "[1]".encode("utf-16"),
        b'["\\ud800"]',
        b'["\\uDC00x"]',
        b'{"\\ud800": 1}',
        b"{1: 2}",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
    ],
)
def test_what_is_no_json_is_refused(backend: str, text: bytes) -> None:
    """Both libraries refuse what JSON in UTF-8 cannot be, the standard one's liberties included."""
    with pytest.raises(ValueError, match=r".+"):
        json_text.backend.decode(text)


@pytest.mark.parametrize(
    "number",
    [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64 - 1, 2**64, 10**40, -(10**40), 10**18, 0],
)
@pytest.mark.parametrize("form", ["[%d]", "[1, %d ]", '{"a":\t%d}', '{"a":[[\n%d]]}', "[0.5,%d]"])
def test_integers_are_read_exactly(backend: str, number: int, form: str) -> None:
    """No integer becomes a float, wherever in the text it stands."""
    text = (form % number).encode()
    assert repr(json_text.backend.decode(text)) == repr(json.loads(text))


@settings(max_examples=60, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.text(alphabet="0123456789,:[- "))
def test_floats_and_texts_with_many_digits_stay_what_they_are(number: float, text: str) -> None:
    """Digits behind a point or in a text are not taken for an integer's, and nothing changes."""
    blob = orjson.dumps([number, text])
    assert repr(json_text.OrjsonBackend().decode(blob)) == repr([number, text])


@pytest.mark.parametrize(
    ("text", "long"),
    [
        (b"[1234567890123456789]", True),
        (b"[-1234567890123456789]", True),
        (b'{"a": 1234567890123456789}', True),
        (b"[123456789012345678]", False),
        (b"[0.0001234567890123456789]", False),
        (b'["1234567890123456789"]', False),
    ],
)
def test_long_integers_are_noticed(text: bytes, long: bool) -> None:
    """The exact and slower way of reading is taken only where an integer has 19 digits."""
    assert json_text.has_long_integer(text) is long
