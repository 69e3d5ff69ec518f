"""Register maps: what registers a device has, read from the text of a CSV file. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from device_communication.service.registers import WORD_BITS, Access, Register, RegisterMap
from session_sharing.errors import InvalidRequestError, TooLargeError

MAXIMUM_BYTES = 1 << 20
"""Of a file; that of a device with a thousand registers has some thirty thousand."""

MAXIMUM_REGISTERS = 1 << 12
MAXIMUM_ROWS = 4 * MAXIMUM_REGISTERS
"""Blank ones count too: parsing must not keep the service from others."""

MAXIMUM_COLUMNS = 100
MAXIMUM_NAME_LENGTH = 100
NAME, DATA, ADDRESS, ACCESS, WIDTH = (
    *("Register Name", "Default Data"),
    *("Register Address", "Access", "Width"),
)
"""The columns. The first two have to be there; others than these are left alone."""

_COLUMNS = {column.casefold(): column for column in (NAME, DATA, ADDRESS, ACCESS, WIDTH)}
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,64}|[0-9]{1,64}", re.ASCII)


_ACCESSES = {
    **dict.fromkeys(("", "rw", "wr", "readwrite"), Access.READ_WRITE),
    **dict.fromkeys(("r", "ro", "read", "readonly"), Access.READ_ONLY),
    **dict.fromkeys(("rsv", "rsvd", "res", "reserved"), Access.RESERVED),
}
_NO_LETTER = re.compile(r"[ /_-]")


def parse_register_map(content: bytes, file: str) -> RegisterMap:
    """Read a register map.

    It is UTF-8, with a byte order mark or without, and any line ends. Letter case and blanks around
    the names of columns do not count. Numbers are decimal, or hexadecimal behind `0x`. Blank rows
    are left out; a map without registers is one. Cells at the end of a row may be missing, and
    empty ones too many. Of rows of one register that differ in its address only the last counts.

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
        known = registers.get(register.name, register)
        if replace(known, address=register.address) != register:
            row.refuse(
                NAME,
                f"{register.name!r} was there already, and otherwise",
                "Give each register one row",
            )
        if known is register and len(registers) == MAXIMUM_REGISTERS:
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
    return Register(_name(row), default, row.cells.get(ADDRESS, ""), _access(row), width)


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
    cell = row.cells.get(ACCESS, "")
    word = _NO_LETTER.sub("", cell.casefold())
    access = _ACCESSES.get(word) if word or not cell else None
    if access is None:
        known = ", ".join(access.value for access in Access)
        row.refuse(
            ACCESS,
            f"{cell[:80]!r} is none",
            f"Write one of {known}; if the column means something else, call it otherwise",
        )
    return access


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
        for count, cells in enumerate(reader):
            _check_size(count, cells, file, reader.line_num)
            row = [cell.strip() for cell in cells]
            if not any(row):
                continue
            if not columns:
                columns = _header(row, file, reader.line_num)
                continue
            row = _fitted(row, columns, file, reader.line_num)
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


def _check_size(count: int, cells: list[str], file: str, line: int) -> None:
    what = f"more than {MAXIMUM_ROWS} rows" if count >= MAXIMUM_ROWS else ""
    if len(cells) > MAXIMUM_COLUMNS:
        what = f"more than {MAXIMUM_COLUMNS} cells in a row"
    if what:
        raise InvalidRequestError(
            f"The register map {file} is wrong at line {line}: these are {what}. Leave out what "
            "the device does not need; blank ones count too."
        )


def _fitted(row: list[str], columns: list[str], file: str, line: int) -> list[str]:
    """Return a row with a cell for each column: missing ones are empty."""
    missing = len(columns) - len(row)
    if missing < 0 and any(row[len(columns) :]):
        raise InvalidRequestError(
            f"The register map {file} is wrong at line {line}: it has {len(row)} cells, and the "
            f"header has {len(columns)} columns. Give each cell a column; put cells with commas in "
            "them into double quotes."
        )
    return row[: len(columns)] + [""] * missing
