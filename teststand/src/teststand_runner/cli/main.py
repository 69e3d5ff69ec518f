"""The command: runs a sequence, shows it, and tells what came of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from session_sharing.cli.output import escape_what_streams_cannot_take
from teststand_runner.checking import SequenceRefusedError
from teststand_runner.cli import write
from teststand_runner.cli.exit_codes import ExitCode, exit_code
from teststand_runner.cli.files import CannotWriteError, check_apart, check_writable, write_file
from teststand_runner.cli.interruptions import heeding
from teststand_runner.cli.options import parse
from teststand_runner.cli.stdout import replace_closed_streams, shown
from teststand_runner.errors import SequenceFileError, TestStandRunnerError
from teststand_runner.interpreters import InterpreterScope
from teststand_runner.listing import listing
from teststand_runner.live import showing
from teststand_runner.model import SequenceFile
from teststand_runner.opening import open_sequences
from teststand_runner.reporting import json_text, junit_xml, print_results
from teststand_runner.results import ExecutionResult
from teststand_runner.running import RunOptions, StopRequests, check_run, run_sequences

_WRITE = "write"
_STDOUT = "-"


def main(argv: Sequence[str] | None = None) -> int:
    """Execute the command, and return its exit code: see `ExitCode`.

    Args:
        argv: The arguments; those of the process if None.

    Raises:
        SystemExit: The usage is wrong (code 2), or help was asked for.
    """
    given = sys.argv[1:] if argv is None else list(argv)
    replace_closed_streams()
    escape_what_streams_cannot_take()
    try:
        return write.execute(given[1:]) if given[:1] == [_WRITE] else _run(parse(given))
    except (SequenceFileError, SequenceRefusedError, CannotWriteError) as error:
        return _failed(error, ExitCode.REFUSED)
    except TestStandRunnerError as error:
        return _failed(error, ExitCode.ERROR)


def _failed(error: TestStandRunnerError, code: ExitCode) -> ExitCode:
    with suppress(OSError):  # Nobody reads it: the code says it.
        print(f"teststand_runner: {error}", file=sys.stderr)
    return code


def _run(options: argparse.Namespace) -> ExitCode:
    path: Path = options.file
    file = open_sequences(path)
    if options.list:
        with shown():
            print(listing(file), end="")
        return ExitCode.GOOD
    how = _run_options(options)
    problems = check_run(file, path, how)
    if problems:
        raise SequenceRefusedError(path.name, problems)
    if options.check:
        with shown():
            print(f"{path.name}: {how.sequence} can be run.")
        return ExitCode.GOOD
    _check_reports(path, _report_files(options))
    results = _show_run(file, path, how, quiet=options.quiet)
    try:
        _report(results, options)
    except CannotWriteError as error:  # The sequence has run: it was not refused.
        return _failed(error, ExitCode.ERROR)
    return exit_code(results)


def _check_reports(path: Path, reports: Sequence[Path]) -> None:
    for number, report in enumerate(reports):
        check_apart(report, [path, *reports[:number]])
    for report in reports:
        check_writable(report)


def _run_options(options: argparse.Namespace) -> RunOptions:
    return RunOptions(
        sequence=options.sequence,
        sockets=options.sockets,
        step_timeout=options.step_timeout,
        python=options.python,
        interpreter=InterpreterScope[options.interpreter.upper()],
        sites=tuple(options.sites) or ((0,),),
        serial_numbers=tuple(options.serial_number),
    )


def _show_run(
    file: SequenceFile, path: Path, how: RunOptions, *, quiet: bool
) -> tuple[ExecutionResult, ...]:
    requests = StopRequests()
    with heeding(requests), nullcontext() if quiet else showing(how.sockets) as view:
        listener = view.listen if view is not None else None
        return run_sequences(file, path, how, listener=listener, requests=requests)


def _report_files(options: argparse.Namespace) -> list[Path]:
    files = [] if options.json in {None, _STDOUT} else [Path(options.json)]
    return [*files, options.junit] if options.junit is not None else files


def _report(results: Sequence[ExecutionResult], options: argparse.Namespace) -> None:
    """Write the files first: standard output may be a pipe that nobody reads any more."""
    try:
        _write_reports(results, options)
    finally:
        with shown():
            _print_report(results, options)


def _write_reports(results: Sequence[ExecutionResult], options: argparse.Namespace) -> None:
    if options.json not in {None, _STDOUT}:
        write_file(Path(options.json), json_text(results).encode())
    if options.junit is not None:
        write_file(options.junit, junit_xml(results))


def _print_report(results: Sequence[ExecutionResult], options: argparse.Namespace) -> None:
    if options.json == _STDOUT:
        print(json_text(results), end="")
    else:
        print_results(results)
