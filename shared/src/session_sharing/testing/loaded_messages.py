"""Requests with something in every field, which get past the first checks of a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from session_sharing.testing.fuzzed_messages import is_map
from session_sharing.testing.reflected import Method

ANSWERED = {
    name: f"{{{name}}}"
    for name in ("session_name", "client_id", "attachment_id", "public_id", "registration_id")
}
"""What clients send of what a server told them, or they told it before."""

DEPTH = 4
"""How deep requests are filled: some types contain themselves."""

RECORDS = b'[[null,"a",{},{}]]'
"""One record; the project's contracts have no other bytes."""


class LoadedMessages:
    """Makes requests of which every field has a value: a text, one, true, or what means nothing.

    Args:
        text: What stands in texts.
        typical: What stands in fields of some names instead; the service may stand before a name,
            as in `NiDmm.name`.
    """

    def __init__(self, text: str, typical: Mapping[str, Any]) -> None:
        self._text = text
        self._typical = {**ANSWERED, **typical}

    def of(self, method: Method) -> Message:
        """Return a request. Of fields that exclude each other it has the first, and no maps."""
        service = method.path.split("/")[1].rpartition(".")[2]
        return self._message(method.request, service, DEPTH)

    def _message(self, descriptor: Descriptor, service: str, depth: int) -> Message:
        message = GetMessageClass(descriptor)()
        for field in descriptor.fields:
            group = field.containing_oneof
            is_rival = group is not None and group.fields[0].name != field.name
            if not is_rival and not is_map(field) and (depth or field.message_type is None):
                self._fill(message, field, service, depth)
        return message

    def _fill(self, message: Message, field: FieldDescriptor, service: str, depth: int) -> None:
        below: Any = getattr(message, field.name)
        if field.message_type is not None:
            value = self._message(field.message_type, service, depth - 1)
            (below.add() if hasattr(below, "add") else below).CopyFrom(value)
        elif hasattr(below, "append"):
            below.append(self._value(field, service))
        else:
            setattr(message, field.name, self._value(field, service))

    def _value(self, field: FieldDescriptor, service: str) -> Any:  # noqa: ANN401 - of any field
        for name in (f"{service}.{field.name}", field.name):
            if name in self._typical:
                return self._typical[name]
        plain = {
            FieldDescriptor.TYPE_STRING: self._text,
            FieldDescriptor.TYPE_BYTES: RECORDS,
            FieldDescriptor.TYPE_ENUM: 0,
            FieldDescriptor.TYPE_BOOL: True,
        }
        return plain.get(field.type, 1)
