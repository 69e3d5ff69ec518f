"""The demonstration as a real sequence file, with real templates where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from teststand_runner.definition import read_definition
from teststand_runner.errors import TemplateError
from teststand_runner.reading import read_sequence_bytes
from teststand_runner.writing import Template, difference, read_template, write_sequence_file

PACKAGE = Path(__file__).resolve().parents[2]
SAMPLES = PACKAGE.parents[1] / "shared" / "samples" / "sequences"
DEMONSTRATION = PACKAGE / "sequences" / "session_sharing.toml"

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason=f"no samples of sequence files: {SAMPLES} is absent"
)


def template(name: str) -> Template:
    return read_template(SAMPLES / f"{name}.xml.seq")


@pytest.mark.parametrize(
    "first", ["NISwitchControlRelays_example", "NIDCPowerSourceDCVoltage_example"]
)
def test_demonstration_is_written_from_two_real_files(first: str) -> None:
    """One has the locked types, the other the sequence calls and waits: together they have all."""
    definition, templates = (
        read_definition(DEMONSTRATION),
        [template(first), template("TraceExecution")],
    )
    data = write_sequence_file(definition, templates)
    found = read_sequence_bytes(data)
    assert difference(definition, found) == ""
    assert found.information == templates[0].file.information
    head, _, _ = templates[0].data.partition(b"\n\t</typelist>")
    assert data.startswith(head)
    assert b"\r" not in data


def test_real_file_that_lacks_steps_is_refused() -> None:
    """The user is told what to insert into which file."""
    with pytest.raises(TemplateError, match="NISwitchControlRelays") as caught:
        write_sequence_file(
            read_definition(DEMONSTRATION), [template("NISwitchControlRelays_example")]
        )
    assert "insert a Sequence Call" in str(caught.value)
    assert "insert a Wait for the thread" in str(caught.value)
