"""Which signals ask a program to stop."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

import pytest

from session_sharing.signals import stop_signals

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")


@pytest.fixture
def hangup() -> Iterator[None]:
    """Let a test decide what SIGHUP does."""
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(sys.platform != "win32", reason="Ctrl-Break is of Windows")
def test_ctrl_break_stops() -> None:
    """On Windows, Ctrl-Break stops as Ctrl-C does."""
    assert set(stop_signals()) == {signal.SIGINT, signal.SIGTERM, signal.SIGBREAK}


@on_posix
@pytest.mark.usefixtures("hangup")
def test_closing_the_terminal_stops() -> None:
    """SIGINT, SIGTERM and the end of the terminal stop a program in good order."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    assert set(stop_signals()) == {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@on_posix
@pytest.mark.usefixtures("hangup")
def test_a_program_may_outlive_its_terminal() -> None:
    """What was started with `nohup` does not stop when the terminal is closed."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert set(stop_signals()) == {signal.SIGINT, signal.SIGTERM}
