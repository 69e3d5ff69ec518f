"""The developer's commands: `nox -l` lists them; on a bare machine start with `python3 run.py`.

Each session has an environment of its own below `.nox/`, which is filled again only when what it
needs has changed. `--reuse-venv=never` makes it anew, with the newest versions.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PACKAGES = sorted(
    path.parent.relative_to(ROOT).as_posix()
    for pattern in ("shared", "services/*", "plugins/*", "teststand")
    for path in ROOT.glob(f"{pattern}/pyproject.toml")
)
PYPROJECTS = [f"{folder}/pyproject.toml" for folder in PACKAGES]
OLDEST_PYTHON = "3.10"
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The version of the Python that runs nox, which most sessions take."""
GENERATOR_PYTHONS = ("3.12", "3.11", "3.10")
"""The pinned generator of stubs has wheels for these."""
PLATFORMS = ("linux", "win32", "darwin")
"""What types are checked for, so that a call which one of them lacks is found on the others."""
CLIENT_BRINGS = ("session-sharing", "grpcio", "protobuf", "platformdirs", "typing-extensions")
"""All that a plug-in's environment gets with the client library; the last comes with grpcio."""
TESTS_FAILED = 1
"""How pytest ends when it ran all tests, and some failed; whatever else went wrong is another."""
LAST_FAILED = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
"""Where pytest keeps which tests failed last."""
SITE = ("python", "-m", "sphinx", "-c", "docs", "-W", "--keep-going", "-n", "-q", "-E")
"""How the documentation site is built: warnings and broken links are errors."""
LINT_TESTS = ("tests/unit/test_exports.py", "tests/unit/test_noxfile.py")
"""The second one needs nox, which only the environment of `lint` has."""
SIDE_BY_SIDE = ("--numprocesses=2", "--dist=worksteal")
"""How all tests are run: most wait for processes, so two at a time are done sooner."""
DEMONSTRATION = ("--definition", "teststand/sequences/session_sharing.toml")
END_SECONDS = 60.0
"""How long the demonstration may take to end its programs, were all of them stuck."""

nox.needs_version = ">=2026.10.20"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = True  # else nox leaves the session out, and exits 0


def group(name: str) -> list[str]:
    """Return the requirements of a dependency group of the root `pyproject.toml`."""
    return list(nox.project.dependency_groups(PROJECT, name))


def with_extras(folder: str, path: str) -> str:
    """Return pip's name for a package at a path, with all extras of the package in a folder."""
    extras = nox.project.load_toml(ROOT / folder / "pyproject.toml")["project"].get(
        "optional-dependencies", {}
    )
    return f"{path}[{','.join(sorted(extras))}]" if extras else path


def wheel_of(folder: str, wheels: Path) -> str:
    """Return the path of the wheel that was built from a package's folder."""
    name = nox.project.load_toml(ROOT / folder / "pyproject.toml")["project"]["name"]
    return str(next(wheels.glob(f"{name.replace('-', '_')}-[0-9]*.whl")))


def programs() -> list[str]:
    """Return what is started with `python -m`, as the packages' files tell."""
    sources = [ROOT / folder / "src" for folder in PACKAGES]
    mains = [(path.parent, source) for source in sources for path in source.rglob("__main__.py")]
    return sorted(".".join(folder.relative_to(source).parts) for folder, source in mains)


def in_place() -> list[str]:
    """Return the arguments with which pip installs all packages so that sources can be edited."""
    folders = [with_extras(folder, f"./{folder}") for folder in PACKAGES]
    return [argument for folder in folders for argument in ("--editable", folder)]


def install(session: nox.Session, *arguments: str) -> None:
    """Install with pip, unless that was done before with the same arguments and metadata."""
    session.env["PYTHONPATH"] = None  # nothing from outside counts
    metadata = [(ROOT / path).read_text("utf-8") for path in PYPROJECTS]
    digest = hashlib.sha256("\0".join([*arguments, *metadata]).encode()).hexdigest()
    done = Path(session.bin).parent / f"installed-{digest[:16]}"
    if not done.exists():
        session.install(*arguments)
        done.touch()


def runtime(session: nox.Session) -> tuple[str, str]:
    """Make the environment of a station: the packages and what they bring, not even pip.

    Returns:
        Its Python, and its folder of packages.
    """
    folder = ROOT / ".nox" / "runtime"
    session.run("python", "-m", "venv", "--clear", "--without-pip", str(folder))
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = ("python", "-m", "pip", "--python", str(python), "--quiet")
    session.run(*pip, "install", *in_place())
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = session.run(str(python), "-c", where, silent=True, external=True)
    return str(python), str(site).strip()


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting, types (on three platforms), layers, exports, the pages' links."""
    install(session, *in_place(), *group("lint"))
    session.run("python", "-m", "ruff", "check", ".")
    session.run("python", "-m", "ruff", "format", "--check", ".")
    for platform in PLATFORMS:
        cache = f"--cache-dir=.mypy_cache/{platform}"
        session.run("python", "-m", "mypy", f"--platform={platform}", cache)
    session.run("lint-imports", "--no-logo")
    session.run("python", "-m", "pytest", *LINT_TESTS)
    session.run(*SITE, "-b", "dummy", ".", str(Path(session.create_tmp(), "site")))


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests, two at a time; with arguments for pytest one by one: `-- -k name -x`."""
    install(session, *in_place(), *group("test"))
    pytest = ("python", "-m", "pytest")
    if session.posargs:
        session.run(*pytest, *session.posargs)
        return
    LAST_FAILED.unlink(missing_ok=True)
    session.run(*pytest, *SIDE_BY_SIDE, success_codes=[0, TESTS_FAILED])
    if LAST_FAILED.exists() and json.loads(LAST_FAILED.read_text("utf-8")):
        session.warn("Beside others these failed: once more, alone. What fails alone, fails.")
        session.run(*pytest, "--last-failed")


@nox.session(python=OLDEST_PYTHON, default=False)
def tests_lowest(session: nox.Session) -> None:
    """Run the tests with the oldest Python and the lowest versions that the packages admit."""
    session.install("packaging", "tomli")
    lowest = session.run("python", "-m", "tools.lowest_versions", silent=True)
    constraints = Path(session.create_tmp(), "lowest.txt")
    constraints.write_text(str(lowest), "utf-8")
    install(session, *in_place(), *group("test"), "--constraint", str(constraints))
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(default=False)
def reliability(session: nox.Session) -> None:
    """Run the long rounds: hundreds of races, thousands of histories; arguments go to pytest."""
    install(session, *in_place(), *group("test"))
    session.run("python", "-m", "pytest", "-m", "reliability", "--timeout=1800", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure speed and compare it with the project's targets; arguments go to the benchmark."""
    install(session, *in_place(), *group("bench"))
    session.run("python", "-m", "bench", *session.posargs)


@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Check licences and known vulnerabilities of what packages bring; arguments: pip-audit's."""
    install(session, *group("audit"))
    _, site = runtime(session)
    session.run("python", "-m", "tools.licences", site)
    session.run("python", "-m", "tools.vulnerabilities", site, *session.posargs)


@nox.session(default=False)
def sbom(session: nox.Session) -> None:
    """Write the bill of materials of a station, by default `dist/session-sharing.cdx.json`."""
    install(session, *group("audit"))
    python, _ = runtime(session)
    file = session.posargs or ["dist/session-sharing.cdx.json"]
    session.run("python", "-m", "tools.sbom", python, *file)


@nox.session(default=False)
def demo(session: nox.Session) -> None:
    """Show two measurement plug-ins that share one log, with all services on this machine."""
    install(session, *in_place(), *group("demo"))
    # After Ctrl-C it ends what it started, and has to be given the time.
    session.run(
        *("python", "-m", "demo", *session.posargs),
        interrupt_timeout=END_SECONDS,
        terminate_timeout=END_SECONDS,
    )


@nox.session(default=False)
def teststand(session: nox.Session) -> None:
    """Write the demonstration as a TestStand file: `-- --template SOME.seq [--output FILE]`."""
    install(session, *in_place())
    session.run("python", "-m", "teststand_runner", "write", *DEMONSTRATION, *session.posargs)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Build the documentation site in `docs/_build/html`; a broken link or warning fails it."""
    install(session, *in_place(), *group("docs"))
    session.run(*SITE, "-b", "html", ".", "docs/_build/html")
    if "--external" in session.posargs:
        session.run(*SITE, "-b", "linkcheck", ".", "docs/_build/links")


def starts(*python: str) -> bool:
    """Say whether there is such a Python; version managers have names for absent ones too."""
    path = shutil.which(python[0])
    if path is None:
        return False
    command = [path, *python[1:], "-V"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def has_python(version: str) -> bool:
    """Say whether this machine has a Python of a version, such as `3.12`."""
    launcher = ("py", f"-{version}")  # on Windows; what installs Python there gives it no name
    return version == RUNNING or starts(f"python{version}") or starts(*launcher)


def generator_python() -> str | None:
    """Return the version of a Python that the generator runs on, that of nox first, if any."""
    versions = sorted(GENERATOR_PYTHONS, key=lambda version: version != RUNNING)
    return next(filter(has_python, versions), None)


GENERATOR = generator_python()


def need_generator(session: nox.Session) -> None:
    """End a session in a line if no Python is there that the generator runs on."""
    if GENERATOR is None:
        session.error(
            f"the generator of stubs runs on Python {' or '.join(GENERATOR_PYTHONS)}, and none of "
            f"them is here, only {RUNNING}: install one of them besides"
        )


@nox.session(
    python=GENERATOR if GENERATOR != RUNNING else None,
    # An environment of another Python would be taken again when the right one has been installed.
    venv_backend=None if GENERATOR else "none",
    default=False,
)
def codegen(session: nox.Session) -> None:
    """Make the gRPC stubs from `protos/`; with `-- --check` only compare (Python 3.10 to 3.12)."""
    need_generator(session)
    install(session, *group("codegen"))
    session.run("python", "-m", "tools.codegen", *session.posargs)


@nox.session(default=False)
def new_service(session: nox.Session) -> None:
    """Make a service for a resource of your own, with plug-ins and tests: `-- scope_capture`."""
    need_generator(session)  # before anything is made: without stubs it would be half a service
    install(session, *in_place(), *group("scaffold"))
    session.run("python", "-m", "tools.new_service", *session.posargs)
    session.notify("codegen", posargs=[])


@nox.session(reuse_venv=False, default=False)
def packaging(session: nox.Session) -> None:
    """Build the wheels, check them, and install and start them as a user does."""
    folder = Path(session.create_tmp(), "wheels")
    shutil.rmtree(folder, ignore_errors=True)
    build = ["python", "-m", "pip", "wheel", "--no-deps", f"--wheel-dir={folder}"]
    session.run(*build, *(f"./{package}" for package in PACKAGES), silent=True)
    session.run("python", "-m", "tools.wheels", "contents", str(folder))
    session.install(wheel_of("shared", folder))
    session.run("python", "-m", "tools.wheels", "installed", *CLIENT_BRINGS)
    session.install(*(with_extras(package, wheel_of(package, folder)) for package in PACKAGES))
    session.run("python", "-m", "pip", "check")
    for program in programs():
        session.run("python", "-I", "-m", program, "--help", silent=True)
