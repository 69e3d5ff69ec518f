"""In which form a sequence file is, and the way from its bytes to its properties."""

from __future__ import annotations

from teststand_runner.errors import FileTooLargeError, NotASequenceFileError
from teststand_runner.model.properties import PropertyFile
from teststand_runner.reading.binary_form import read_binary
from teststand_runner.reading.limits import MAX_BYTES
from teststand_runner.reading.xml_form import read_xml

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_XML = (b"<?xml", b"<teststandfileheader")
_INI = b"[__Header__]"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_properties(data: bytes) -> PropertyFile:
    """Return the properties of a sequence file in XML or binary form.

    Args:
        data: The file.

    Raises:
        SequenceFileError: It is something else, damaged, or too large; it names the place.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLargeError(f"it has {len(data)} bytes; {MAX_BYTES} are read.")
    text = data.removeprefix(_BYTE_ORDER_MARK)
    if data.startswith(b"TOF1"):
        return read_binary(data)
    if text.startswith(_XML):
        return read_xml(data)
    raise NotASequenceFileError(_what_it_is(text), place="offset 0")


def _what_it_is(text: bytes) -> str:
    if text.startswith(_INI):
        return (
            "this is a TestStand file in INI form, which is not read. Save it as XML or binary: "
            "in TestStand's properties of the sequence file, or with SequenceFileConverter."
        )
    if not text:
        return "the file is empty."
    if text.startswith(_UTF_16):
        return "this is UTF-16; TestStand writes XML in UTF-8."
    return "this is no TestStand sequence file: it begins neither as XML nor as binary (TOF1)."
