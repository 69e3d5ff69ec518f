"""Whatever is given as a pin map: it is read, or refused with its place, in bounded time."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from local_station.pin_map.model import PinMap
from local_station.pin_map.parsing import parse_pin_map
from local_station.session_management.choice import choose
from services.local_station.tests.any_pin_map import (
    EVERYTHING,
    NAMESPACE,
    pin_map_bytes,
    pin_map_texts,
)
from session_sharing.errors import InvalidRequestError

LIMIT = 2.0
"""How much processor time one may take, in seconds; the slowest takes some milliseconds."""

WHOLE = EVERYTHING.replace("<PinMap", f'<PinMap xmlns="{NAMESPACE}"', 1)


def _answer(xml):
    before = time.process_time()
    try:
        answer = parse_pin_map(xml)
        choose(answer, (), (), "")
    except InvalidRequestError as error:
        answer = str(error)
    assert time.process_time() - before < LIMIT
    return answer


def test_the_whole_one_is_right():
    """What is damaged below is a pin map that has everything, and a session of each type."""
    types = {session.instrument_type_id for session in parse_pin_map(WHOLE).sessions}
    assert types == {
        *("niDCPower", "niDigitalPattern", "niScope", "niFGen", "niDMM", "niDAQmx"),
        *("niRelayDriver", "FileLogger"),
    }


@settings(max_examples=250)
@given(pin_map_texts() | pin_map_bytes().map(lambda data: data.decode("latin-1")))
def test_any_text_is_read_or_refused_with_its_place(xml):
    """Nothing that is done to a pin map is a defect of ours; a refusal is short and names the line.

    What is refused can be told to people: in one line, without characters that steer a terminal.
    """
    answer = _answer(xml)
    if not isinstance(answer, PinMap):
        assert answer.startswith("Pin map, line ")
        assert len(answer) < 800
        assert answer.isprintable()


@given(st.data())
def test_every_place_to_cut_is_refused(data):
    """A file that was saved half is never taken for a whole one."""
    cut = WHOLE[: data.draw(st.integers(0, len(WHOLE) - 1))]
    assert "not well-formed XML" in _answer(cut)
