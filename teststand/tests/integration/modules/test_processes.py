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
print("created", flush=True)
sys.stdin.readline()
"""


ANOTHER = """
import sys
sys.path.append({code_modules!r})
from teststand_json_logger import create_file_sessions, destroy_file_sessions
from teststand_modules.testing import SequenceContext
context = SequenceContext()
create_file_sessions(context, pin_map_id={pin_map_id!r})
print("created", flush=True)
sys.stdin.readline()
destroy_file_sessions(context)
"""
CODE_MODULES = str(Path(teststand_json_logger.__file__).parent)


def test_two_test_stands(tidy):
    """Of two processes that share a log, the last one closes and unregisters what the first did."""
    context = tidy.context()
    create_file_sessions(context)
    pin_map_id = tidy.pin_map_id(context)
    program = ANOTHER.format(code_modules=CODE_MODULES, pin_map_id=pin_map_id)
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout.readline() == "created\n"
        destroy_file_sessions(context)
        assert tidy.log(context) == (True, False)
        other.communicate("go on\n", timeout=60)
    assert other.returncode == 0


def test_four_sockets(tidy):
    """Four executions at once share log and instrument, and leave nothing."""
    contexts = [tidy.context("sockets") for _ in range(4)]

    def socket(number):
        context = contexts[number]
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
    """What a process held ends with it, even while a measurement has it, and is unregistered."""
    context = tidy.context()
    pin_map_id = tidy.pin_map_id(context)
    program = NO_CLEANUP.format(code_modules=CODE_MODULES, pin_map_id=pin_map_id)
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout.readline() == "created\n"
        with tidy.reserved(context, "VIN"), tidy.reserved(context, "LOG"):
            process.communicate("end\n", timeout=60)
    assert process.returncode == 0
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
