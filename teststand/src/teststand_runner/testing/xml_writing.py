"""Properties in XML form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from teststand_runner.model.properties import Property, PropertyFile, Scalar

_TAG = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"


def write_xml(file: PropertyFile) -> bytes:
    """Return a file in XML form, with a byte order mark as TestStand writes it."""
    information = file.information
    attributes = (
        f"type='SequenceFile' fileversion='{information.format_version}' productname='TestStand' "
        f"productversion='{_quoted(information.product_version)}' compatibleversion='21.0.0.0' "
        f"buildversion='21.0.0.0' xmlns:xsi=\"{_SCHEMA}\" "
        'xmlns="http://www.ni.com/TestStand/21.0.0/SequenceFile"'
    )
    lines = [_HEAD, f"<teststandfileheader {attributes}>", "\t<typelist>"]
    for each in file.types.values():
        lines += ["\t\t<typedef alwayssavetype='false'>", *_property(each, 3), "\t\t</typedef>"]
    lines += ["\t\t<protected>0:o</protected>"] * file.locked_types
    lines += ["\t</typelist>", *_property(file.data, 1), "</teststandfileheader>"]
    return b"\xef\xbb\xbf" + "".join(f"{line}\n" for line in lines).encode()


def _quoted(value: str) -> str:
    return escape(value, {"'": "&apos;"})


def _property(found: Property, depth: int) -> Iterator[str]:
    if _TAG.fullmatch(found.name):
        yield from _element(found, found.name, f"classname='{found.class_name}'", depth)
    else:
        head = f"name='{_quoted(found.name)}' classname='{found.class_name}'"
        yield from _element(found, "_NAME_IN_ATTRIBUTE_", head, depth)


def _element(found: Property, tag: str, head: str, depth: int) -> Iterator[str]:
    indent = "\t" * depth
    typed = f"typename='{found.type_name}' xsi:type='{found.type_name}' " if found.type_name else ""
    flags = f" valueflags='{found.flags}'" if found.flags else ""
    content = [*_value(found, depth + 1), *_within(found, depth + 1)]
    if content:
        yield f"{indent}<{tag} {typed}{head}{flags}>"
        yield from content
        yield f"{indent}</{tag}>"
    else:
        yield f"{indent}<{tag} {typed}{head}{flags}/>"


def _within(found: Property, depth: int) -> Iterator[str]:
    if found.properties:
        yield "\t" * depth + "<subprops>"
        for each in found.properties.values():
            yield from _property(each, depth + 1)
        yield "\t" * depth + "</subprops>"


def _value(found: Property, depth: int) -> Iterator[str]:
    indent = "\t" * depth
    if found.elements is not None:
        content = [line for each in found.elements for line in _object(each, depth + 1)]
        yield from _array(len(found.elements), content, indent)
    elif found.values is not None:
        content = [
            f"{indent}\t{_scalar(each, f' arrayindex={chr(39)}[{index}]{chr(39)}')}"
            for index, each in enumerate(found.values)
        ]
        yield from _array(len(found.values), content, indent)
    elif found.value is not None:
        integer = isinstance(found.value, int) and not isinstance(found.value, bool)
        yield indent + _scalar(found.value, " representation='Int64'" if integer else "")


def _array(size: int, content: list[str], indent: str) -> Iterator[str]:
    upper = f"[{size - 1}]" if size else "[]"
    if not size:
        yield f"{indent}<value lbound='[0]' ubound='{upper}'/>"
        return
    yield f"{indent}<value lbound='[0]' ubound='{upper}'>"
    yield from content
    yield f"{indent}</value>"


def _object(found: Property, depth: int) -> Iterator[str]:
    indent = "\t" * depth
    yield f"{indent}<value>"
    yield from _element(found, found.class_name, f"name='{_quoted(found.name)}'", depth + 1)
    yield f"{indent}</value>"


def _scalar(value: Scalar, attributes: str) -> str:
    content = escape(scalar_text(value))
    return f"<value{attributes}>{content}</value>" if content else f"<value{attributes}/>"


def scalar_text(value: Scalar) -> str:
    """Return a value as XML has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)
