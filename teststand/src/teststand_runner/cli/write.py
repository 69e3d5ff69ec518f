"""`write`: makes a sequence file of TestStand's from a definition, with the user's templates."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from teststand_runner.cli.exit_codes import ExitCode
from teststand_runner.cli.files import check_apart, check_regular, write_file
from teststand_runner.cli.stdout import shown
from teststand_runner.definition import read_definition
from teststand_runner.writing import read_template, write_sequence_file

SUFFIX = ".seq"


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    found = argparse.ArgumentParser(
        prog="python -m teststand_runner write",
        description="Writes a definition (.toml) as a sequence file that TestStand opens. The type "
        "definitions in it are from a template: a sequence file of yours, in XML form, with a step "
        "of each kind.",
        allow_abbrev=False,
    )
    found.add_argument(
        "--definition", required=True, type=Path, metavar="FILE", help="the .toml file to write"
    )
    found.add_argument(
        "--template",
        action="append",
        required=True,
        type=Path,
        metavar="FILE",
        help="a .seq in XML form; given again, one more for the kinds of steps that are missing",
    )
    found.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="what to write; as a rule the definition's name with .seq, beside it",
    )
    return found


def execute(argv: Sequence[str]) -> ExitCode:
    """Write it.

    Raises:
        TestStandRunnerError: The definition or a template is wrong, or the file cannot be written.
        SystemExit: The usage is wrong, or help was asked for.
    """
    options = parser().parse_args(argv)
    output = options.output or options.definition.with_suffix(SUFFIX)
    for path in (output, options.definition, *options.template):
        check_regular(path)
    file = read_definition(options.definition)
    data = write_sequence_file(file, [read_template(path) for path in options.template])
    check_apart(output, [options.definition, *options.template])
    write_file(output, data)
    steps = sum(len(each.steps) for each in file.sequences)
    with shown():
        print(f"{output}: {len(file.sequences)} sequences, {steps} steps")
    return ExitCode.GOOD
