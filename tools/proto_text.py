"""What `.proto` files say, comments included, which stubs do not have.

It reads the plain form in which the files of this project are written: one declaration a line, and
comments by `//` on the lines above, or behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PACKAGE = re.compile(r"package ([\w.]+);")
_OPENING = re.compile(r"(message|enum|service|oneof) (\w+) \{(\})?")
_FIELD = re.compile(
    r"((?:optional |repeated )?(?:map<\w+, [\w.]+>|[\w.]+)) (\w+) = (\d+)(?: \[.*\])?;"
)
_VALUE = re.compile(r"(\w+) = (-?\d+)(?: \[.*\])?;")
_CALL = re.compile(r"rpc (\w+)\((stream )?([\w.]+)\) returns \((stream )?([\w.]+)\);")
_IGNORED = ("syntax ", "import ", "option ", "reserved ")


@dataclass(frozen=True)
class Member:
    """A field of a message, a value of an enum, or a call of a service.

    Attributes:
        name: What it is called.
        type: Of a field its type, as it is written; of a call what it takes and gives.
        number: Of a field or a value; 0 for a call.
        comment: What is said of it.
        choice: The name of the `oneof` that it is in; empty if it is in none.
    """

    name: str
    type: str
    number: int
    comment: str
    choice: str = ""


@dataclass(frozen=True)
class Declaration:
    """A message, an enum, or a service.

    Attributes:
        kind: `message`, `enum` or `service`.
        name: Its name; that of one within another begins with the other's, and a dot.
        comment: What is said of it.
        members: What it has.
    """

    kind: str
    name: str
    comment: str
    members: list[Member] = field(default_factory=list)


@dataclass(frozen=True)
class Proto:
    """A file.

    Attributes:
        package: The package that it declares.
        comment: What is said of the package.
        declarations: What is in it, from top to bottom.
    """

    package: str
    comment: str
    declarations: list[Declaration]


def read_proto(path: Path) -> Proto:
    """Return what a file says.

    Raises:
        ValueError: A line is of no form that is known here; the text names it.
    """
    reader = _Reader()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            reader.take(line.strip())
        except ValueError as error:
            raise ValueError(f"{path}:{number}: {error}") from None
    return Proto(reader.package, reader.package_comment, reader.declarations)


class _Reader:
    """Takes a file line by line; the blocks that are open are a stack."""

    def __init__(self) -> None:
        self.package = ""
        self.package_comment = ""
        self.declarations: list[Declaration] = []
        self._open: list[Declaration | str] = []
        self._comment: list[str] = []

    def take(self, line: str) -> None:
        if line.startswith("//"):
            self._comment.append(line.lstrip("/").strip())
            return
        code, _, behind = line.partition("//")
        comment = " ".join([*self._comment, behind.strip()]).strip()
        self._declare(code.strip(), comment)
        self._comment.clear()

    def _declare(self, line: str, comment: str) -> None:
        if match := _PACKAGE.fullmatch(line):
            self.package, self.package_comment = match[1], comment
        elif match := _OPENING.fullmatch(line):
            self._begin(match[1], match[2], comment)
            if match[3]:
                self._open.pop()
        elif line == "}":
            self._open.pop()
        elif line and not line.startswith(_IGNORED):
            self._declaration().members.append(self._member(line, comment))

    def _begin(self, kind: str, name: str, comment: str) -> None:
        if kind == "oneof":
            self._open.append(name)
            return
        outer = [each.name for each in self._open if isinstance(each, Declaration)]
        declaration = Declaration(kind, ".".join([*outer[-1:], name]), comment)
        self.declarations.append(declaration)
        self._open.append(declaration)

    def _declaration(self) -> Declaration:
        declarations = [each for each in self._open if isinstance(each, Declaration)]
        if not declarations:
            raise ValueError("it stands in no message, enum or service")
        return declarations[-1]

    def _member(self, line: str, comment: str) -> Member:
        choices = [each for each in self._open if isinstance(each, str)]
        if match := _CALL.fullmatch(line):
            takes, gives = f"{match[2] or ''}{match[3]}", f"{match[4] or ''}{match[5]}"
            return Member(match[1], f"{takes} → {gives}", 0, comment)
        if match := _FIELD.fullmatch(line):
            return Member(match[2], match[1], int(match[3]), comment, "".join(choices))
        if match := _VALUE.fullmatch(line):
            return Member(match[1], "", int(match[2]), comment)
        raise ValueError(f"{line!r} is in no form that is known here")


def proto_files(root: Path) -> Iterator[Path]:
    """Yield the `.proto` files below a folder, sorted."""
    yield from sorted(root.rglob("*.proto"))
