"""Makes a service, its plug-ins, proto and pin map from `template/`: `-- scope_capture`.

Run through `nox -s new_service`, which makes the stubs afterwards. Nothing is left half-made: all
is rendered beside its places first, then moved there, and the tables come last.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from copier import run_copy

from session_sharing.errors import ResourceHeldError
from session_sharing.service import ProcessLock
from tools.packages import all_packages
from tools.root_tables import with_service
from tools.service_names import RefusedError, ServiceNames, names_of
from tools.taken_names import refuse_existing, refuse_taken

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template"
TABLES = ROOT / "pyproject.toml"
WORKSHOP = ".new-service-"
"""How the folder is called in which a service is rendered; git ignores it."""
LOCK = ".new-service-lock"
"""What a run holds in the root; git ignores it."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        names = names_of(options.name, options.display_name)
        make(names)
    except RefusedError as refusal:
        print(f"new_service: {refusal}", file=sys.stderr)
        return 2
    print(f"Made {names.display_name}:", *(f"  {place}" for place in names.places), sep="\n")
    print(
        f"Yours is what is marked so in services/{names.name}/src/{names.name}/service/"
        f"instrument.py and in protos/{names.name}; its README tells how to go on."
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="new_service", description="Makes a service for a resource of your own."
    )
    parser.add_argument("name", help="its import name, for example scope_capture")
    parser.add_argument(
        "--display-name", metavar="TEXT", help="what people are shown (default: from the name)"
    )
    return parser


def make(names: ServiceNames) -> None:
    """Make a service in this checkout.

    Raises:
        RefusedError: A name is taken, the tables are not as they should be, or another run makes a
            service in this checkout; nothing was written.
    """
    try:
        lock = ProcessLock.acquire(ROOT / LOCK, what="the checkout")
    except ResourceHeldError as held:
        raise RefusedError(
            "Another run makes a service here. Try again when it has ended."
        ) from held
    with lock:
        _make(names)


def _make(names: ServiceNames) -> None:
    packages = all_packages()
    refuse_taken(names, ROOT, {str(package.project["name"]) for package in packages})
    tables = with_service(TABLES.read_text("utf-8"), names)
    with tempfile.TemporaryDirectory(prefix=WORKSHOP, dir=ROOT) as folder:
        workshop = Path(folder)
        render(names, str(packages[0].project["version"]), workshop)
        (workshop / TABLES.name).write_text(tables, "utf-8", newline="\n")
        _move(workshop, names.places)


def render(names: ServiceNames, version: str, folder: Path) -> None:
    """Render the template into a folder, formatted as all the project's code.

    Args:
        names: Those of the service.
        version: The version of the project's packages.
        folder: Where to; it is empty.
    """
    major, minor, *_ = version.split(".")
    data = {
        "name": names.name,
        "display_name": names.display_name,
        "class_name": names.class_name,
        "constant": names.constant,
        "hyphenated": names.hyphenated,
        "version": version,
        "compatible": f">={major}.{minor},<{major}.{int(minor) + 1}",
    }
    run_copy(str(TEMPLATE), folder, data=data, defaults=True, quiet=True)
    for batch in folder.rglob("*.bat"):  # Templates are rendered with the line ends of Unix.
        batch.write_bytes(re.sub(rb"\r?\n", b"\r\n", batch.read_bytes()))
    _tidy(folder, names)


def _tidy(folder: Path, names: ServiceNames) -> None:
    """Sort imports and wrap lines as the lengths of the names want it."""
    own = f"lint.isort.known-first-party=['{names.name}', '{names.plug_in}']"
    for command in (["check", "--select=I", "--fix", "--config", own], ["format"]):
        subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--quiet", "--no-cache", str(folder)],
            cwd=ROOT,
            check=True,
        )


def _move(workshop: Path, places: Iterable[str]) -> None:
    """Move all to its places, the tables last; whatever goes wrong takes all of it back."""
    tried: list[str] = []
    try:
        for place in places:
            refuse_existing(ROOT, place)  # what came since the first look is somebody else's
            tried.append(place)
            (workshop / place).rename(ROOT / place)
        (workshop / TABLES.name).replace(TABLES)
    except BaseException:
        for place in tried:
            if not (workshop / place).exists():  # so it was moved, whenever the error came
                _remove(ROOT / place)
        raise


def _remove(target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
