"""From a definition to the sequences that it defines."""

from __future__ import annotations

import sys
from pathlib import Path

from teststand_runner.definition.keys import check_keys
from teststand_runner.definition.steps import StepMaker
from teststand_runner.definition.tables import Table
from teststand_runner.definition.tree import Plain, objects, property_of
from teststand_runner.definition.variables import variables_of
from teststand_runner.errors import DefinitionError, SequenceFileError, quoted
from teststand_runner.model import FileInformation, Property, PropertyFile, SequenceFile
from teststand_runner.reading.sequence_file import sequences_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_BYTES = 1024 * 1024
FORM = "definition"
_GROUPS = {"Main": "main", "Setup": "setup", "Cleanup": "cleanup"}
"""In the order in which TestStand writes them."""


def read_definition(path: Path) -> SequenceFile:
    """Return the sequences that a definition defines.

    Raises:
        SequenceFileError: It cannot be read, is no TOML, or something in it is wrong; it names the
            file, the table and the key.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise DefinitionError(f"it is too large: {MAX_BYTES} bytes are read.")
        return parse_definition(data.decode("utf-8-sig"))  # Windows editors add a mark.
    except OSError as error:
        failure: SequenceFileError = DefinitionError(f"{error.strerror or error}.")
    except UnicodeDecodeError as error:
        failure = DefinitionError("this is no text in UTF-8.", place=f"offset {error.start}")
    except SequenceFileError as error:
        failure = error
    failure.file = path.name
    raise failure


def parse_definition(text: str) -> SequenceFile:
    """Return the sequences that a text defines.

    Raises:
        SequenceFileError: See `read_definition`.
    """
    check_keys(text)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # A number of 5000 digits is a mere ValueError.
        raise DefinitionError(f"this is no TOML: {error}.") from None
    return sequences_of(
        PropertyFile(FileInformation(FORM, 0, "", "table"), {}, 0, _data(Table(values, "")))
    )


def _data(table: Table) -> Property:
    title = table.name("title")
    found = variables_of(table.table("globals"))
    sequences = table.tables("sequence")
    if not sequences:
        raise table.wrong("sequence", "there is no sequence: write [[sequence]] above each.")
    names = [each.name("name") for each in sequences]
    made = [_sequence(each, title, names) for each in sequences]
    table.finish()
    within: dict[str, Plain] = {
        "Seq": objects("Seq", made),
        "FileGlobalDefaults": property_of("FileGlobalDefaults", found),
        "Type": 0.0,
    }
    return property_of("Data", within, class_name="SequenceFileData")


def _sequence(table: Table, title: str, names: list[str]) -> Property:
    name = table.name("name")
    variables = variables_of(table.table("locals"))
    groups = {key: table.tables(key) for key in _GROUPS.values()}
    maker = StepMaker(title, name, groups)
    for each in (step for steps in groups.values() for step in steps):
        _check_call(each, names)
    steps = {
        group: objects(group, [maker.step(each) for each in groups[key]])
        for group, key in _GROUPS.items()
    }
    table.finish()
    within: dict[str, Plain] = {"Parameters": {}, "Locals": variables, **steps}
    return property_of(name, within, class_name="Sequence")


def _check_call(step: Table, names: list[str]) -> None:
    if "call" in step and step.name("call").lower() not in map(str.lower, names):
        called = quoted(step.name("call"))
        raise step.wrong("call", f"there is no sequence {called}; there are: {', '.join(names)}.")
