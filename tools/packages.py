"""The project's packages, as their folders and their metadata tell."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("shared", "services/*", "plugins/*", "teststand")


@dataclass(frozen=True)
class Package:
    """A distribution of the project.

    Attributes:
        folder: Where it lies, relative to the root, with `/`.
        metadata: The whole `pyproject.toml`.
    """

    folder: str
    metadata: Mapping[str, Any]

    @property
    def project(self) -> Mapping[str, Any]:
        """The `[project]` table."""
        table: Mapping[str, Any] = self.metadata["project"]
        return table

    @property
    def import_names(self) -> list[str]:
        """The names under which it is imported, its own first."""
        return [str(each["include"]) for each in self.metadata["tool"]["poetry"]["packages"]]

    @property
    def import_name(self) -> str:
        """The first name under which it is imported."""
        return self.import_names[0]

    @property
    def sources(self) -> list[Path]:
        """The folders of the import packages."""
        return [ROOT / self.folder / "src" / name for name in self.import_names]


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file."""
    return tomllib.loads(path.read_text("utf-8"))


def all_packages() -> list[Package]:
    """Return the packages of the project, sorted by folder."""
    files = [path for place in PLACES for path in ROOT.glob(f"{place}/pyproject.toml")]
    found = [Package(path.parent.relative_to(ROOT).as_posix(), read_toml(path)) for path in files]
    return sorted(found, key=lambda package: package.folder)
