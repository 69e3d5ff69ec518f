"""Binary files whose records are damaged, or made to do harm."""

from __future__ import annotations

import struct

import pytest

from teststand_runner.errors import FileTooLargeError, SequenceFileError
from teststand_runner.reading.binary_form import expanding, read_binary
from teststand_runner.reading.binary_form.expanding import EXCLUDED
from teststand_runner.reading.limits import MAX_CHAIN, Budget
from teststand_runner.testing import example_file
from teststand_runner.testing.binary_writing import pack

EXAMPLE = example_file()
NONE = 0xFFFFFFFF
STRINGS = (
    *("Obj", "Name", "Str", "Objs", "[0]", "[99999999]", "Strs", "Refs", "Num", "[]"),
    *("Enum", "Volts", "STRUCT", "CLUST"),
)
OBJ, NAME, STR, OBJS, ZERO, MANY, STRS, REFS, NUM, NOTHING = range(10)
ENUM, MEMBER, STRUCT, CLUSTER = range(10, len(STRINGS))
END = struct.pack("<II", 0, NONE)


def words(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def node(
    class_: int, *within: bytes, name: int = NAME, mask: int = 0, middle: bytes = b""
) -> bytes:
    """Return a record; `middle` is what its mask announces."""
    return words(mask, 0, class_, name) + middle + words(len(within)) + b"".join(within)


def type_(
    name: int, *within: bytes, based_on: int | None = None, for_instances: int | None = None
) -> bytes:
    """Return a type definition.

    Args:
        name: The number of its name.
        within: What is in it.
        based_on: The number of the type that it builds on.
        for_instances: The flags of what is of the type.
    """
    mask = (0 if based_on is None else 0x80) | (0 if for_instances is None else 0x20)
    head = words(mask, 1, OBJ) + (b"" if based_on is None else words(based_on)) + words(name)
    flags = b"" if for_instances is None else words(for_instances)
    information = words(3, 0, 0, NONE, NONE, NONE) + flags + words(0, NONE, 0)
    return head + information + words(len(within)) + b"".join(within) + words(0) + b"\0" + words(0)


def file(data: bytes, types: tuple[bytes, ...] = (), end: bytes = END, more: int = 0) -> bytes:
    """Return a file with these records; `more` names strings, for many types."""
    strings = (*STRINGS, *(f"T{index}" for index in range(more)))
    pool = words(len(strings)) + b"".join(each.encode() + b"\0" for each in strings)
    return pack(EXAMPLE, words(len(types)) + b"".join(types) + data + end, pool)


def refusal(data: bytes) -> str:
    with pytest.raises(SequenceFileError) as caught:
        read_binary(data)
    return str(caught.value)


def test_smallest_file_is_read() -> None:
    """The records of these tests are read where nothing is wrong with them."""
    found = read_binary(file(node(OBJ, node(STR, name=STR)), (type_(OBJ),)))
    assert found.data.properties["Str"].value == ""
    assert list(found.types) == ["Obj"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (file(node(OBJ), end=END + b"\0"), "something else follows"),
        (file(node(OBJ), end=words(0, 0)), "something else follows"),
        (file(node(OBJ), end=b""), "end too early"),
        (file(node(OBJ, mask=0x400)), "fields 0x400 of a property are unknown"),
        (file(node(99)), "string 99 of 14"),
        (file(node(NONE)), "of what class"),
        (file(node(OBJ, mask=0x2)), '"Obj" is unknown'),
        (file(words(0, 1, OBJ, NAME, 0)), "a type begins where none"),
        (file(words(0x80, 0, OBJ, 0, NAME, 0)), "type 0 is named before"),
        (file(node(OBJ), (type_(OBJ), type_(OBJ))), '"Obj" is defined twice'),
        (file(node(OBJ, node(STR), node(STR))), '"Name" is there twice'),
        (file(words(0, 0, OBJ, NAME, 4_000_000_000)), "4000000000 things are announced"),
        (file(node(STRS, mask=2, middle=words(ZERO, MANY))), "things are announced"),
        (file(node(OBJS, mask=2, middle=words(ZERO, MANY) + b"\0")), "things are announced"),
        (file(node(OBJS, mask=2, middle=words(ZERO, NOTHING) + b"\7")), "neither true nor false"),
        (file(node(STRS, mask=2, middle=words(OBJ, MANY))), "no bounds"),
        (file(node(STR, mask=2, middle=words(NONE))), "a string is missing"),
        (file(node(OBJ, mask=0x100, middle=words(1, OBJ) + b"\1")), "settings for"),
    ],
)
def test_damage_is_named(data: bytes, says: str) -> None:
    """Records that cannot be are refused with the offset and the reason."""
    text = refusal(data)
    assert says in text
    assert text.startswith("inflated offset ")


def test_property_is_named() -> None:
    """An error says in which property it is."""
    inner = node(STR, mask=2, middle=words(NONE), name=STR)
    assert ", Name.Str: a string is missing" in refusal(file(node(OBJ, inner)))


def test_elements_without_bytes_are_counted() -> None:
    """An array that has no bytes for its elements cannot ask for millions of them."""
    array = node(REFS, mask=2, middle=words(ZERO, MANY))
    with pytest.raises(FileTooLargeError, match="more than"):
        read_binary(file(array))


def test_nesting_has_a_limit() -> None:
    """Records cannot be nested so deep that reading them would end the program."""
    nested = node(OBJ)
    for _ in range(1500):
        nested = node(OBJ, nested)
    with pytest.raises(FileTooLargeError, match="deep"):
        read_binary(file(nested))


def test_arrays_in_arrays_have_a_limit() -> None:
    """Objects in arrays are nested, too, and have the deepest way of being read."""
    nested = node(OBJ)
    for _ in range(1000):
        nested = node(OBJS, mask=2, middle=words(ZERO, ZERO) + b"\0" + nested)
    with pytest.raises(FileTooLargeError, match="deep"):
        read_binary(file(nested))


def test_definitions_cannot_explode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Types of types of types are refused when together they have too much."""
    monkeypatch.setattr(expanding, "Budget", lambda: Budget(5000))
    types = []
    for index in range(24):
        number = len(STRINGS) + index
        inside = () if index == 0 else (words(0x80, 0, OBJ, index - 1, name, 0) for name in (0, 1))
        types.append(type_(number, *inside))
    data = file(node(OBJ), tuple(types), more=24)
    assert len(data) < 5000
    with pytest.raises(FileTooLargeError, match="more than"):
        read_binary(data)


def test_type_within_itself_is_refused() -> None:
    """A type that has itself in it has no end, and is refused."""
    inside = words(0x80, 0, OBJ, 0, NAME, 0)
    with pytest.raises(FileTooLargeError, match="deep"):
        read_binary(file(node(OBJ), (type_(OBJ, inside),)))


def test_chains_have_a_limit() -> None:
    """Types that build on each other cannot make every look-up a long one."""
    first = len(STRINGS)
    types = [type_(first)]
    types += [type_(first + each, based_on=each - 1) for each in range(1, MAX_CHAIN + 2)]
    with pytest.raises(FileTooLargeError, match="build on each other"):
        read_binary(file(node(OBJ), tuple(types), more=len(types)))


def test_enumerations_are_read() -> None:
    """A value of an enumeration is the name of its member; its members are passed over."""
    value = words(7) + node(OBJ) + words(MEMBER) + struct.pack("<d", 2.0)
    found = read_binary(file(node(ENUM, mask=0x30002, middle=value)))
    assert (found.data.class_name, found.data.value) == ("Enum", "Volts")


def test_what_sequences_do_not_need_is_passed_over() -> None:
    """Comments, formats, settings of structures and attributes do not disturb what comes behind."""
    struct_ = words(STRUCT) + b"\1" + words(8) + b"\0" + words(0, 0, 256, 0)
    cluster = words(CLUSTER) + b"\1\0" + words(NONE)
    middle = words(NAME, NAME, 1, 2, 4, 2) + struct_ + cluster + node(OBJ)
    strange = node(STR, name=STR, mask=0x1365, middle=middle)
    found = read_binary(file(node(OBJ, strange, node(NUM))))
    assert [each.name for each in found.data.walk()] == ["Name", "Str", "Name"]
    assert found.data.properties["Str"].by_reference


def test_flags_for_instances_count() -> None:
    """A type says whether what is of it belongs to steps; its own flags do not."""
    hidden = type_(NAME, for_instances=EXCLUDED)
    outer = type_(OBJ, words(0x80, 0, OBJ, 0, STR, 0), node(STR, name=NUM))
    instance = words(0x80, 0, OBJ, 1, NAME, 0)
    found = read_binary(file(instance, (hidden, outer)))
    assert list(found.types["Obj"].properties) == ["Str", "Num"]
    assert list(found.data.properties) == ["Num"]


def test_changed_class_forgets_the_value() -> None:
    """A property that is stored as of another class than its type's has not that one's value."""
    outer = type_(OBJ, node(STR, name=STR, mask=2, middle=words(MEMBER)))
    same, other = (words(0x80, 0, OBJ, 0, NAME, 1) + node(each, name=STR) for each in (NONE, NUM))
    values = [read_binary(file(each, (outer,))).data.find("Str").value for each in (same, other)]
    assert values == ["Volts", 0.0]
