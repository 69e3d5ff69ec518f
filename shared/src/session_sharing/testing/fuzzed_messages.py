"""Requests with what a server answered before in them, and answers looked into by field names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from session_sharing.testing.fuzz_target import Fields
from session_sharing.testing.reflected import Method

_PLACE = re.compile(r"\{(\w+)\}")

WAITING = ("wait_closed", "timeout_in_milliseconds")
"""The fields by which a client asks the server to wait."""


def made(method: Method, fields: Fields, known: Mapping[str, str]) -> bytes:
    """Return a proper request.

    Args:
        method: Of which RPC.
        fields: The request, as JSON, with `{name}` in texts.
        known: What to put there.
    """
    message = GetMessageClass(method.request)()
    ParseDict(dict(fields), message)
    return filled(message, known)


def filled(message: Message, known: Mapping[str, str]) -> bytes:
    """Return a request as bytes, with what is known in the places of its texts."""
    copy = type(message)()
    copy.CopyFrom(message)
    _fill(copy, known)
    return copy.SerializeToString()


def texts_of(message: Message) -> Iterator[tuple[str, str]]:
    """Yield the texts of a message and of those within it, each with the name of its field."""
    for field, value in message.ListFields():
        for item in _items(field, value):
            if isinstance(item, Message):
                yield from texts_of(item)
            elif isinstance(item, str):
                yield field.name, item


def asks_to_wait(method: Method, data: bytes) -> bool:
    """Say whether a request asks the server to wait before it answers."""
    try:
        message = GetMessageClass(method.request).FromString(data)
    except DecodeError:
        return False
    return _is_set(message)


def _is_set(message: Message) -> bool:
    for field, value in message.ListFields():
        if field.name in WAITING and value not in (-2, -(2**31)):
            return True
        if any(isinstance(item, Message) and _is_set(item) for item in _items(field, value)):
            return True
    return False


def _fill(message: Message, known: Mapping[str, str]) -> None:
    for field, value in message.ListFields():
        if is_map(field):
            continue
        for place, item in enumerate(_items(field, value)):
            if isinstance(item, Message):
                _fill(item, known)
            elif isinstance(item, str) and "{" in item:
                text = _PLACE.sub(lambda found: known.get(found[1], found[0]), item)
                if item is value:
                    setattr(message, field.name, text)
                else:
                    value[place] = text


def is_map(field: FieldDescriptor) -> bool:
    """Say whether a field is a map, which is a list of messages on the wire."""
    below = field.message_type
    return below is not None and bool(below.GetOptions().map_entry)


def _items(field: FieldDescriptor, value: Any) -> list[Any]:  # noqa: ANN401 - of any field
    if is_map(field):
        return list(value.values())
    if isinstance(value, (str, bytes, int, float, Message)):
        return [value]
    return list(value)
