"""Makes the gRPC stubs of every package from `protos/`, or checks that the committed ones are so.

Run through `nox -s codegen`, which brings the one pinned generator; `-- --check` only checks.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"


def outputs() -> dict[str, Path]:
    """Return which folder of `protos/` becomes part of which source tree, as the folders tell.

    Raises:
        SystemExit: A folder belongs to no package, or to several.
    """
    return {folder.name: _sources_of(folder.name) for folder in sorted(PROTOS.iterdir())}


def _sources_of(package: str) -> Path:
    found = [
        path.parent for place in ("", "services/") for path in ROOT.glob(f"{place}*/src/{package}")
    ]
    if len(found) != 1:
        raise SystemExit(f"protos/{package} belongs to one package, not to {len(found)}: {found}")
    return found[0]


def generate(package: str, output: Path) -> None:
    """Generate the stubs of one package below `output`.

    Raises:
        SystemExit: The compiler found an error; it has printed it.
    """
    protos = sorted((PROTOS / package).rglob("*.proto"))
    services = [proto for proto in protos if "\nservice " in proto.read_text("utf-8")]
    compiler = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}"]
    messages = [f"--python_out={output}", f"--mypy_out=quiet:{output}"]
    stubs = [f"--grpc_python_out={output}", f"--mypy_grpc_out=quiet:{output}"]
    for options, sources in ((messages, protos), (stubs, services)):
        command = [*compiler, *options, *map(str, sources)]
        if sources and subprocess.run(command, check=False).returncode != 0:
            raise SystemExit(f"The protos of {package} do not compile; see above.")


def differences(package: str, fresh: Path, committed: Path) -> list[str]:
    """Return what is missing, left over or different in the committed stubs of a package."""
    made = {path.relative_to(fresh) for path in fresh.rglob("*_pb2*.py*")}
    kept = {
        path.relative_to(committed)
        for path in (committed / package).rglob("*_pb2*.py*")
        if path.suffix in {".py", ".pyi"}
    }
    changed = {
        path
        for path in made & kept
        if (fresh / path).read_text("utf-8") != (committed / path).read_text("utf-8")
    }
    return sorted(
        [f"missing: {path}" for path in made - kept]
        + [f"left over: {path}" for path in kept - made]
        + [f"out of date: {path}" for path in changed]
    )


def check() -> int:
    """Compare fresh stubs with the committed ones; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        found = [
            line
            for package, (fresh, committed) in _generated(Path(folder)).items()
            for line in differences(package, fresh, committed)
        ]
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print("Run `nox -s codegen` and commit the result.", file=sys.stderr)
    return 1 if found else 0


def regenerate() -> int:
    """Replace the committed stubs, once all protos have compiled; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        for package, (fresh, committed) in _generated(Path(folder)).items():
            replace(package, fresh, committed)
            print(f"{package}: stubs written to {committed.relative_to(ROOT)}")
    return 0


def _generated(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Generate all stubs into a folder; return of each package where they are and belong."""
    places = {package: (folder / package, output) for package, output in outputs().items()}
    for package, (fresh, _) in places.items():
        fresh.mkdir()
        generate(package, fresh)
    return places


def replace(package: str, fresh: Path, committed: Path) -> None:
    """Put fresh stubs of a package in the place of the committed ones."""
    for old in (committed / package).rglob("*_pb2*.py*"):
        old.unlink()
    for path in (fresh / package).rglob("*_pb2*.py*"):
        target = committed / path.relative_to(fresh)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="change nothing; fail on differences")
    return check() if parser.parse_args().check else regenerate()


if __name__ == "__main__":
    sys.exit(main())
