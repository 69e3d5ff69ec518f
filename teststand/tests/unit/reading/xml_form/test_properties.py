"""XML files that contradict themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from teststand_runner.errors import DamagedFileError, FileTooLargeError
from teststand_runner.model import Property
from teststand_runner.reading import limits
from teststand_runner.reading.xml_form import read_xml, readers
from teststand_runner.testing import example_file, write_xml

EXAMPLE = example_file()
DATA = write_xml(EXAMPLE)
EMPTY = b"<value lbound='[0]' ubound='[]'/>"
STEP = b"<value><Step typename='Label' xsi:type='Label' name=''/></value>"


def refusal(old: bytes, new: bytes) -> str:
    """Return why the example is refused with its last such text replaced."""
    assert old in DATA
    with pytest.raises(DamagedFileError) as caught:
        read_xml(new.join(DATA.rsplit(old, 1)))
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (EMPTY, b"<value lbound='[0]' ubound='[0]'/>", "has 0 elements"),
        (EMPTY, b"<value lbound='[0]' ubound='[]'>" + STEP + b"</value>", "arrayindex is missing"),
        (b"arrayindex='[1]'", b"arrayindex='[0]'", "not the index of the next"),
        (b"arrayindex='[1]'", b"", "arrayindex is missing"),
        (b"ubound='[2]'", b"", "ubound is missing"),
        (b"ubound='[2]'", b"ubound='[x]'", "no bounds"),
    ],
)
def test_elements_are_counted(old: bytes, new: bytes, says: str) -> None:
    """An array with more or fewer elements than it says, or others, is refused."""
    assert says in refusal(old, new)


def test_lost_steps_are_noticed() -> None:
    """A file from which one step was cut out cleanly is refused, with the group."""
    start = DATA.index(b"<value>", DATA.index(b"<Main "))
    end = DATA.index(b"</Step>", start) + len(b"</Step>")
    end = DATA.index(b"</value>", end) + len(b"</value>")
    with pytest.raises(DamagedFileError, match=r"Main: the array has 8 elements.* say 9"):
        read_xml(DATA[:start] + DATA[end:])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"xsi:type='Label'", b"xsi:type='Table'", 'the type is "Label", and "Table"'),
        (b"typename='Label' xsi:type='Label'", b"typename='Table'", 'does not define: "Table"'),
        (b"<PreExpr ", b"<Mode classname='Str'/><PreExpr ", '"Mode" is there twice'),
        (b"<value>Normal</value>", b"<value/><value/>", "a second <value>"),
        (b"<value>Normal</value>", b"<other><value>Normal</value></other>", "not expected here"),
        (b"<value>Normal</value>", b"<X classname='Obj'/>", '"X" is not expected'),
        (b" representation='Int64'", b" representation='Int65'", '"Int65" is unknown'),
        (b"valueflags='4'", b"valueflags='-4'", "no flags"),
        (b"valueflags='4'", b"valueflags='42949672960'", "no flags"),
        (b" name=''", b"", "name is missing"),
        (b" classname='Bool'", b"", "classname is missing"),
        (b">-0.0025<", b">-0,0025<", "no value of the class Num"),
    ],
)
def test_contradictions_are_refused(old: bytes, new: bytes, says: str) -> None:
    """What is there twice, under two names, or of another kind than it says, is refused."""
    assert says in refusal(old, new)


def test_types_are_defined_once() -> None:
    """Two definitions of one type are refused: steps of it could mean either."""
    start, end = DATA.index(b"\t\t<typedef"), DATA.index(b"</typedef>") + len(b"</typedef>\n")
    with pytest.raises(DamagedFileError, match="is defined twice"):
        read_xml(DATA[:end] + DATA[start:end] + DATA[end:])


def test_notes_are_passed_over() -> None:
    """What is not known and has no elements, as the format of a number, changes nothing."""
    note = b"<value>Normal</value><numericfmt>%#x</numericfmt><extdata exclude='false'/>"
    assert read_xml(DATA.replace(b"<value>Normal</value>", note)) == read_xml(DATA)


def test_locked_types_are_counted() -> None:
    """A type that nobody can read defines one of those that are used, and no more."""
    types = {name: each for name, each in EXAMPLE.types.items() if name != "Label"}
    file = replace(EXAMPLE, types=types, locked_types=1)
    assert read_xml(write_xml(file)) == file
    with pytest.raises(DamagedFileError, match="1 types are used that the file does not define"):
        read_xml(write_xml(replace(file, locked_types=0)))


def test_properties_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with too many properties is refused as soon as there are too many."""
    budget: Callable[[], limits.Budget] = lambda: limits.Budget(50)  # noqa: E731
    monkeypatch.setattr(readers, "Budget", budget)
    with pytest.raises(FileTooLargeError, match="more than"):
        read_xml(DATA)


def test_arrays_of_several_dimensions() -> None:
    """An array of several dimensions has all its elements, in the file's order."""
    old = b"<value lbound='[0]' ubound='[1]'>"
    start = DATA.index(old, DATA.index(b"<Levels"))
    data = DATA[:start] + DATA[start:].replace(old, b"<value lbound='[0][0]' ubound='[1][0]'>", 1)
    for index in (0, 1):
        plain = b"arrayindex='[%d]'" % index
        data = data[:start] + data[start:].replace(plain, b"arrayindex='[%d][0]'" % index, 1)
    found = read_xml(data).data.find("FileGlobalDefaults.Levels")
    assert found == Property("Levels", "Nums", values=(0.5, 1.0))
