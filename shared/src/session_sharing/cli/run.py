"""`run`: joins a program to the local station, and runs it as Python itself would."""

from __future__ import annotations

import argparse
import importlib.util
import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from session_sharing.join import is_part_of, join_local_station

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_to(subparsers: _Subparsers) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "run",
        help="run a Python program that uses the local station",
        description="Runs a Python program unchanged, so that NI's discovery client and SDK in it "
        "use the local station.",
        allow_abbrev=False,
    )
    parser.add_argument("-m", dest="is_module", action="store_true", help="PROGRAM is a module")
    parser.add_argument("program", metavar="PROGRAM", help="a script, or with -m a module")
    parser.add_argument(
        "arguments", metavar="ARGS", nargs=argparse.REMAINDER, help="the program's own arguments"
    )
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Join, and run the program in this interpreter.

    Raises:
        BaseException: Whatever the program raises, unchanged.
    """
    join_local_station()
    sys.argv = [arguments.program, *arguments.arguments]
    if arguments.is_module:
        return _run_module(arguments.program)
    return _run_script(arguments.program)


def _run_script(path: str) -> int:
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        print(f"session_sharing run: can't open file {path!r}: {error.strerror}", file=sys.stderr)
        return 2
    _search_first(str(Path(path).resolve().parent))
    # Not runpy: it takes `__main__` away again while threads of the program may still need it.
    program = ModuleType("__main__")
    program.__file__ = str(Path(path).absolute())
    sys.modules["__main__"] = program
    exec(compile(source, program.__file__, "exec", dont_inherit=True), program.__dict__)  # noqa: S102
    return 0


def _run_module(name: str) -> int:
    _search_first(str(Path.cwd()))
    if not _module_exists(name):
        print(f"session_sharing run: No module named {name}", file=sys.stderr)
        return 1
    runpy.run_module(name, run_name="__main__", alter_sys=True)
    return 0


def _search_first(folder: str) -> None:
    """Put a folder where Python looks for imports first, in the place of what was there.

    With the option -P, or -I, Python puts nothing there, so there is nothing to replace.
    """
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path[0] = folder


def _module_exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError as error:
        # A parent package that is missing, not an import that fails inside of one.
        if is_part_of(name, error.name):
            return False
        raise
