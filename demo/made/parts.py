"""What a service that was made from the template consists of, as its files tell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from demo.cast.crew import PIN_MAPS

PLUG_INS = PIN_MAPS.parent / "plugins"


class Part(Enum):
    """The plug-ins of a service; the value is the name of the module."""

    WRITER = "writer"
    READER = "reader"


@dataclass(frozen=True)
class Parts:
    """A service and what belongs to it.

    Attributes:
        service: The module that is started.
    """

    service: str

    @property
    def pin_map(self) -> Path:
        """Its pin map, in which each plug-in has a pin of its own."""
        return PIN_MAPS / f"{self.service}.pinmap"

    def module(self, part: Part) -> str:
        """Return the module by which a plug-in is started."""
        return f"{self.service}_measurement.{part.value}"

    def service_class(self, part: Part) -> str:
        """Return the class under which a plug-in is registered."""
        (file,) = _folder(self.service).joinpath(part.value).glob("*.serviceconfig")
        (described,) = json.loads(file.read_text("utf-8"))["services"]
        return str(described["serviceClass"])


def made_services() -> list[str]:
    """Return the services that were made: those with both plug-ins and a pin map."""
    names = sorted(path.stem for path in PIN_MAPS.glob("*.pinmap"))
    return [name for name in names if all((_folder(name) / part.value).is_dir() for part in Part)]


def _folder(service: str) -> Path:
    plug_in = f"{service}_measurement"
    return PLUG_INS / plug_in / "src" / plug_in
