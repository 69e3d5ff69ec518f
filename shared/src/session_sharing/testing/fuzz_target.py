"""What a test has to know of a server to fuzz it well; session services need next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf.descriptor import Descriptor
from hypothesis import strategies as st

from session_sharing.testing.fuzzing import TEXTS, Hints, usually
from session_sharing.testing.hostile_tree import TRAPS, HostileTree
from session_sharing.testing.reflected import Method

Fields = Mapping[str, Any]

PASSWORD = "planted-hunter2"  # noqa: S105 - it is there to be looked for
"""What clients send as the password of a database: it may be repeated nowhere."""

RESOURCE_FIELDS = ("resource_name", "file_path")
"""How requests of the project's and of NI's contracts call the name of what is shared."""

ADDRESSES = (
    f"postgresql://me:{PASSWORD}@localhost/line",
    f"line?password={PASSWORD}",
    f"me:{PASSWORD}@localhost",
    f"postgresql://me:{PASSWORD}@localhost/line?client=a",
)
"""Resource names of those who took the service for another one."""

BATCHES = (
    *(b"[]", b'[[null,"a",{},{}]]', b'[[1,"a",{"c":1},{"v":2.5},{"site":0}]]'),
    *(b"[" + b"[" * 200 + b"]" * 200 + b"]", b'[[null,"a",{},{"x":1e999}]]', b"{}", b""),
    *(b'[[null,"\\ud800",{},{}]]', b'[[null,"\\u0000",{},{"\\u0000":"\\u0000"}]]', b"\xff\xfe"),
    b'[[null,"a",{},{"v":"NaN"},null,["/measurement_outputs/v"]]]',
    b'[[null,"a",{},{"v":1},null,null,{"status":"x","units":{"v":"V"},"limits":{"v":[0,null]}}]]',
    b'[[9223372036854775807,"a",{},{}]]',
)
"""Records as clients send many of them: right, wrong, and hostile."""


@dataclass(frozen=True)
class Proper:
    """A call as a good client makes it.

    Attributes:
        path: Of which RPC.
        fields: The request, as JSON; `{name}` in a text stands for what was last answered under
            that name, and `{root}` for the folder of the tree.
        held: Whether it is a stream that is held open.
    """

    path: str
    fields: Fields
    held: bool = False


def _data_folder(tree: HostileTree) -> list[str]:
    # Short times: what an example leaves behind is soon gone, as the memory is measured.
    return ["--data-dir", str(tree.data), "--grace", "0.2", "--close-detached-after", "1"]


@dataclass(frozen=True)
class Target:
    """A server that is fuzzed.

    Attributes:
        module: Started with `python -m`.
        ending: What its files end in.
        resources: Names under which it opens what is shared, most wanted first.
        arguments: What it is started with, beside the port.
        environment: With which variables.
        hints: What to put into fields, beside what session services have in common.
        path_fields: The fields in which clients send names of resources, and of files.
        beside: What good clients send beside an InitializeRequest.
        opening: Calls that come before the hostile ones, beside those by our own contract.
        secrets: What may never be told: texts.
        opens_names: Whether it opens what clients name, under names of sessions that are secret.
        may_refuse: Whether a driver refuses, which is UNKNOWN by NI's contract.
        typical: What good clients send in fields of some names; see `LoadedMessages`.
        lacking: What is said of a method that the server does not have, beside UNIMPLEMENTED.
    """

    module: str
    ending: str = ".txt"
    resources: Sequence[str] = ("a.txt", "b.txt?client=x", "{root}/data/a.txt")
    arguments: Callable[[HostileTree], Sequence[str]] = _data_folder
    environment: Callable[[HostileTree], Mapping[str, str]] = lambda tree: {}
    hints: Hints = field(default_factory=dict)
    path_fields: Sequence[str] = RESOURCE_FIELDS
    beside: Fields = field(default_factory=dict)
    opening: Sequence[Proper] = ()
    secrets: Sequence[str] = ()
    opens_names: bool = True
    may_refuse: bool = False
    lacking: bytes = b""
    typical: Fields = field(default_factory=lambda: {"Health.service": ""})

    def traps(self) -> list[str]:
        """Return names that the server must not open, or must not repeat."""
        return [*(name.replace("{ending}", self.ending) for name in TRAPS), *ADDRESSES]

    def all_hints(self) -> Hints:
        """Return what to put into fields; a good client's names come first in most rounds."""
        names = st.sampled_from(self.resources) | st.sampled_from(self.traps()) | TEXTS
        files = dict.fromkeys(self.path_fields, names)
        return {**SESSION_HINTS, **files, **self.hints}

    def first_calls(self, methods: Mapping[str, Method], trap: str = "") -> list[Proper]:
        """Return the calls of a good client that come before the hostile ones.

        Args:
            methods: The RPCs of the server.
            trap: What to send in the place of all names of resources and files.
        """
        named = dict.fromkeys(self.path_fields, trap) if trap else {}
        calls = [
            replace(call, fields={**call.fields, **_known_of(named, methods[call.path])})
            for call in self.opening
        ]
        for method in methods.values():
            if method.request.full_name == "session_sharing.v1.ConnectRequest":
                calls.insert(0, Proper(method.path, {"identity": {"program": "fuzz"}}, held=True))
            embedded = _field_of(method.request, "session_sharing.v1.InitializeRequest")
            if embedded:
                session = {embedded: _initialize(trap or self.resources[0])}
                fields = {**session, **self.beside, **_known_of(named, method)}
                calls.append(Proper(method.path, fields))
        return calls

    def good_values(self) -> dict[str, Any]:
        """Return what good clients send in fields of some names."""
        named = dict.fromkeys(RESOURCE_FIELDS, self.resources[0]) if self.opens_names else {}
        return {**named, **self.typical}

    def uses(self, methods: Mapping[str, Method]) -> list[Proper]:
        """Return a call of each RPC by which a session is used."""
        held = {"session_name": "{session_name}", "attachment_id": "{attachment_id}"}
        found = (
            (method.path, _field_of(method.request, "session_sharing.v1.AttachmentReference"))
            for method in methods.values()
        )
        return [Proper(path, {field: held}) for path, field in found if field]


def _known_of(named: Fields, method: Method) -> Fields:
    """Return of these fields those that the requests of a method have."""
    fields = method.request.fields_by_name
    return {name: value for name, value in named.items() if name in fields}


def _initialize(resource: str) -> Fields:
    return {
        "resource_name": resource,
        "client_id": "{client_id}",
        "attachment_id": "{attachment_id}",
    }


def _field_of(message: Descriptor, type_name: str) -> str:
    """Return the name of the field that has this type; empty if there is none."""
    found = (
        each.name
        for each in message.fields
        if each.message_type is not None and each.message_type.full_name == type_name
    )
    return next(found, "")


_INTEGERS = st.integers(-(2**31), 2**31 - 1)
_NUMBERS = usually([0, 1, 2, 3], st.sampled_from([2**63 - 1, 2**63, 2**64 - 1]))

SESSION_HINTS: Hints = {
    "client_id": usually(["{client_id}"], TEXTS),
    "attachment_id": usually(["{attachment_id}"], st.just("another") | TEXTS),
    "session_name": usually(["{session_name}"], TEXTS),
    "public_id": usually(["{public_id}"], TEXTS),
    "initialization_behavior": usually([0, 0, 0, 1, 2, 3, 4], _INTEGERS),
    "wait_closed": usually([{}], st.builds(dict, seconds=_INTEGERS, nanos=_INTEGERS)),
    "records_json": usually(BATCHES, st.binary(max_size=20)),
    "count": usually([1], st.integers(0, 2**32 - 1)),
    "first_record_number": _NUMBERS,
    "record_number": _NUMBERS,
}
"""What to put into the fields of requests that all session services have."""
