"""The scaffold: a service is made, is whole as it was made, and takes little to become another."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from session_sharing.testing.processes import ServerProcess
from tests.system.made_project import MadeProject, linter
from tools.packages import ROOT
from tools.service_names import names_of

NAMES = names_of("scope_capture")
MADE = (f"services/{NAMES.name}", f"plugins/{NAMES.plug_in}")
TABLES = tuple(
    f"tests/unit/test_{name}.py" for name in ("codegen", "exports", "packaging", "service_pages")
)
PAGES = ("tests/unit/pages", "tests/system/test_pages.py")
INSTRUMENT = f"services/{NAMES.name}/src/{NAMES.name}/service/instrument.py"
PROTO = f"protos/{NAMES.name}/v1/{NAMES.name}.proto"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint()"
YOURS = re.compile(r"^# Yours: .*\ndef (\w+)", re.MULTILINE)

RPC = """  rpc Read(ReadRequest) returns (ReadResponse);
  rpc Capture(CaptureRequest) returns (CaptureResponse);
"""
MESSAGES = """
message CaptureRequest {
  session_sharing.v1.AttachmentReference attachment = 1;
  string name = 2;
}

message CaptureResponse {
  repeated double values = 1;
}
"""
OPEN = '''def open_instrument(address: str) -> sqlite3.Connection:
    """Open a database in memory, which belongs to the thread that opens it."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE samples (name TEXT, value REAL)")
    return database
'''
OPERATE = '''def operate(instrument: sqlite3.Connection, request: Message) -> Message:
    """Store a sample, return the last one, or all of them."""
    if not getattr(request, "name", ""):
        raise InvalidRequestError("The sample has no name.")
    match request:
        case scope_capture_pb2.WriteRequest():
            sample = (request.name, request.value)
            instrument.execute("INSERT INTO samples VALUES (?, ?)", sample)
            return scope_capture_pb2.WriteResponse()
        case scope_capture_pb2.ReadRequest():
            return scope_capture_pb2.ReadResponse(value=_samples(instrument, request.name)[-1])
        case scope_capture_pb2.CaptureRequest():
            values = _samples(instrument, request.name)[1:]
            return scope_capture_pb2.CaptureResponse(values=values)
        case _:
            raise InternalError(
                f"`operate` has no case for a {type(request).__name__} yet. Add one."
            )


def _samples(instrument: sqlite3.Connection, name: str) -> list[float]:
    rows = instrument.execute("SELECT value FROM samples WHERE name = ?", (name,))
    return [0.0, *(value for (value,) in rows)]
'''
USE = """
import sys
from scope_capture import ScopeCaptureClient
from scope_capture.wire import scope_capture_pb2 as messages

with ScopeCaptureClient("S1?client=a", address=sys.argv[1]) as one:
    with ScopeCaptureClient("S1?client=b", address=sys.argv[1]) as two:
        for client, value in ((one, 1.5), (two, 2.5)):
            client.call(messages.WriteRequest(name="x", value=value), messages.WriteResponse)
        captured = one.call(messages.CaptureRequest(name="x"), messages.CaptureResponse)
        print(list(captured.values))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> MadeProject:
    """Make a service, and its stubs, in a copy of the project."""
    project = MadeProject.of_tracked_files(tmp_path_factory.mktemp("made") / "project")
    before = project.files()
    told = project.run("-m", "tools.new_service", NAMES.name).stdout
    assert all(place in told for place in NAMES.places)
    project.make_stubs()
    changed = {name for name, content in project.files().items() if before.get(name) != content}
    others = {name for name in changed if not name.startswith(tuple(NAMES.places))}
    assert others == {"pyproject.toml"}
    return project


def test_its_tests_pass(made: MadeProject):
    """What was made passes its own tests, and those of the project's tables."""
    told = made.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *MADE, *TABLES).stdout
    assert re.search(r"\d+ passed", told.splitlines()[-1])
    assert "skipped" not in told.splitlines()[-1]


def test_its_pages_can_be_followed(made: MadeProject):
    """Who types what the pages of the service and its plug-ins show sees what they say."""
    told = made.run(
        "-m", "pytest", "-p", "no:cacheprovider", "-rA", *PAGES, "-k", NAMES.name
    ).stdout
    for folder in MADE:
        assert f"PASSED tests/unit/pages/test_all_pages.py::test_commands_exist[{folder}/" in told
        followed = f"test_page_can_be_followed[{folder}/README.md]"
        assert followed in told or sys.platform == "win32"


def test_its_code_is_clean(made: MadeProject):
    """Style, types and layers of what was made are as those of all code of the project."""
    made.run("-m", "ruff", "check", ".")
    made.run("-m", "ruff", "format", "--check", ".")
    python = linter()
    types(made, python)
    told = made.run("-c", LINT_IMPORTS, python=python).stdout
    assert "0 broken" in told


def types(made: MadeProject, python: Path) -> None:
    """Check the types, with what is known from checking the project."""
    known = ROOT / ".mypy_cache"
    if known.is_dir() and not (made.folder / ".mypy_cache").is_dir():
        shutil.copytree(known, made.folder / ".mypy_cache")
    cache = ".mypy_cache/linux" if (known / "linux").is_dir() else ".mypy_cache"
    made.run("-m", "mypy", "--platform=linux", f"--cache-dir={cache}", *MADE, python=python)


def test_its_demonstration_is_right(made: MadeProject):
    """Two plug-ins share the instrument, in turn and at once, and people see it."""
    told = made.run("-m", "demo", "--service", NAMES.name).stdout
    assert "Everything was as it should be." in told
    assert "writer asks to close: pending, reader still holds it" in told
    assert len(re.findall(r"^reader .*█", told, re.MULTILINE)) == 2


def test_a_second_one_of_that_name_is_refused(made: MadeProject):
    """A name that exists is refused in a line, with exit code 2, and nothing is changed."""
    before = made.files()
    refused = made.run("-m", "tools.new_service", NAMES.name, expected=2)
    assert refused.stderr == (
        "new_service: services/scope_capture exists already. Choose another name, or remove it "
        "first.\n"
    )
    assert made.files() == before


def test_two_functions_and_the_proto_make_it_another(made: MadeProject, tmp_path: Path):
    """An author fills in two functions and the proto, and has an instrument of another kind.

    Client, servicer, plug-ins and tests work with it as they were made, and so do the types.
    """
    other = made.copy(tmp_path / "project")
    before = other.files()
    marks = [YOURS.findall(text.decode()) for name, text in before.items() if in_made(name)]
    assert [name for found in marks for name in found] == ["open_instrument", "operate"]
    assert before[PROTO].count(b"// Yours: ") == 1
    fill_in(other)
    other.make_stubs()
    changed = {name for name, content in other.files().items() if before.get(name) != content}
    assert {name for name in changed if "_pb2" not in name} == {INSTRUMENT, PROTO}
    types(other, linter())
    other.run("-m", "pytest", "-q", "-p", "no:cacheprovider", MADE[0])
    data = ("--port", "0", "--data-dir", str(tmp_path / "data"))
    with ServerProcess(NAMES.name, data, other.environment()) as service:
        (other.folder / "use.py").write_text(USE, "utf-8")
        assert other.run("-m", "use", service.address).stdout == "[1.5, 2.5]\n"


def in_made(name: str) -> bool:
    """Say whether a file is code that was made."""
    return name.startswith(MADE) and name.endswith(".py")


def fill_in(project: MadeProject) -> None:
    """Do what an author does: write two functions, with what they need, and the proto."""
    path = project.folder / INSTRUMENT
    text = path.read_text("utf-8")
    _, *parts = re.split(r"^(?=# Yours: )", text, flags=re.MULTILINE)
    for part, filled in zip(parts, (OPEN, OPERATE), strict=True):
        mark, _, function = part.partition("\n")
        text = text.replace(f"{mark}\n{function}", f"{mark}\n{filled}\n\n")
    text = text.replace("from google", "import sqlite3\n\nfrom google", 1)
    text = text.replace("import InternalError", "import InternalError, InvalidRequestError")
    text = re.sub(r"from .*simulated import .*\n", "", text)
    path.write_text(text, "utf-8")
    proto = project.folder / PROTO
    text = proto.read_text("utf-8")
    line = RPC.splitlines(keepends=True)[0]
    assert line in text
    proto.write_text(text.replace(line, RPC) + MESSAGES, "utf-8")
