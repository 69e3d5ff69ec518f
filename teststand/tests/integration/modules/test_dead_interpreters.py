"""An interpreter that dies between Setup and Cleanup; Cleanup runs in this one."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import teststand_db_writer
import teststand_json_logger
import teststand_nidmm
from json_logger import JsonLoggerClient
from session_sharing.errors import UnavailableError
from teststand.tests.integration.modules.floor import until
from teststand_json_logger import create_file_sessions, destroy_file_sessions
from teststand_modules.sequence import get_text, set_text
from teststand_nidcpower import create_nidcpower_sessions, destroy_nidcpower_sessions

CODE_MODULES = str(Path(teststand_json_logger.__file__).parent)
FILES, SUPPLIES = "log_files", "NI_DCPower_sessions"
MODULES = {
    FILES: ("teststand_json_logger", "file"),
    "databases": ("teststand_db_writer", "database"),
    SUPPLIES: ("teststand_nidcpower", "nidcpower"),
    "NI_DMM_sessions": ("teststand_nidmm", "nidmm"),
}
DESTROY = {
    FILES: destroy_file_sessions,
    "databases": teststand_db_writer.destroy_database_sessions,
    SUPPLIES: destroy_nidcpower_sessions,
    "NI_DMM_sessions": teststand_nidmm.destroy_nidmm_sessions,
}
DYING = """
import importlib, json, os, sys
sys.path.append({code_modules!r})
from teststand_modules.sequence import get_text
from teststand_modules.testing.sequence_context import Execution, SequenceContext
context = SequenceContext(execution=Execution({execution}))
for module, kind in {modules}:
    create = getattr(importlib.import_module(module), f"create_{{kind}}_sessions")
    create(context, {pattern!r}, pin_map_id={pin_map_id!r})
names = [f"SessionSharing.Opened.{{kind}}" for kind in {kinds}]
print(json.dumps({{name: get_text(context, name) for name in names}}), flush=True)
sys.stdin.readline()
os._exit(3)
"""


@contextmanager
def dying(floor, context, pattern, kinds=(FILES, SUPPLIES)):
    """Have another interpreter do the Setup of an execution, and crash when the block ends."""
    program = DYING.format(
        code_modules=CODE_MODULES,
        execution=context.Execution.Id,
        modules=[MODULES[kind] for kind in kinds],
        pattern=pattern,
        pin_map_id=floor.pin_map_id(context),
        kinds=list(kinds),
    )
    pipe, command = subprocess.PIPE, [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        noted = json.loads(process.stdout.readline())
        assert all(noted.values())
        note(context, noted)
        yield
        process.communicate("crash\n", timeout=60)
    assert process.returncode == 3


def note(context, noted):
    for name, text in noted.items():
        set_text(context, name, text)


def noted_in(context):
    names = [f"SessionSharing.Opened.{kind}" for kind in MODULES]
    return {name: text for name in names if (text := get_text(context, name))}


@pytest.mark.parametrize("pattern", ["hold", "detach and close"])
def test_cleanup_in_a_new_interpreter(tidy, pattern):
    """All that the dead one opened or registered is closed and unregistered, and noted no more."""
    context = tidy.context()
    with dying(tidy, context, pattern, MODULES):
        pass
    assert len(tidy.registered()) == 5
    for destroy in DESTROY.values():
        destroy(context)
    assert tidy.registered() == []
    assert noted_in(context) == {}
    tidy.gone("both services have noticed that a holder is dead")
    for destroy in DESTROY.values():
        destroy(context)  # That there is nothing is no error.


def test_cleanup_without_a_context(tidy):
    """It closes nothing of a dead interpreter; one that says whose it is does, later."""
    context = tidy.context()
    with dying(tidy, context, "hold", [SUPPLIES]):
        pass
    destroy_nidcpower_sessions()
    assert tidy.driver_is_open()
    destroy_nidcpower_sessions(context)


def test_others_use_it(tidy):
    """Nothing is closed under who has it reserved or shares it; the last one closes."""
    context, other = tidy.context(), tidy.context()
    with dying(tidy, context, "hold"):
        pass
    with tidy.reserved(context, "VIN"), pytest.raises(UnavailableError, match="is held by"):
        destroy_nidcpower_sessions(context, reserve_timeout=0.3)
    create_file_sessions(other)
    create_nidcpower_sessions(other)
    destroy_nidcpower_sessions(context)
    destroy_file_sessions(context)
    assert noted_in(context) == {}
    assert tidy.driver_is_open()
    assert tidy.log(other) == (True, False)
    destroy_nidcpower_sessions(other)
    destroy_file_sessions(other)
    tidy.gone("the logger has noticed that a holder is dead")


def test_somebody_opened_others_in_their_place(tidy):
    """What is there by now under the same names is not what was noted, and is left alone."""
    context, other = tidy.context(), tidy.context()
    with dying(tidy, context, "detach and close"):
        noted = noted_in(context)
    destroy_nidcpower_sessions(context)
    tidy.close_by_force()
    with JsonLoggerClient("results.ndjson"):
        destroy_file_sessions(context)
        assert (tidy.registered(), tidy.open_logs()[0].close_pending) == ([], False)
    note(context, noted)
    create_file_sessions(other)
    create_nidcpower_sessions(other)
    destroy_nidcpower_sessions(context)
    destroy_file_sessions(context)
    assert tidy.driver_is_open()
    assert tidy.log(other) == (True, False)
    destroy_nidcpower_sessions(other)
    destroy_file_sessions(other)


def test_labels_of_a_dead_interpreter(tidy):
    """Who goes on with its log logs without its labels; what it registered serves them."""
    context, other = tidy.context("dead-labels"), tidy.context("dead-labels")
    with ExitStack() as stack:
        with dying(tidy, context, "hold", [FILES]):
            client = stack.enter_context(JsonLoggerClient("dead-labels.ndjson"))
            client.log("before", {}, {})
        destroy_file_sessions(context)
        client.log("after", {}, {})
        assert tidy.log(context) == (True, False)
        until(lambda: len(tidy.open_logs()[0].attachments) == 1, "the dead one is noticed")
    before, after, _ = tidy.labels("dead-labels")
    assert (before.keys() - after.keys(), "run" in after) == ({"run"}, False)
    create_file_sessions(other)  # The client left that registration, which is taken over.
    destroy_file_sessions(other)
