"""Requests as clients send them that are wrong, old or hostile, made from a service's descriptors.

For tests with hypothesis, which has to be installed. A service is fuzzed in a few lines:

    @given(calls_of(messages.DESCRIPTOR.services_by_name["FileLogger"], {"name": NAMES}))
    def test_any_call(call): ...
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
Field = FieldDescriptor
Hints = Mapping[str, SearchStrategy[Any]]
"""What to put into fields, by their names, or as `Message.field` where that is not enough."""

MAX_DEPTH = 4
"""How deep messages are nested, at most: some may contain themselves."""

LONG = 8_200
"""How often four letters are repeated for a long text: it is longer than any path of Windows."""

MANY = 50
"""How often one value is repeated for a long list; of messages, which may be large, only twice."""

_LONG = "long"
_HOSTILE = (
    *(" ", "\0", "\n", "\x1b[2J", "\ufeff", "\u202e", "é", "\U0001f4a5", "%s%n{0}", "../.."),
    *("0", "-1", "٣", "9" * 30, "NaN", "<!--", "&amp;", '"', "'; --", _LONG),
)

TEXTS: SearchStrategy[str] = (
    st.just("")  # what is sent most often by mistake
    | st.sampled_from(_HOSTILE).map(lambda text: _LONG * LONG if text == _LONG else text)
    | st.text(max_size=8)
)
"""Texts that break what takes them for something else."""

NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 5e-324, 1e38]) | st.floats(width=32)

_SIGNED_32 = (Field.TYPE_INT32, Field.TYPE_SINT32, Field.TYPE_SFIXED32, Field.TYPE_ENUM)
_SIGNED_64 = (Field.TYPE_INT64, Field.TYPE_SINT64, Field.TYPE_SFIXED64)
_UNSIGNED_32 = (Field.TYPE_UINT32, Field.TYPE_FIXED32)


@dataclass(frozen=True)
class Call:
    """A call of a method.

    Attributes:
        method: Its path, `/package.Service/Method`, as gRPC takes it.
        request: The request.
    """

    method: str
    request: Message


def requests_of(descriptor: Descriptor, hints: Hints | None = None) -> SearchStrategy[Message]:
    """Return what draws messages of a type: fields left out, repeated, huge, and plain wrong.

    Args:
        descriptor: The type.
        hints: What to put into fields instead; without them few requests get past a first check.
    """
    return _messages(descriptor, hints or {}, MAX_DEPTH)


def calls_of(service: ServiceDescriptor, hints: Hints | None = None) -> SearchStrategy[Call]:
    """Return what draws calls of a service's methods, all of them equally often.

    Args:
        service: The service; a stream is called with one request.
        hints: As for `requests_of`.
    """
    calls: list[SearchStrategy[Call]] = [
        requests_of(method.input_type, hints).map(
            functools.partial(Call, f"/{service.full_name}/{method.name}")
        )
        for method in service.methods
    ]
    return st.one_of(calls)


_mostly = st.integers(1, 8).map(lambda number: number < 8)


@st.composite
def usually(draw: st.DrawFn, right: Sequence[T], wrong: SearchStrategy[T]) -> T:
    """Draw what is right most of the time, so that requests get past the first checks.

    Args:
        draw: Given by hypothesis.
        right: What a service knows, or takes.
        wrong: What to draw otherwise.
    """
    return draw(st.sampled_from(right) if draw(_mostly) else wrong)


def damaged(requests: SearchStrategy[Message]) -> SearchStrategy[bytes]:
    """Return what draws requests as bytes, cut or overwritten somewhere: seldom valid ones."""
    return st.builds(
        _overwritten,
        requests.map(lambda request: request.SerializeToString()),
        st.floats(0, 1),
        st.integers(0, 6),
        st.binary(max_size=6),
        st.booleans(),
    )


def _overwritten(data: bytes, place: float, length: int, new: bytes, cut: bool) -> bytes:
    start = int(place * len(data))
    return data[:start] + new + (b"" if cut else data[start + length :])


def _messages(descriptor: Descriptor, hints: Hints, depth: int) -> SearchStrategy[Message]:
    fields = {
        field.name: _of_field(field, hints, depth)
        for field in descriptor.fields
        if depth > 0 or field.message_type is None
    }
    rivals = [
        [field.name for field in group.fields if field.name in fields]
        for group in descriptor.oneofs
    ]
    make = message_factory.GetMessageClass(descriptor)

    @st.composite
    def message(draw: st.DrawFn) -> Message:
        # A function of its own, as a failure prints the strategy: by its name, not by its content.
        whole = draw(_mostly)  # else a service would hardly ever see a message within a message
        names = {name: None for name in fields if whole or draw(st.booleans())}
        for group in rivals:
            there = [name for name in group if name in names]
            kept = draw(st.sampled_from(there)) if there else ""
            for name in there:
                if name != kept:
                    del names[name]
        return make(**{name: draw(fields[name]) for name in names})

    return message()


def _of_field(field: FieldDescriptor, hints: Hints, depth: int) -> SearchStrategy[Any]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        key, value = (field.message_type.fields_by_name[name] for name in ("key", "value"))
        return st.dictionaries(
            _of_value(key, hints, depth), _of_value(value, hints, depth), max_size=3
        )
    values = _of_value(field, hints, depth)
    if not _is_repeated(field):
        return values
    count = MANY if field.message_type is None else 2
    many = values.map(lambda value: [value] * count)
    return st.lists(values, min_size=1, max_size=1) | st.lists(values, max_size=3) | many


def _is_repeated(field: FieldDescriptor) -> bool:
    # Before protobuf 6 there was only the one, from 7 on there is only the other.
    repeated = getattr(field, "is_repeated", None)
    if repeated is None:
        return bool(getattr(field, "label") == getattr(field, "LABEL_REPEATED"))  # noqa: B009
    return bool(repeated)


def _of_value(field: FieldDescriptor, hints: Hints, depth: int) -> SearchStrategy[Any]:
    owner = field.containing_type.name if field.containing_type else ""
    for name in (f"{owner}.{field.name}", field.name):
        if name in hints:
            return hints[name]
    if field.message_type is not None:
        return _messages(field.message_type, hints, depth - 1)
    plain: dict[int, SearchStrategy[Any]] = {
        Field.TYPE_STRING: TEXTS,
        Field.TYPE_BYTES: st.binary(max_size=8),
        Field.TYPE_BOOL: st.booleans(),
        Field.TYPE_DOUBLE: NUMBERS,
        Field.TYPE_FLOAT: NUMBERS,
    }
    return plain[field.type] if field.type in plain else _integers(field.type)


def _integers(kind: int) -> SearchStrategy[int]:
    """Return what draws integers of a type: its ends, those around zero, and any."""
    bits = 32 if kind in _SIGNED_32 or kind in _UNSIGNED_32 else 64
    signed = kind in _SIGNED_32 or kind in _SIGNED_64
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    ends = [low, low + 1, high - 1, high]
    near = st.integers(-2 if signed else 0, 5)
    return st.sampled_from(ends) | near | st.integers(low, high)
