"""What steps print, kept for their reports."""

from __future__ import annotations

import os
import threading
import time

import pytest

from teststand_runner.interpreters.output import StepOutput, last_words

SECONDS = 20.0


@pytest.fixture
def pipe():
    """Lend both ends of a pipe: what reads it, and its writing end."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as stream:
        output = StepOutput(os.fdopen(reading, "rb"), "a test")
        yield output, stream
    output.wait(SECONDS)
    assert "output of a test" not in {thread.name for thread in threading.enumerate()}


def test_lines_belong_to_the_step_before_the_mark(pipe):
    """Each step gets what came before its mark, also where the last line has no end."""
    output, stream = pipe
    stream.write(b"one\n\ntwo\x1e1\x1e\nthree\n\x1e2\x1e\n")
    output.of_step(2, SECONDS)
    stream.write(b"four\n\x1e3\x1e\n")
    assert output.of_step(3, SECONDS) == ("four",)


def test_only_the_last_lines_are_kept_and_cut(pipe):
    """A step that floods its output takes bounded room, and does not wait."""
    output, stream = pipe
    for number in range(1000):
        stream.write(b"%d %s\n" % (number, b"x" * 5000))
    stream.write(b"\x1e1\x1e\n")
    lines = output.of_step(1, SECONDS)
    assert len(lines) <= 200
    assert max(len(line) for line in lines) <= 4000


def test_control_characters_are_shown_and_not_obeyed(pipe):
    """What a step prints cannot command the terminal that shows it."""
    output, stream = pipe
    stream.write(b"\x1b[2J\xff\n\x1e1\x1e\n")
    assert output.of_step(1, SECONDS) == ("\\x1b[2J\N{REPLACEMENT CHARACTER}",)


def test_waiting_for_a_mark_ends_with_the_stream(pipe):
    """Where the process dies within a step, what it has printed comes at once."""
    output, stream = pipe
    stream.write(b"the last\n")
    stream.close()
    began = time.monotonic()
    assert output.of_step(1, SECONDS) == ("the last",)
    assert time.monotonic() - began < SECONDS / 2


def test_last_words_are_a_sentence():
    """An error has the last lines, or says that there are none."""
    assert last_words(("a", "b")) == "The last lines that it printed: a | b"
    assert last_words(()) == "It printed nothing."
