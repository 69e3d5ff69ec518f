"""What reading a hostile file costs."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from teststand_runner.reading.binary_form.container import BODY_AT
from teststand_runner.reading.limits import MAX_BYTES
from teststand_runner.testing import example_file, write_binary, write_xml
from teststand_runner.testing.binary_writing import pack

LIMIT = 256 * 1024 * 1024
WIDE = "\U0001f600"
"""A character that makes each text with it take four bytes for each of its characters."""

READ_ALL = """
import json, sys
from pathlib import Path
from teststand_runner.errors import SequenceFileError
from teststand_runner.reading import read_sequence_file
results = {}
for name in sys.argv[1:]:
    try:
        read_sequence_file(Path(name))
        results[Path(name).stem] = ""
    except SequenceFileError as error:
        results[Path(name).stem] = str(error)
if sys.platform == "win32":
    import psutil
    peak = psutil.Process().memory_info().peak_wset
elif sys.platform == "linux":  # where ru_maxrss would be that of the parent, if it was larger
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
else:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"peak": peak, "results": results}))
"""

EXAMPLE = example_file()
HEAD, TAIL = write_xml(EXAMPLE).rsplit(b"</subprops>\n\t\t\t</FileGlobalDefaults>", 1)


def with_variables(variables: bytes) -> bytes:
    return HEAD + variables + b"</subprops></FileGlobalDefaults>" + TAIL


def many_texts(count: int) -> bytes:
    """Return as much text as there may be, in so many properties."""
    value = f"<value>{WIDE}{'x' * (MAX_BYTES // count - 77)}</value>"
    one = "<v{0} classname='Str'>" + value + "</v{0}>"
    return with_variables("".join(one.format(index) for index in range(count)).encode())


def one_text(_count: int) -> bytes:
    value = f"<value>{WIDE}{'x' * (MAX_BYTES - 200_000)}</value>"
    return with_variables(f"<v classname='Str'>{value}</v>".encode())


def many_attributes(_count: int) -> bytes:
    names = b" ".join(b"a%d=''" % index for index in range(400_000))
    return with_variables(b"<v classname='Str' " + names + b"/>")


def many_records(wanted: int) -> bytes:
    """Return a binary file whose content is texts, and no sequence: it is refused in the end."""
    count = min(wanted, 95_000)
    texts = [f"v{index}" for index in range(count)]
    texts += [f"{WIDE}{index:>{MAX_BYTES // count - 77}}" for index in range(count)]
    strings = ["Obj", "Str", *texts]
    records = b"".join(
        struct.pack("<6I", 2, 0, 1, index + 2, index + 2 + count, 0) for index in range(count)
    )
    content = struct.pack("<5I", 0, 0, 0, 0, count) + records
    pool = struct.pack("<I", len(strings)) + b"".join(each.encode() + b"\0" for each in strings)
    end = struct.pack("<2I", 0, 0xFFFFFFFF)
    return pack(EXAMPLE, struct.pack("<I", 0) + content + end, pool)


def bomb(_count: int) -> bytes:
    head = write_binary(EXAMPLE)[: BODY_AT + 4]
    return head + struct.pack("<I", MAX_BYTES) + zlib.compress(bytes(4 * MAX_BYTES), 1)


FILES = {
    "many_texts": many_texts,
    "one_text": one_text,
    "many_attributes": many_attributes,
    "many_records": many_records,
    "bomb": bomb,
}
REFUSED = {
    "many_attributes": "a tag or comment",
    "many_records": "Data.Seq: the property is missing",
    "bomb": "does not have the",
}


def measure(folder: Path, count: int) -> tuple[int, dict[str, str]]:
    """Read all files in a process of its own; return its peak in bytes, and what was refused."""
    paths = {name: folder / f"{name}.seq" for name in FILES}
    for name, make in FILES.items():
        paths[name].write_bytes(make(count))
        assert paths[name].stat().st_size <= MAX_BYTES
    command = [sys.executable, "-c", READ_ALL, *map(str, paths.values())]
    done = subprocess.run(command, capture_output=True, check=True, timeout=100, text=True)
    found = json.loads(done.stdout)
    return found["peak"], found["results"]


@pytest.mark.parametrize("count", [30_000, pytest.param(110_000, marks=pytest.mark.reliability)])
def test_memory_is_bounded(tmp_path: Path, count: int) -> None:
    """The largest files that are read, and those made to do harm, take less than 256 MiB."""
    peak, results = measure(tmp_path, count)
    assert {name for name, why in results.items() if why} == set(REFUSED)
    assert all(why in results[name] for name, why in REFUSED.items())
    assert peak < LIMIT
