"""Ids of steps."""

from __future__ import annotations

import base64
import uuid

from hypothesis import given
from hypothesis import strategies as st

from teststand_runner.definition.ids import encoded, step_id


def test_id_is_written_as_teststand_writes_it() -> None:
    """An id that is known in both forms comes out the same."""
    number = uuid.UUID("0ae77594-2a51-11ed-942a-000d3a5f2028")
    assert encoded(number) == "ID#:lHXnClEq7RGUKgANOl8gKA"


@given(st.uuids())
def test_all_128_bits_are_in_the_id(number: uuid.UUID) -> None:
    """The first 126 bits are base64 as all have it, and the last two the low ones of the last."""
    characters = encoded(number).removeprefix("ID#:")
    usual = base64.b64encode(number.bytes_le).decode()
    assert characters[:21] == usual[:21]
    assert "ABCD".index(characters[21:]) == number.bytes_le[-1] & 3


def test_id_follows_from_the_names_alone() -> None:
    """The same names give the same id at any time, and any other name another one."""
    assert step_id("t", "s", "n") == step_id("t", "s", "n")
    others = {step_id("t", "s", "n"), step_id("t", "s", "m"), step_id("t", "n", "s")}
    assert len(others | {step_id("u", "s", "n"), step_id("ts", "", "n")}) == 5
