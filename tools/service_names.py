"""The names of a new service: all that derive from one, and which can be none."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_NAME = 30
"""So that the longest path of a service fits into what Windows takes, in a usual checkout."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_DISPLAY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,()+-]{0,39}", re.ASCII)
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
_TAKEN_WORDS = {"operating", "session"}
"""Names from which classes would derive that are called as those of the library."""
_ENDINGS = ("measurement", "pb2", "pb2_grpc", "test", "tests")
"""What the names of plug-ins, stubs and tests end in."""


class RefusedError(Exception):
    """A service cannot be made; the text says why, in a line."""


@dataclass(frozen=True)
class ServiceNames:
    """What a service and its parts are called.

    Attributes:
        name: Its import name, for example `scope_capture`.
        display_name: What people are shown, for example `Scope Capture`.
    """

    name: str
    display_name: str

    @property
    def class_name(self) -> str:
        """Classes, the gRPC service and the instrument type: `ScopeCapture`."""
        return "".join(part.capitalize() for part in self.name.split("_"))

    @property
    def constant(self) -> str:
        """How variables and pins begin: `SCOPE_CAPTURE`."""
        return self.name.upper()

    @property
    def hyphenated(self) -> str:
        """How distributions end: `scope-capture`."""
        return self.name.replace("_", "-")

    @property
    def plug_in(self) -> str:
        """The import name of its plug-ins: `scope_capture_measurement`."""
        return f"{self.name}_measurement"

    @property
    def places(self) -> list[str]:
        """What is made, relative to the root."""
        return [
            f"services/{self.name}",
            f"plugins/{self.plug_in}",
            f"protos/{self.name}",
            f"pin_maps/{self.name}.pinmap",
        ]


def names_of(name: str, display_name: str | None = None) -> ServiceNames:
    """Return the names of a service.

    Args:
        name: Its import name.
        display_name: What people are shown; the words of the name if None.

    Raises:
        RefusedError: One of them cannot be such a name, whatever else there is.
    """
    if not _NAME.fullmatch(name):
        raise RefusedError(
            f"{name!a} is no name of a service: it consists of lower-case letters a to z, "
            "digits, and single underscores between words, as in scope_capture."
        )
    for problem in _problems(name):
        raise RefusedError(f"A service cannot be called {name}: {problem}")
    shown = " ".join(part.capitalize() for part in name.split("_"))
    shown = shown if display_name is None else display_name
    if not _DISPLAY_NAME.fullmatch(shown):
        raise RefusedError(
            f"{shown!a} is no display name: give 1 to 40 letters, digits, blanks, and . , ( ) "
            "+ -, of which the first is a letter or digit."
        )
    return ServiceNames(name, shown)


def _problems(name: str) -> Iterator[str]:
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or hasattr(builtins, name):
        yield "it is a word of Python's."
    if not 3 <= len(name) <= LONGEST_NAME:
        yield f"it has {len(name)} characters; give 3 to {LONGEST_NAME}."
    if _DEVICES.fullmatch(name):
        yield "Windows has a device of that name."
    if name in _TAKEN_WORDS:
        yield "the library has classes that are called so."
    words = name.split("_")
    if words[0] in {"test", "tests"} or name in _ENDINGS or name.endswith(_underscored(_ENDINGS)):
        yield f"names of its tests, stubs or plug-ins begin or end so ({', '.join(_ENDINGS)})."


def _underscored(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"_{word}" for word in words)
