"""What an execution notes of what it opened, for a Cleanup in another interpreter."""

from __future__ import annotations

import json
import logging
from contextlib import ExitStack

import pytest
from ni.measurementlink.sessionmanagement.v1.client import SessionInformation

from session_sharing import RecordContext
from teststand_modules.arguments import Pattern
from teststand_modules.creations import Creation, Opened, Wish
from teststand_modules.notes import Notes, decoded, encoded, noted_of
from teststand_modules.sequence import execution_of, get_text, set_text
from teststand_modules.testing import SequenceContext

VARIABLE = "SessionSharing.Opened.log_files"


@pytest.fixture
def context() -> SequenceContext:
    return SequenceContext()


def noted(context, name="made", execution=None):
    """Return what is noted of a creation with two entries on one session."""
    wish = Wish(
        Pattern.DETACH_AND_CLOSE,
        ("FileLogger", "Other"),
        "the map",
        [0, 1],
        execution or execution_of(context),
        RecordContext(serial_number="SN", site=1),
        close_timeout=3.5,
    )
    infos = [SessionInformation(f"log-{n}", f"a?client={n}", "0", "T", True, []) for n in "xy"]
    opened = [Opened(info, object(), "the secret", created=info is infos[0]) for info in infos]
    return noted_of(Creation(wish, opened, ExitStack(), name=name))


def of_another_interpreter(context, text_of=lambda text: text):
    """Have what is noted be of an interpreter that has ended."""
    text = get_text(context, VARIABLE)
    note = json.loads(text)
    for each in note["opened"]:
        each["interpreter"] = "ended"
    set_text(context, VARIABLE, text_of(json.dumps(note)))


def test_what_is_noted_is_read_again(context):
    """All that a Cleanup needs comes back: entries, pattern, limits, and the site of the labels."""
    made = noted(context)
    (found,) = decoded(encoded([made]))
    assert found.wish.context == RecordContext(site=1)
    assert (found.wish.pattern, found.wish.types) == (made.wish.pattern, made.wish.types)
    assert (found.wish.pin_map_id, found.wish.sites) == ("the map", [0, 1])
    assert found.wish.close_timeout == 3.5
    assert (found.name, found.host, found.process_id) == (made.name, made.host, made.process_id)
    assert [each.info.session_name for each in found.opened] == ["log-x", "log-y"]
    assert [each.info.resource_name for each in found.opened] == ["a?client=x", "a?client=y"]
    assert [each.created for each in found.opened] == [True, False]
    assert len({each.identity for each in found.opened}) == 1


def test_note_tells_no_secret(context):
    """Whoever can read run-time variables cannot write into a log by them."""
    Notes(context, "log files").add(noted(context))
    assert "the secret" not in get_text(context, VARIABLE)


def test_only_what_another_interpreter_opened_is_to_be_recovered(context):
    """The latest of it comes first; what this interpreter opened is the ledger's."""
    notes = Notes(context, "log files")
    notes.add(noted(context, "first"))
    notes.add(noted(context, "second"))
    assert notes.latest() is None
    of_another_interpreter(context)
    notes.add(noted(context, "own"))
    assert notes.latest().name == "second"
    notes.remove("second")
    assert notes.latest().name == "first"
    notes.remove("own")
    notes.remove("first")
    assert notes.latest() is None
    assert get_text(context, VARIABLE) == ""


def test_what_another_execution_opened_is_not_touched(context):
    """A note that was copied from another execution is nobody's here; kinds are apart, too."""
    notes = Notes(context, "log files")
    notes.add(noted(context, execution="another"))
    of_another_interpreter(context)
    assert notes.latest() is None
    notes.add(noted(context))
    of_another_interpreter(context)
    assert Notes(context, "databases").latest() is None
    assert notes.latest() is not None


@pytest.mark.parametrize(
    ("text_of", "said"),
    [
        (lambda text: text[:-20], "JSONDecodeError"),
        (lambda text: text.replace('"version": 1', '"version": 0'), "version 0, not 1"),
        (lambda text: text.replace('"pin_map_id"', '"map"'), "KeyError"),
        (lambda text: text.replace('"detach and close"', '"other"'), "other"),
        (lambda text: text.replace('"sessions": [', '"sessions": [7, '), "TypeError"),
        (lambda _: "7", "TypeError"),
        (lambda _: "[" * 100_000, "RecursionError"),
    ],
    ids=["torn", "version", "field", "value", "entry", "other text", "too deep"],
)
def test_note_that_cannot_be_read(context, caplog, text_of, said):
    """It is told, is as good as none, and does not stop a Setup or a Cleanup."""
    notes = Notes(context, "log files")
    notes.add(noted(context))
    of_another_interpreter(context, text_of)
    with caplog.at_level(logging.WARNING):
        assert notes.latest() is None
    assert f"{VARIABLE} is no note of this version" in caplog.text
    assert said in caplog.text
    notes.remove("made")
    notes.add(noted(context, "new"))
    of_another_interpreter(context)
    assert notes.latest().name == "new"


def test_step_without_a_context():
    """A Cleanup that does not say whose it is knows no note."""
    notes = Notes(None, "log files")
    notes.add(noted(SequenceContext()))
    notes.remove("made")
    assert notes.latest() is None
