"""Real sequence files, where they are at hand."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from teststand_runner.errors import SequenceFileError
from teststand_runner.listing import listing
from teststand_runner.model import (
    InterpreterScope,
    MeasurementCall,
    Other,
    PythonArgument,
    PythonCall,
    SequenceFile,
    Step,
    UpdatePinMap,
    WaitTarget,
)
from teststand_runner.reading import read_properties, read_sequence_bytes, read_sequence_file
from teststand_runner.reading.xml_form import read_xml

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT.parent / "shared" / "samples" / "sequences"
TWIN = "OutputVoltageMeasurement_example.twin"
LISTED = {
    "FileSessionSharing.listing.txt": "FileSessionSharing.tof1.seq",
    "OutputVoltageMeasurement.listing.txt": f"{TWIN}.tof1.seq",
}
STEPS = {
    "DeviceCommExample.tof1.seq": 5,
    "FileSessionSharing.tof1.seq": 9,
    "NIDCPowerSourceDCVoltage_example.xml.seq": 4,
    "NISwitchControlRelays_example.xml.seq": 6,
    f"{TWIN}.tof1.seq": 6,
    f"{TWIN}.xml.seq": 6,
    "TraceExecution.xml.seq": 33,
}
SCOPES = {
    InterpreterScope.REFERENCE: "reference",
    InterpreterScope.THREAD: "per thread",
    InterpreterScope.EXECUTION: "per execution",
    InterpreterScope.GLOBAL: "global",
}

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason=f"no samples of sequence files: {SAMPLES} is absent"
)


def steps_of(file: SequenceFile) -> list[Step]:
    return [step for sequence in file.sequences for step in sequence.steps]


@pytest.mark.parametrize("name", sorted(STEPS))
def test_no_step_is_lost(name: str) -> None:
    """Each sample is read with as many steps as it has, and each step has a line in the listing."""
    path = SAMPLES / name
    steps = steps_of(read_sequence_file(path))
    assert len(steps) == STEPS[name]
    if name.endswith(".xml.seq"):
        content = path.read_bytes().partition(b"classname='SequenceFileData'")[2]
        assert len(steps) == len(re.findall(rb"<Step[ >]", content))
    text = listing(read_sequence_file(path))
    assert [step.id for step in steps if step.id not in text] == []


def test_all_samples_are_known() -> None:
    """A sample that is added is tried, too."""
    assert {path.name for path in SAMPLES.glob("*.seq")} == set(STEPS)


def test_twins_are_equal() -> None:
    """One sequence that TestStand saved in both forms is one tree of properties, and one model."""
    xml, binary = (SAMPLES / f"{TWIN}.{form}.seq" for form in ("xml", "tof1"))
    trees = [read_properties(path.read_bytes()).data for path in (xml, binary)]
    assert repr(trees[0]) == repr(trees[1])  # the order and the kinds of numbers included
    assert trees[0] == trees[1]
    files = [read_sequence_file(path) for path in (xml, binary)]
    assert files[0].sequences == files[1].sequences
    assert len(list(trees[0].walk())) == 658


@pytest.mark.parametrize("listed", sorted(LISTED))
def test_listings_agree(listed: str) -> None:
    """What others found in a sample is what is read: each step, call, argument and parameter."""
    expected = list(facts_of((SAMPLES / listed).read_text("utf-8")))
    found = [
        fact
        for step in steps_of(read_sequence_file(SAMPLES / LISTED[listed]))
        for fact in facts(step)
    ]
    assert found == expected
    assert len(expected) > 30


FACT = re.compile(
    r"\s+- (?P<step>'.*')  type (?P<type>\S+)  id (?P<id>\S+)  mode (?P<mode>\S+)"
    r"|\s+(?P<group>Setup|Main|Cleanup)"
    r"|\s+pin map \(expression\) (?P<map>'.*')"
    r"|\s+python (?P<module>'.*') call function/method (?P<member>'.*') class (?P<class>'.*')"
    r"|\s+interpreter: from adapter (?P<adapter>\w+), scope (?P<scope>.*),"
    r" version (?P<version>'.*'), venv (?P<venv>'.*')"
    r"|\s+param (?P<argument>'.*') = (?P<value>'.*') \(type (?P<kind>[\d.]+)\)"
    r"|\s+measurement service (?P<service>'[^']*')(?: Version (?P<wanted>'.*'))?"
    r"|\s+(?P<way>In|Out)\s+id (?P<number>\d+) (?P<parameter>'.*') (?P<sort>\S+)"
    r" dim (?P<dim>[\d.]+) (?P<special>\S+) = (?P<what>'.*') log (?P<log>\w+)"
)


def facts_of(text: str) -> Iterator[dict[str, object]]:
    """Return what a listing says, line by line; the groups' lines are part of their steps."""
    group = ""
    for line in text.splitlines():
        match = FACT.fullmatch(line)
        said = {key: value for key, value in match.groupdict().items() if value} if match else {}
        group = str(said.get("group", group))
        if "step" in said:
            said["group"] = group
        if said and set(said) != {"group"}:
            yield {key: meaning(value) for key, value in said.items()}


def meaning(text: str) -> object:
    """Return a quoted text, a number or a truth as what it is; other text as it is."""
    if re.fullmatch(r"'.*'|[\d.]+|True|False", text) and not re.fullmatch(
        r"[\d.]*\.[\d.]*\..*", text
    ):
        return ast.literal_eval(text)
    return text


def facts(step: Step) -> Iterator[dict[str, object]]:
    """Return what we read of a step, as a listing has it."""
    yield {
        "step": step.name,
        "type": step.type_name,
        "id": step.id,
        "mode": step.mode,
        "group": step.group.value,
    }
    action = step.action
    if isinstance(action, UpdatePinMap):
        yield {"map": action.path}
    elif isinstance(action, PythonCall):
        yield from python_facts(action)
    elif isinstance(action, MeasurementCall):
        yield from measurement_facts(action)


def python_facts(call: PythonCall) -> Iterator[dict[str, object]]:
    yield {"module": call.module, "member": call.member, "class": call.class_name}
    interpreter = call.interpreter
    yield {
        "adapter": interpreter.from_adapter,
        "scope": SCOPES[InterpreterScope(interpreter.scope)],
        "version": interpreter.version,
        "venv": interpreter.virtual_environment,
    }
    assert call.return_value is not None
    for each in (call.return_value, *call.arguments):
        yield argument_facts(each)


def argument_facts(argument: PythonArgument) -> dict[str, object]:
    return {"argument": argument.name, "value": argument.expression, "kind": argument.type}


def measurement_facts(call: MeasurementCall) -> Iterator[dict[str, object]]:
    version = {"wanted": call.version} if call.version else {}
    yield {"service": call.service_class, **version}
    for way, parameters in (("In", call.inputs), ("Out", call.outputs)):
        for each in parameters:
            yield {
                "way": way,
                "number": each.id,
                "parameter": each.name,
                "sort": each.type,
                "dim": each.dimensions,
                "special": each.specialization,
                "what": each.expression,
                "log": each.log,
            }


def test_calls_of_sequences_are_read() -> None:
    """The sample with threads and executions shows which sequence runs where, and who waits."""
    file = read_sequence_file(SAMPLES / "TraceExecution.xml.seq")
    by_id = {step.id: step for step in steps_of(file)}
    calls = {
        step.name: (step.action.sequence, step.action.thread)
        for step in file.sequences[0].main[5:8]
    }
    assert calls == {
        "Call Sequence1": ("Sequence1", 0),
        "Call Sequence 2 In A New Execution": ("Sequence2", 2),
        "Call Sequence 3 In A New Thread": ("Sequence3", 1),
    }
    waits = file.sequences[0].main[8:10]
    assert [(wait.action.target, by_id[wait.action.call].action.sequence) for wait in waits] == [
        (WaitTarget.EXECUTION, "Sequence2"),
        (WaitTarget.THREAD, "Sequence3"),
    ]
    modes = {step.name: step.mode for step in steps_of(file) if step.mode != "Normal"}
    assert modes == {"This step is skipped": "Skip", "Sequence4-Skipped": "Skip"}
    adapters = {step.action.adapter for step in steps_of(file) if isinstance(step.action, Other)}
    assert adapters == {"NoneStepAdditions", "FlexCStepAdditions"}


def test_samples_cut_off_are_refused() -> None:
    """A real file that ends too early is refused, too."""
    data = (SAMPLES / f"{TWIN}.xml.seq").read_bytes().rstrip()
    for part in range(1, 20):
        with pytest.raises(SequenceFileError, match="line "):
            read_xml(data[: len(data) * part // 20])


@pytest.mark.reliability
@pytest.mark.parametrize("name", sorted(STEPS))
def test_changed_samples_lose_no_step(name: str) -> None:
    """A real file with a byte changed, at places all over it, has all its steps or is refused."""
    data = (SAMPLES / name).read_bytes()
    draw = random.Random(name)
    for place in sorted(draw.sample(range(len(data)), min(len(data), 1000))):
        changed = data[:place] + bytes([data[place] ^ draw.randrange(1, 128)]) + data[place + 1 :]
        try:
            found = read_sequence_bytes(changed)
        except SequenceFileError:
            continue
        assert len(steps_of(found)) == STEPS[name], f"byte {place}"
