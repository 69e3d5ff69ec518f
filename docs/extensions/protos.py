"""The messages and services of `protos/`, with their comments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docs.extensions.markdown import cell, code, table
from tools.packages import ROOT
from tools.proto_text import Declaration, Member, proto_files, read_proto

_HEADS = {
    "service": ["call", "takes and gives", "what it does"],
    "message": ["field", "type", "number", "meaning"],
    "enum": ["value", "number", "meaning"],
}


def protos_page() -> str:
    """Return a section for each file."""
    return "\n".join(line for path in proto_files(ROOT / "protos") for line in _file(path))


def _file(path: Path) -> Iterator[str]:
    proto = read_proto(path)
    name = path.relative_to(ROOT / "protos").as_posix()
    yield f"## {name}\n"
    yield f"{cell(proto.comment)} Package `{proto.package}`, [source](../../protos/{name}).\n"
    for declaration in proto.declarations:
        yield f"### {declaration.name}\n"
        if declaration.comment:
            yield f"{cell(declaration.comment)}\n"
        rows = (_row(declaration, member) for member in declaration.members)
        yield table(_HEADS[declaration.kind], rows) or f"An empty {declaration.kind}.\n"


def _row(declaration: Declaration, member: Member) -> list[str]:
    comment = cell(member.comment)
    if member.choice:
        comment = f"{comment} (one of `{member.choice}`)".strip()
    if declaration.kind == "service":
        return [code(member.name), code(member.type), comment]
    number = str(member.number)
    if declaration.kind == "enum":
        return [code(member.name), number, comment]
    return [code(member.name), code(member.type), number, comment]
