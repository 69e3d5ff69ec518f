"""Register maps: what is one, and what is said about what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_communication.service import register_map
from device_communication.service.register_map import parse_register_map
from device_communication.service.registers import Access, Register
from session_sharing.errors import InvalidRequestError, TooLargeError

HEADER = "Register Name,Default Data\n"
WORDS = st.integers(0, 2**32 - 1)
NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
REGISTERS = st.builds(
    lambda name, width, default, address, access: Register(
        name, default % 2**width, address, access, width
    ),
    NAMES,
    st.integers(1, 32),
    WORDS,
    st.sampled_from(["", "0", "0x10", "A0", "10h"]),
    st.sampled_from(Access),
)


def quoted(cell: str) -> str:
    """Write a cell as CSV does."""
    return '"' + cell.replace('"', '""') + '"'


@given(
    st.lists(REGISTERS, max_size=5, unique_by=lambda register: register.name),
    st.permutations(["Register Name", "Default Data", "Register Address", "Access", "Width"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
)
def test_every_map_is_read_as_it_is(registers, columns, line_end, mark, hexadecimal):
    """Any order of columns, line ends, quotes, a mark or none: the registers are the same."""
    lines = [",".join(columns)]
    for register in registers:
        number = hex if hexadecimal else str
        cells = {
            "Register Name": quoted(register.name),
            "Default Data": number(register.default),
            "Register Address": register.address,
            "Access": register.access.value.lower(),
            "Width": str(register.width),
        }
        lines.append(",".join(cells[column] for column in columns))
    content = (line_end.join(lines) + line_end).encode("utf-8-sig" if mark else "utf-8")
    assert list(parse_register_map(content, "a.csv").values()) == registers


@given(st.binary(max_size=60) | st.text(',"\n\r0xA \0', max_size=60).map(str.encode))
def test_any_content_is_a_map_or_is_refused(content):
    """Whatever is in a file, and behind a good header too, is a map or an error that names it."""
    for candidate in (content, HEADER.encode() + content):
        said = "The register map a.csv "
        try:
            registers = parse_register_map(candidate, "a.csv")
        except InvalidRequestError as error:
            said, registers = error.message, {}
        assert said.startswith("The register map a.csv ")
        assert all(0 <= each.default <= each.maximum for each in registers.values())


def test_what_is_left_out_has_a_default():
    """Two columns are enough; letter case, blanks, other columns and blank rows do not count."""
    text = "\n  register  NAME , remark,DEFAULT data\n A , one,0X1f\n,,\n\nB,,4294967295"
    assert parse_register_map(text.encode(), "a.csv") == {
        "A": Register("A", 31, "", Access.READ_WRITE, 32),
        "B": Register("B", 0xFFFFFFFF),
    }
    assert parse_register_map(HEADER.encode(), "a.csv") == {}


def test_what_the_published_example_takes_is_taken():
    """Of columns that it does not use, no way to write them keeps a map from being used."""
    text = """Register Name,Default Data,Register Address,Access,Remark
A,1,A0,R/W
B,2,10h,Read only,first,,
C,3,,,
GAP,0,0x10,Reserved
GAP,0,0x14,rsvd,another one
"""
    assert list(parse_register_map(text.encode(), "a.csv").values()) == [
        Register("A", 1, "A0"),
        Register("B", 2, "10h", Access.READ_ONLY),
        Register("C", 3),
        Register("GAP", 0, "0x14", Access.RESERVED),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: there is nothing in the file"),
        ("\n\n", "there is nothing"),
        ("Register Name\nA\n", "line 1: the column 'Default Data' is missing; there are 'Reg"),
        ("\nDefault Data,Name\n1,A\n", "line 2: the column 'Register Name' is missing"),
        ("Register Name;Default Data\nA;1\n", "separated by commas"),
        ("Register Name,Default Data,WIDTH,width\n", "'Width' is there twice"),
        (HEADER + "A,1\nA,2\n", "line 3, column 'Register Name': 'A' was there already, and other"),
        (HEADER + "A,1\n,2\n", "line 3, column 'Register Name': ''"),
        (HEADER + "a\x07b,2\n", "line 2, column 'Register Name'"),
        (HEADER + "x" * 101 + ",2\n", "1 to 100 characters"),
        (HEADER + "A\n", "line 2, column 'Default Data': it is empty"),
        (HEADER + "A,1,2\n", "line 2: it has 3 cells"),
        (HEADER + 'A,1\n"B,2\n', "no CSV at line 3"),
        (HEADER + "A,\n", "line 2, column 'Default Data': it is empty"),
        *(
            (HEADER + f"A,{number}\n", f"line 2, column 'Default Data': {number!r} is no number")
            for number in ("-1", "4294967296", "0x100000000", "1.5", "1e3", "0x", "ten", "1_0")
        ),
        (HEADER + "A,\u0663\n", "is no number from 0 to 4294967295"),
        (HEADER + "A," + "9" * 5000 + "\n", "is no number"),
        ("Register Name,Default Data,Width\nA,256,8\n", "'256' is no number from 0 to 255"),
        ("Register Name,Default Data,Width\nA,0,0\n", "column 'Width': a register has at least"),
        ("Register Name,Default Data,Width\nA,0,33\n", "column 'Width': '33'"),
        ("Register Name,Default Data,Access\nA,0,WO\n", "'WO' is none. Write one of RW, RO, RSV"),
        ("Register Name,Default Data,Access\nA,0,-\n", "'-' is none. Write one of RW, RO, RSV"),
    ],
)
def test_each_error_names_the_place_and_the_way_out(text, words):
    """File, line and column are named, and what to write instead."""
    with pytest.raises(InvalidRequestError) as caught:
        parse_register_map(text.encode(), "dir/a.csv")
    assert "dir/a.csv" in caught.value.message
    assert words in caught.value.message


def test_other_encodings_are_named():
    """What is no UTF-8 is refused with the line and what to save it as."""
    with pytest.raises(InvalidRequestError, match=r"line 2\. Save it as 'CSV UTF-8'"):
        parse_register_map(HEADER.encode() + "Höhe,1\n".encode("latin-1"), "a.csv")
    with pytest.raises(InvalidRequestError, match="no UTF-8 at line 1"):
        parse_register_map(HEADER.encode("utf-16"), "a.csv")


def test_maps_are_bounded(monkeypatch: pytest.MonkeyPatch):
    """A huge file is refused before it is parsed, and too many registers at the first too many."""
    with pytest.raises(TooLargeError, match="more than 1 MiB"):
        parse_register_map(b"x" * (register_map.MAXIMUM_BYTES + 1), "a.csv")
    with pytest.raises(InvalidRequestError, match="no CSV at line 2"):
        parse_register_map((HEADER + "x" * 200_000 + ",1").encode(), "a.csv")
    for many in (b"\n" * register_map.MAXIMUM_ROWS, b"," * register_map.MAXIMUM_COLUMNS):
        with pytest.raises(InvalidRequestError, match="these are more than"):
            parse_register_map(many + HEADER.encode(), "a.csv")
    monkeypatch.setattr(register_map, "MAXIMUM_REGISTERS", 2)
    rows = "A,1\nB,1\n"
    assert len(parse_register_map((HEADER + rows).encode(), "a.csv")) == 2
    with pytest.raises(InvalidRequestError, match=r"line 4.*more than 2"):
        parse_register_map((HEADER + rows + "C,1\n").encode(), "a.csv")
