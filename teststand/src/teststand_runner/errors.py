"""The root of every error of the runner, and the errors of reading sequence files.

TestStandRunnerError
└── SequenceFileError             the file is not used; it says where and why
    ├── NotASequenceFileError     it is something else, or a form of sequence file that is not read
    ├── DamagedFileError          it is cut off, changed, or contradicts itself
    ├── FileTooLargeError         it has more of something than is read
    ├── UnexpectedPropertyError   it is whole, but what it says makes no sequence
    ├── DefinitionError           it is a definition, and something in it is wrong
    └── TemplateError             it cannot be the template of what is to be written
"""

from __future__ import annotations

from session_sharing.text import printable

_SHOWN = 80


class TestStandRunnerError(Exception):
    """What the runner tells its user: what happened, where, and what to do next."""

    __test__ = False  # pytest: a name that begins with Test is no test


class SequenceFileError(TestStandRunnerError):
    """The root of the errors of reading.

    Args:
        what: What is wrong, as a sentence.
        place: Where in the file: a line and column, or an offset; empty if it is all of it.
        path: The property, as `Data.Seq[0].Main[3].TS.Mode`; empty if it is none.

    Attributes:
        file: The name of the file, once it is known; empty before.
    """

    def __init__(self, what: str, *, place: str = "", path: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.place = place
        self.path = path
        self.file = ""

    def __str__(self) -> str:
        parts = (self.file, self.place, self.path)
        where = ", ".join(printable(each) for each in parts if each)
        return f"{where}: {self.what}" if where else self.what


class NotASequenceFileError(SequenceFileError):
    """It is something else, or a form of sequence file that is not read."""


class DamagedFileError(SequenceFileError):
    """It is cut off, changed, or contradicts itself."""


class FileTooLargeError(SequenceFileError):
    """It has more of something than is read."""


class UnexpectedPropertyError(SequenceFileError):
    """It is whole, but a property is missing, or of another kind than a sequence has there."""


class DefinitionError(SequenceFileError):
    """It is a definition, and a key is missing, unknown, or not what it has to be."""


class TemplateError(SequenceFileError):
    """It lacks what a sequence file is to be written with."""


def quoted(text: str) -> str:
    """Return a text of a file for a message: in quotes, printable, and cut if it is long."""
    shown = printable(text[:_SHOWN])
    return f'"{shown}"' if len(text) <= _SHOWN else f'"{shown}..."'
