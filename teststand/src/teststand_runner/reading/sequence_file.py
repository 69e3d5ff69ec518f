"""From the properties of a file to its sequences."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from teststand_runner.errors import (
    FileTooLargeError,
    NotASequenceFileError,
    SequenceFileError,
    UnexpectedPropertyError,
    quoted,
)
from teststand_runner.model.properties import Property, PropertyFile
from teststand_runner.model.steps import FileKind, Group, Sequence, SequenceFile, Step
from teststand_runner.reading.encoding import read_properties
from teststand_runner.reading.limits import MAX_BYTES
from teststand_runner.reading.looking import Look
from teststand_runner.reading.steps import read_step


def read_sequence_file(path: Path) -> SequenceFile:
    """Return the sequences of a file, in XML or binary form.

    Raises:
        SequenceFileError: It cannot be opened, or is no whole sequence file of at most
            `limits.MAX_BYTES`; it names the file, the place in it, and the property.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _named(NotASequenceFileError(f"{error.strerror or error}."), path.name) from None
    if len(data) > MAX_BYTES:
        raise _named(FileTooLargeError(f"it has more than {MAX_BYTES} bytes."), path.name)
    return read_sequence_bytes(data, path.name)


def read_sequence_bytes(data: bytes, name: str = "") -> SequenceFile:
    """Return the sequences of a file whose content is known.

    Args:
        data: The content.
        name: What errors call it.

    Raises:
        SequenceFileError: See `read_sequence_file`.
    """
    try:
        return sequences_of(read_properties(data))
    except SequenceFileError as error:
        error.file = name
        raise


def _named(error: SequenceFileError, name: str) -> SequenceFileError:
    error.file = name
    return error


def sequences_of(file: PropertyFile) -> SequenceFile:
    """Return the sequences that the properties of a file say.

    Raises:
        UnexpectedPropertyError: Something is missing, twice, or of another kind.
    """
    data = Look(file.data, "Data", file.information.place_unit)
    sequences = tuple(_sequence(each, file.types) for each in data.elements("Seq", "Sequence"))
    _check_names(data, sequences)
    _check_steps(data, sequences)
    return SequenceFile(
        information=file.information,
        kind=data.integer("Type", FileKind.NORMAL),
        file_globals=data.at("FileGlobalDefaults").property,
        sequences=sequences,
        properties=file.data,
    )


def _sequence(look: Look, types: Mapping[str, Property]) -> Sequence:
    setup, main, cleanup = (_group(look, group, types) for group in Group)
    return Sequence(
        name=look.property.name,
        parameters=look.at("Parameters").property,
        locals=look.at("Locals").property,
        setup=setup,
        main=main,
        cleanup=cleanup,
        properties=look.property,
    )


def _group(look: Look, group: Group, types: Mapping[str, Property]) -> tuple[Step, ...]:
    steps = look.elements(group.value, "Step")
    return tuple(read_step(each, group, index, types) for index, each in enumerate(steps))


def _check_names(data: Look, sequences: tuple[Sequence, ...]) -> None:
    names: set[str] = set()
    for each in sequences:
        if each.name.lower() in names:
            raise data.wrong(f"there are two sequences {quoted(each.name)}.", "Seq")
        names.add(each.name.lower())


def _check_steps(data: Look, sequences: tuple[Sequence, ...]) -> None:
    """Refuse steps that are somewhere else: they would be lost."""
    known = {id(step.properties) for sequence in sequences for step in sequence.steps}
    for each in data.property.walk():
        if each.class_name == "Step" and id(each) not in known:
            raise UnexpectedPropertyError(
                f"the step {quoted(each.name)} is in no group of a sequence.",
                place=f"{data.unit} {each.place}",
                path=data.path,
            )
