"""What is read as a pin map."""

from __future__ import annotations

import os
import sys

import pytest

from teststand_runner.model import UpdatePinMap
from teststand_runner.results import Outcome
from teststand_runner.running.steps import pin_map
from teststand_runner.testing.making import sequence, step


def _error(run, name):
    (result,) = run(
        sequence("MainSequence", step("it", UpdatePinMap(f'"{name}"')))
    ).result.main.steps
    assert result.status is Outcome.ERROR
    return result.error


def test_pin_map_that_is_too_large_is_not_read_to_its_end(run, tmp_path, monkeypatch):
    """A file that was named by mistake does not fill the memory."""
    monkeypatch.setattr(pin_map, "MAX_BYTES", 10)
    (tmp_path / "large.pinmap").write_text("<PinMap />", encoding="utf-8-sig")
    assert "has more than 10 bytes" in _error(run, "large.pinmap")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in its file system")
def test_pin_map_that_is_a_pipe_is_refused(run, tmp_path):
    """Nobody waits for ever for the other end of one."""
    os.mkfifo(tmp_path / "pipe.pinmap")
    assert "is a pipe or a device" in _error(run, "pipe.pinmap")
