"""What the tutorial has its reader copy belongs to what the scaffold makes."""

from __future__ import annotations

import re
from pathlib import Path

from tools.packages import ROOT
from tools.service_names import names_of

FILES = ROOT / "docs" / "tutorial" / "files"
MADE = ROOT / "template" / "files"
NAMES = names_of("scope_capture")


def made(path: str) -> str:
    """Return a file as the scaffold makes it, but for how it is formatted."""
    text = Path(MADE, path).read_text("utf-8")
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: str(getattr(NAMES, found[1])), text)


def test_the_proto_has_all_that_was_made() -> None:
    """Who copies the tutorial's proto adds to the one that was made, and takes nothing away."""
    whole = iter((FILES / "scope_capture.proto").read_text("utf-8").splitlines())
    proto = made("protos/{{ name }}/v1/{{ name }}.proto.jinja").splitlines()
    assert [line for line in proto if line not in whole] == []


def test_the_functions_are_those_that_are_the_authors() -> None:
    """What the tutorial fills in is what is marked, and nothing else is to be filled in."""
    marked = re.compile(r"^(# Yours: .*\ndef \w+)", re.MULTILINE)
    instrument = made("services/{{ name }}/src/{{ name }}/service/instrument.py.jinja")
    filled = (FILES / "instrument.py").read_text("utf-8")
    assert marked.findall(filled) == marked.findall(instrument) != []


def test_each_rpc_of_the_tutorial_has_a_case() -> None:
    """Who copies both files has a service that carries out what its proto offers."""
    proto = (FILES / "scope_capture.proto").read_text("utf-8")
    operations = set(re.findall(r"rpc (\w+)", proto)) - {"Initialize", "Close"}
    cases = re.findall(
        r"case scope_capture_pb2\.(\w+)Request", (FILES / "instrument.py").read_text()
    )
    assert set(cases) == operations
