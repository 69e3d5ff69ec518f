"""Makes the gRPC stubs of every package from `protos/`, or checks that the committed ones are so.

Run through `nox -s codegen`, which brings the one pinned generator; `-- --check` only checks.
"""

from __future__ import annotations

import argparse
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
    found: list[str] = []
    for package, output in outputs().items():
        with tempfile.TemporaryDirectory() as folder:
            generate(package, Path(folder))
            found += differences(package, Path(folder), output)
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print("Run `nox -s codegen` and commit the result.", file=sys.stderr)
    return 1 if found else 0


def regenerate() -> int:
    """Replace the committed stubs; return the exit code."""
    for package, output in outputs().items():
        for old in (output / package).rglob("*_pb2*.py*"):
            old.unlink()
        generate(package, output)
        print(f"{package}: stubs written to {output.relative_to(ROOT)}")
    return 0


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="change nothing; fail on differences")
    return check() if parser.parse_args().check else regenerate()


if __name__ == "__main__":
    sys.exit(main())
