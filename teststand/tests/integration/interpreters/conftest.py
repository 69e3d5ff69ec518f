"""One interpreter for all tests that do not end it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from teststand_runner.interpreters import Interpreter, ModuleOwner, Request

STEPS = Path(__file__).with_name("steps.py")


class Runner:
    """Short words for what the tests do with an interpreter."""

    def __init__(self, interpreter):
        self.interpreter = interpreter

    def __call__(self, name, *arguments, timeout=30.0, **more):
        """Return the value of a function of the steps."""
        return self.do("call", ModuleOwner(STEPS), name, *arguments, timeout=timeout, **more).value

    def do(self, operation, owner, name, *arguments, timeout=30.0, **more):
        """Return the answer to a request."""
        request = Request(operation, owner, name, arguments)
        return self.interpreter.call(request, timeout=timeout, **more)


@pytest.fixture(scope="module")
def shared():
    """Lend an interpreter that the tests of a module share, and leave running."""
    interpreter = Interpreter.start(Path(sys.executable), "shared")
    yield Runner(interpreter)
    assert interpreter.close(), "it ends in good order"


@pytest.fixture
def own():
    """Start an interpreter that a test may end."""
    interpreter = Interpreter.start(Path(sys.executable), "own", end_seconds=1.0)
    yield Runner(interpreter)
    interpreter.close()
