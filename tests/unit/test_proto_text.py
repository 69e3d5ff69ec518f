"""Reading `.proto` files with their comments."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor

from tools.packages import ROOT
from tools.proto_text import Declaration, proto_files, read_proto

PROTOS = ROOT / "protos"
PROTO = """\
syntax = "proto3";

// What it is for.
// In two lines.
package a.b.v1;

import "google/protobuf/timestamp.proto";

service Counter {
  // Counts.
  rpc Count(stream CountRequest) returns (a.b.v1.CountResponse);
}

message CountRequest {
  oneof what {
    // A number.
    int64 number = 1;
    string text = 2;  // Behind it.
  }
  map<string, Kind> kinds = 3;
  message Inner {
    optional bool flag = 1;
  }
  repeated Inner inner = 4;
}

message CountResponse {}
"""


def described(file: FileDescriptor) -> dict[str, set[tuple[str, int]]]:
    """Return what generated code knows of the messages, enums and services of a file."""
    messages = {
        name: members
        for each in file.message_types_by_name.values()
        for name, members in _message(each).items()
    }
    enums = {
        each.name: {(value.name, value.number) for value in each.values}
        for each in file.enum_types_by_name.values()
    }
    services = {
        each.name: {(method.name, 0) for method in each.methods}
        for each in file.services_by_name.values()
    }
    return {**messages, **enums, **services}


def _message(message: Descriptor, outer: str = "") -> dict[str, set[tuple[str, int]]]:
    name = f"{outer}{message.name}"
    fields: list[FieldDescriptor] = list(message.fields)
    found = {name: {(field.name, field.number) for field in fields}}
    for inner in message.nested_types:
        if not inner.GetOptions().map_entry:
            found |= _message(inner, f"{name}.")
    return found


def members(declaration: Declaration) -> set[tuple[str, int]]:
    return {(member.name, member.number) for member in declaration.members}


@pytest.mark.parametrize(
    "path", [*proto_files(PROTOS)], ids=lambda path: path.relative_to(PROTOS).as_posix()
)
def test_it_reads_what_the_stubs_have(path: Path) -> None:
    """The reference has each message, field, value and call of the wire, and no other one."""
    module = path.relative_to(PROTOS).with_suffix("").as_posix().replace("/", ".")
    file: FileDescriptor = importlib.import_module(f"{module}_pb2").DESCRIPTOR
    proto = read_proto(path)
    assert proto.package == file.package
    assert {each.name: members(each) for each in proto.declarations} == described(file)


def test_comments_choices_and_nesting(tmp_path: Path) -> None:
    """What is said of a declaration stands with it, and of a field in which choice it is."""
    (tmp_path / "a.proto").write_text(PROTO, "utf-8")
    proto = read_proto(tmp_path / "a.proto")
    assert proto.comment == "What it is for. In two lines."
    service, request, inner, response = proto.declarations
    assert service.members[0].type == "stream CountRequest → a.b.v1.CountResponse"
    assert service.members[0].comment == "Counts."
    told = [(each.name, each.type, each.comment, each.choice) for each in request.members]
    assert told == [
        ("number", "int64", "A number.", "what"),
        ("text", "string", "Behind it.", "what"),
        ("kinds", "map<string, Kind>", "", ""),
        ("inner", "repeated Inner", "", ""),
    ]
    assert (inner.name, inner.members[0].type) == ("CountRequest.Inner", "optional bool")
    assert (response.name, response.members) == ("CountResponse", [])


@pytest.mark.parametrize(
    "line", ["message A {\n  group B = 1 {", "int32 a = 1;", "message A { int32 a = 1; }"]
)
def test_what_it_does_not_know_is_told(line: str, tmp_path: Path) -> None:
    """A form that the reader does not know is never left out in silence."""
    (tmp_path / "a.proto").write_text(line, "utf-8")
    with pytest.raises(ValueError, match=r"a\.proto:\d"):
        read_proto(tmp_path / "a.proto")
