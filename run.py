"""Runs the developer's commands on a machine that has only Python and git.

    python3 run.py                      lists the commands
    python3 run.py demo                 runs one
    python3 run.py tests -- -k alias    passes what follows `--` on to it

The first call makes an environment with nox below `.nox/.runner`; every call hands over to
`noxfile.py`. This file must parse on any Python from 3.6 on, so that an old one is told so.
"""

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

NOX = "2026.10.20"
OLDEST_PYTHON = (3, 10)
ROOT = Path(__file__).resolve().parent
RUNNER = ROOT / ".nox" / ".runner" / f"nox-{NOX}-{sys.implementation.cache_tag}"
PYTHON = Path("Scripts", "python.exe") if os.name == "nt" else Path("bin", "python")


def obstacle(version: "tuple[int, ...]") -> "str | None":
    """Say why a Python of this version cannot run the commands; None if it can."""
    if version < OLDEST_PYTHON:
        found, needed = (".".join(map(str, numbers[:2])) for numbers in (version, OLDEST_PYTHON))
        return (
            f"Python {needed} or newer is needed; {sys.executable} is Python {found}.\n"
            "Start run.py with a newer one, for example: python3.12 run.py"
        )
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        return (
            f"{sys.executable} cannot make environments: it lacks {' and '.join(missing)}.\n"
            f"On Debian and Ubuntu: sudo apt install python{version[0]}.{version[1]}-venv"
        )
    return None


def build(folder: Path) -> None:
    """Make an environment with nox in `folder`.

    Raises:
        subprocess.CalledProcessError: A step failed; it has printed why, or `output` says it.
    """
    import venv  # noqa: PLC0415 (some distributions leave it out, see `obstacle`)

    print("Making the environment of the commands, once ...", file=sys.stderr, flush=True)
    venv.EnvBuilder(with_pip=True, symlinks=os.name != "nt").create(folder)
    pip = [str(folder / PYTHON), "-I", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", f"nox=={NOX}"], check=True)


def ensure(target: Path) -> Path:
    """Return the Python of the environment `target`, which is made if it is not there.

    It is made beside its place and moved there when it is whole: what was interrupted is never
    taken for an environment, and of two who make it at once the first one wins.
    """
    python = target / PYTHON
    if python.exists():
        return python
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=str(target.parent)) as workshop:
        fresh = Path(workshop, "environment")
        build(fresh)
        if target.exists() and not python.exists():
            target.rename(Path(workshop, "broken"))  # its base Python was removed
        try:
            fresh.rename(target)
        except OSError:
            if not python.exists():
                raise
    return python


def hand_over(command: "list[str]") -> int:
    """Become the command; on Windows, where that is not possible, wait for it."""
    if sys.platform != "win32":
        os.execv(command[0], command)  # noqa: S606
    process = subprocess.Popen(command)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command gets Ctrl-C as well, and cleans up
    return process.wait()


def main(arguments: "list[str]") -> int:
    """Run the command line; options go to nox as they are."""
    problem = obstacle(sys.version_info[:3])
    if problem:
        print(problem, file=sys.stderr)
        return 1
    try:
        python = ensure(RUNNER)
    except subprocess.CalledProcessError as error:
        print((error.output or b"").decode(errors="replace"), end="", file=sys.stderr)
        print("The environment of the commands could not be made, see above.", file=sys.stderr)
        print("It needs pip's package index: is it reachable from here?", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the next call starts anew.", file=sys.stderr)
        return 130
    if not arguments:
        print("Run one of these with `python3 run.py NAME`:", flush=True)
        arguments = ["--list"]
    elif not arguments[0].startswith("-"):
        arguments = ["--session", *arguments]
    nox = [str(python), "-I", "-m", "nox", "--noxfile", str(ROOT / "noxfile.py")]
    return hand_over([*nox, *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
