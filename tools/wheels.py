"""Checks the wheels of the project, and what they bring into an environment.

    python -m tools.wheels contents FOLDER      checks every wheel in the folder
    python -m tools.wheels installed NAME...    checks that this environment holds just these

Used by `nox -s packaging`. What pip, as part of an environment, brings is not counted.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterable
from email.parser import HeaderParser
from importlib.metadata import distributions
from pathlib import Path

INSTALLERS = {"pip", "setuptools", "wheel"}
PLUGINS = "session-sharing-plugin-"
"""How the names of plug-ins begin, and of what they have in common."""

STARTED_BY = (".serviceconfig", "/start.sh", "/start.bat")
"""What a station needs to start a plug-in, by the ends of the names."""


def canonical(name: str) -> str:
    """Return the form in which names of distributions are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def faults(wheel: Path) -> list[str]:
    """Return what is wrong with a wheel, one sentence each."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(metadata).decode("utf-8"))
    folders = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    found = [
        f"depends on a place, not on a name: {line}"
        for line in headers.get_all("Requires-Dist", [])
        if "@" in line or "://" in line
    ]
    strangers = sorted(folder for folder in folders if f"{folder}/__init__.py" not in names)
    if strangers or not folders:
        found.append(f"holds other things than import packages: {strangers}")
    elif any(f"{folder}/py.typed" not in names for folder in folders):
        found.append("lacks py.typed, so its types are not seen")
    if "tests" in {part for name in names for part in name.split("/")}:
        found.append("holds tests")
    if not str(headers.get_payload()).strip():
        found.append("has no description: the README is missing")
    if canonical(headers["Name"]).startswith(PLUGINS):
        found += missing_starters(names)
    return [f"{wheel.name} {fault}" for fault in found]


def missing_starters(names: Iterable[str]) -> list[str]:
    """Return what a plug-in's wheel lacks to be started; one without a program needs nothing."""
    files = list(names)
    if not any(name.endswith("/__main__.py") for name in files):
        return []
    missing = [end for end in STARTED_BY if not any(name.endswith(end) for name in files)]
    return [f"lacks {end}, so no station can start the plug-in" for end in missing]


def surprises(expected: Iterable[str], installed: Iterable[str]) -> list[str]:
    """Return how the installed distributions differ from the expected ones."""
    wanted = set(map(canonical, expected))
    present = set(map(canonical, installed)) - INSTALLERS
    return sorted(
        [f"installed, but not expected: {name}" for name in present - wanted]
        + [f"expected, but not installed: {name}" for name in wanted - present]
    )


def main(arguments: list[str]) -> int:
    """Run the command line; return the exit code."""
    match arguments:
        case ["contents", folder]:
            wheels = sorted(Path(folder).glob("*.whl"))
            found = [fault for wheel in wheels for fault in faults(wheel)]
            found += [] if wheels else [f"no wheels in {folder}"]
        case ["installed", *names]:
            found = surprises(names, (each.metadata["Name"] for each in distributions()))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
