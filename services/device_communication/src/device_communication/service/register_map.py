"""Register maps: what registers a device has, read from the text of a CSV file. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from session_sharing.errors import InvalidRequestError, TooLargeError

MAXIMUM_BYTES = 4 << 20
"""Of a file; that of a device with a thousand registers has some thirty thousand."""

MAXIMUM_REGISTERS = 1 << 16
MAXIMUM_NAME_LENGTH = 100
WORD_BITS = 32
"""What a value has on the wire; a register has as many unless its map says otherwise."""

NAME, DATA, ADDRESS, ACCESS, WIDTH = (
    *("Register Name", "Default Data"),
    *("Register Address", "Access", "Width"),
)
"""The columns. The first two have to be there; others than these are left alone."""

_COLUMNS = {column.casefold(): column for column in (NAME, DATA, ADDRESS, ACCESS, WIDTH)}
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,64}|[0-9]{1,64}", re.ASCII)


class Access(Enum):
    """What may be done with a register; the values are what a map says."""

    READ_WRITE = "RW"
    READ_ONLY = "RO"
    RESERVED = "RSV"


@dataclass(frozen=True)
class Register:
    """One register.

    Attributes:
        name: Its name; unique in its map, and letter case counts.
        default: What it holds after a reset.
        address: Where it is in the device; None if the map does not say.
        access: What may be done with it.
        width: How many bits it has, 1 to 32.
    """

    name: str
    default: int
    address: int | None = None
    access: Access = Access.READ_WRITE
    width: int = WORD_BITS

    @property
    def maximum(self) -> int:
        """The biggest value that it can hold."""
        return (1 << self.width) - 1


RegisterMap = Mapping[str, Register]
"""The registers of a device by their names."""


def parse_register_map(content: bytes, file: str) -> RegisterMap:
    """Read a register map.

    It is UTF-8, with a byte order mark or without, and any line ends. Letter case and blanks around
    the names of columns do not count. Numbers are decimal, or hexadecimal behind `0x`. Blank rows
    are left out; a map without registers is one.

    Args:
        content: What is in the file.
        file: What errors call the file.

    Raises:
        InvalidRequestError: It is no register map; the text names file, line and column.
        TooLargeError: It is bigger than maps may be.
    """
    if len(content) > MAXIMUM_BYTES:
        raise TooLargeError(
            f"The register map {file} has more than {MAXIMUM_BYTES >> 20} MiB. Leave out what "
            "the device does not need.",
            size=len(content),
            limit=MAXIMUM_BYTES,
        )
    registers: dict[str, Register] = {}
    for row in _rows(_decode(content, file), file):
        register = _register(row)
        if register.name in registers:
            row.refuse(NAME, f"{register.name!r} is there twice", "Give each register one row")
        if len(registers) == MAXIMUM_REGISTERS:
            row.refuse(NAME, f"these are more than {MAXIMUM_REGISTERS}", "Leave out registers")
        registers[register.name] = register
    return registers


@dataclass(frozen=True)
class _Row:
    """The cells of one register, by the names of their columns."""

    file: str
    line: int
    cells: Mapping[str, str]

    def refuse(self, column: str, what: str, what_to_do: str) -> NoReturn:
        raise InvalidRequestError(
            f"The register map {self.file} is wrong at line {self.line}, column {column!r}: "
            f"{what}. {what_to_do}."
        )

    def number(self, column: str, maximum: int) -> int | None:
        """Return the number in a cell, from 0; None where the cell is empty or not there."""
        cell = self.cells.get(column, "")
        if not cell:
            return None
        number = -1
        if _NUMBER.fullmatch(cell):
            number = int(cell, 16 if cell[1:2] in {"x", "X"} else 10)
        if not 0 <= number <= maximum:
            self.refuse(
                column,
                f"{cell[:80]!r} is no number from 0 to {maximum}",
                "Write it in decimal digits, or in hexadecimal ones behind '0x'",
            )
        return number


def _register(row: _Row) -> Register:
    width = row.number(WIDTH, WORD_BITS)
    if width == 0:
        row.refuse(WIDTH, "a register has at least one bit", f"Write 1 to {WORD_BITS}")
    width = width or WORD_BITS
    default = row.number(DATA, (1 << width) - 1)
    if default is None:
        row.refuse(DATA, "it is empty", "Say what the register holds after a reset")
    address = row.number(ADDRESS, (1 << WORD_BITS) - 1)
    return Register(_name(row), default, address, _access(row), width)


def _name(row: _Row) -> str:
    name = row.cells[NAME]
    if not name or len(name) > MAXIMUM_NAME_LENGTH or not name.isprintable():
        row.refuse(
            NAME,
            f"{name[:MAXIMUM_NAME_LENGTH]!r} cannot be the name of a register",
            f"Give 1 to {MAXIMUM_NAME_LENGTH} characters that can be seen",
        )
    return name


def _access(row: _Row) -> Access:
    cell = row.cells.get(ACCESS, "") or Access.READ_WRITE.value
    try:
        return Access(cell.upper())
    except ValueError:
        known = ", ".join(access.value for access in Access)
        row.refuse(ACCESS, f"{cell[:80]!r} is none", f"Write one of {known}")


def _decode(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidRequestError(
            f"The register map {file} is no UTF-8 at line {line}. Save it as 'CSV UTF-8'."
        ) from error


def _rows(text: str, file: str) -> Iterator[_Row]:
    """Yield the rows behind the header, without those that are blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: list[str] = []
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if not any(row):
                continue
            if not columns:
                columns = _header(row, file, reader.line_num)
                continue
            _check_count(row, columns, file, reader.line_num)
            yield _Row(file, reader.line_num, dict(zip(columns, row, strict=True)))
    except csv.Error as error:
        raise InvalidRequestError(
            f"The register map {file} is no CSV at line {reader.line_num}: {error}. Separate "
            "cells by commas, and put those with commas or line ends in them into double quotes."
        ) from error
    if not columns:
        _refuse_header(file, 1, "there is nothing in the file")


def _header(row: list[str], file: str, line: int) -> list[str]:
    """Return the names of the columns; those that are known as they are written here."""
    columns = [_COLUMNS.get(" ".join(cell.split()).casefold(), cell) for cell in row]
    for column in (NAME, DATA):
        if column not in columns:
            found = ", ".join(repr(cell[:40]) for cell in row[:10])
            _refuse_header(file, line, f"the column {column!r} is missing; there are {found}")
    for column in _COLUMNS.values():
        if columns.count(column) > 1:
            _refuse_header(file, line, f"the column {column!r} is there twice")
    return columns


def _refuse_header(file: str, line: int, what: str) -> NoReturn:
    raise InvalidRequestError(
        f"The register map {file} is wrong at line {line}: {what}. Begin it with the names of its "
        f"columns, separated by commas: {NAME!r}, {DATA!r} and, where wanted, {ADDRESS!r}, "
        f"{ACCESS!r}, {WIDTH!r}."
    )


def _check_count(row: list[str], columns: list[str], file: str, line: int) -> None:
    if len(row) != len(columns):
        raise InvalidRequestError(
            f"The register map {file} is wrong at line {line}: it has {len(row)} cells, and the "
            f"header has {len(columns)} columns. Give each column a cell, if need be an empty one."
        )
