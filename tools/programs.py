"""The programs of the project, `python -m NAME`, and what their command lines take."""

from __future__ import annotations

import argparse
import io
import re
import runpy
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from unittest.mock import patch

from tools.packages import ROOT, all_packages

_TELLS_OF_FURTHER = re.compile(r"`python -m [\w.]+ (\w+) --help`")


class _CapturedError(BaseException):
    """Ends a program where it parses its command line. It is no Exception: none is to catch it."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        super().__init__()
        self.parser = parser


def program_names() -> list[str]:
    """Return the modules of the project that `python -m` starts, sorted."""
    places = [source.parent for package in all_packages() for source in package.sources]
    found = {
        ".".join(path.relative_to(place).parent.parts)
        for place in places
        for path in place.rglob("__main__.py")
    }
    own = (path for path in ROOT.glob("*/__main__.py"))
    return sorted(found | {path.parent.name for path in own})


@cache
def parsers(module: str) -> dict[tuple[str, ...], argparse.ArgumentParser]:
    """Return what parses the command line of a program, by the words behind its name.

    A program that parses the lines of a command of its own by another parser tells of it: by
    `python -m PROGRAM COMMAND --help` in its help. Sub-parsers are not listed here, but below
    their parser.

    Args:
        module: What `python -m` starts, for example `json_logger`.

    Raises:
        ValueError: The program parses no command line by argparse.
        ImportError: There is no such module.
    """
    main = _captured(module, ())
    told = f"{main.description} {main.epilog}"
    further = sorted(set(_TELLS_OF_FURTHER.findall(told)))
    return {(): main, **{(word,): _captured(module, (word,)) for word in further}}


def sub_parsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of a program's commands, by name."""
    actions = [
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    ]
    return {name: each for action in actions for name, each in action.choices.items()}


def _captured(module: str, arguments: tuple[str, ...]) -> argparse.ArgumentParser:
    """Start a program in this process, and end it where it would parse its command line."""
    try:
        with _apart(module, arguments):
            runpy.run_module(module, run_name="__main__")
    except _CapturedError as captured:
        return captured.parser
    raise ValueError(f"python -m {module} parses no command line by argparse")


def _capture(parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
    raise _CapturedError(parser)


@contextmanager
def _apart(module: str, arguments: tuple[str, ...]) -> Iterator[None]:
    """Let a program change neither the streams nor the signals of this process."""
    interrupt = signal.getsignal(signal.SIGINT)
    with ExitStack() as stack:
        for redirect in (redirect_stdout, redirect_stderr):
            stack.enter_context(redirect(io.TextIOWrapper(io.BytesIO(), "utf-8")))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore", RuntimeWarning)  # that a module was imported before
        stack.enter_context(patch.object(sys, "argv", [module, *arguments]))
        stack.enter_context(patch.object(argparse.ArgumentParser, "parse_known_args", _capture))
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, interrupt)


def source_of(module: str) -> Path | None:
    """Return where a module that `python -m` starts lies in the repository, if it is there."""
    places = [ROOT, *(source.parent for package in all_packages() for source in package.sources)]
    parts = module.split(".")
    candidates = [
        path
        for place in places
        for path in (
            place.joinpath(*parts, "__main__.py"),
            place.joinpath(*parts).with_suffix(".py"),
        )
    ]
    return next((path for path in candidates if path.is_file()), None)
