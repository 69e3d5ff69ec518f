"""Several sockets at once, and interpreters that end without Cleanup."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import teststand_json_logger
import teststand_pin_map
from teststand_json_logger import create_file_sessions, destroy_file_sessions
from teststand_modules.testing import SequenceContext
from teststand_nidcpower import create_nidcpower_sessions, destroy_nidcpower_sessions

NO_CLEANUP = """
import sys
sys.path.append({code_modules!r})
from teststand_json_logger import create_file_sessions
from teststand_nidcpower import create_nidcpower_sessions
from teststand_modules.testing import SequenceContext
context = SequenceContext()
create_file_sessions(context, pin_map_id={pin_map_id!r})
create_nidcpower_sessions(context, pin_map_id={pin_map_id!r})
"""


def test_four_sockets(tidy):
    """Four executions at once share log and instrument, and leave nothing."""

    def socket(number):
        context = tidy.context("sockets")
        create_file_sessions(context, serial_number=f"SN-{number}", site=float(number))
        create_nidcpower_sessions(context)
        found = tidy.log(context)
        destroy_nidcpower_sessions(context)
        destroy_file_sessions(context)
        return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(socket, range(4))) == [(True, False)] * 4
    assert len(tidy.records("sockets")) == 4


def test_interpreter_ends_without_cleanup(tidy):
    """What a process held is closed and unregistered when it ends in good order."""
    pin_map_id = tidy.pin_map_id(tidy.context())
    code_modules = str(Path(teststand_json_logger.__file__).parent)
    program = NO_CLEANUP.format(code_modules=code_modules, pin_map_id=pin_map_id)
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    assert tidy.left() == []


def test_pin_map_by_a_python_step(tidy):
    """The pin map that a Python step loads is the one that the others use."""
    tidy.context("step")
    context = SequenceContext(tidy.folder / "sequence.seq")
    pin_map_id = teststand_pin_map.update_pin_map("step.pinmap", context)
    assert pin_map_id == str((tidy.folder / "step.pinmap").resolve())
    create_file_sessions(context)
    assert tidy.log(context) == (True, False)
    destroy_file_sessions(context)
