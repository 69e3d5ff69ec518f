"""What the tests run in interpreters, as the user's code modules are."""

from __future__ import annotations

import atexit
import ctypes
import enum
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

CALLS = []


class Colour(enum.IntEnum):
    """A number with a name."""

    RED = 3


class Meter:
    """An instrument."""

    count = 0
    unit = "V"

    def __init__(self, name):
        self.name = name

    def read(self, factor):
        """Return a number, and count."""
        Meter.count += 1
        return len(self.name) * factor

    @staticmethod
    def double(value):
        """Return a number twice as large."""
        return 2 * value

    @classmethod
    def made(cls):
        """Return how often was read."""
        return cls.count


def echo(value):
    return value


def repeat(text, count):
    return text * count


def kinds(*values):
    return [type(value).__name__ for value in values]


def remember(value):
    CALLS.append(value)
    return len(CALLS)


def colour():
    return Colour.RED


def too_large():
    return [2**70, (1, 2.0, None)]


def nested():
    value = []
    value.append(value)
    return value


def name_of(meter):
    return meter.name


def speak():
    print("to standard output")
    print("to standard error", file=sys.stderr)
    subprocess.run([sys.executable, "-c", "print('of another process')"], check=True)
    os.write(1, b"to the file descriptor\n")
    return repr(sys.stdin.read())


def fail():
    raise ValueError("no such range")


class UnspeakableError(Exception):
    """It has no text."""

    def __str__(self):
        raise RuntimeError


def fail_unspeakably():
    raise UnspeakableError


def leave(code):
    sys.exit(code)


def die(code):
    print("the last words", flush=True)
    os._exit(code)


def crash():
    os.kill(os.getpid(), signal.SIGKILL)


def leave_running(started):
    """Start a process, and leave it."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(started).write_text(f"{os.getpid()} {child.pid}")


def hang(started):
    """Hang, with a process of one's own that hangs, too."""
    leave_running(started)
    time.sleep(600)


def hang_in_c(started):
    """Hang as C code does that keeps the global interpreter lock: no other thread runs."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(started).write_text(f"{os.getpid()} {child.pid}")
    ctypes.PyDLL(None).sleep(600)


def release_at_exit(path):
    atexit.register(lambda: Path(path).write_text("released"))


def never_end():
    atexit.register(lambda: time.sleep(600))


def pin_map_of(context):
    variables = context.Execution.RunTimeVariables
    if not variables.Exists("NI.MeasurementPlugIns.PinMapId", 0):
        variables.SetValString("NI.MeasurementPlugIns.PinMapId", 1, "of the step")
    return variables.GetValString("NI.MeasurementPlugIns.PinMapId", 0)


def find(context, name):
    return context.Engine.FindFileEx(
        fileToFind=name,
        absolutePath=None,
        srchDirType=None,
        searchDirectoryIndex=None,
        userCancelled=None,
        searchContext=context.SequenceFile,
    )


def misuse(context):
    """Return what each misuse of a context raises."""

    def caught(action):
        try:
            return action()
        except Exception as error:  # noqa: BLE001 - whatever it is
            return f"{type(error).__name__}: {error}"

    return [
        caught(lambda: context.Nowhere),
        caught(lambda: context.Locals.GetValString("missing", 0)),
        caught(lambda: context.Locals.SetValString("x", 1, object())),
        caught(lambda: hasattr(context, "Locals") and not hasattr(context, "locals.none")),
    ]


KEPT = []


def keep(context):
    KEPT.append(context)


def use_kept():
    return KEPT[0].Locals


def ask_in_a_thread(context):
    found = []
    thread = threading.Thread(target=lambda: found.append(context.Locals.GetValNumber("x", 0)))
    thread.start()
    thread.join()
    return found
