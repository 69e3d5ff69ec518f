"""The configurations or the outputs of a measurement, as messages made from its metadata."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, TypeAlias

from google.protobuf import message_factory
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message

from measurement_support.wire import measurement_service_pb2
from session_sharing.text import shorten

_ENUM_VALUES = "ni/enum.values"
_SAME_ON_THE_WIRE = {
    FieldDescriptorProto.TYPE_ENUM: FieldDescriptorProto.TYPE_INT32,
    FieldDescriptorProto.TYPE_MESSAGE: FieldDescriptorProto.TYPE_BYTES,
}
"""What stands for types whose own descriptors a caller need not have."""

_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "bool": ((bool,), "true or false"),
    "string": ((str,), "a text"),
    "bytes": ((bytes,), "bytes"),
    "message": ((bytes,), "bytes"),
    "enum": ((Integral, str), "a number or a name"),
    **dict.fromkeys(("double", "float"), ((Real,), "a number")),
}
"""Which values a type takes, and how they are called; all other types are integers."""

_INTEGER: tuple[tuple[type, ...], str] = ((Integral,), "an integer")
_NOT_PACKED = (FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.TYPE_BYTES)


Parameter: TypeAlias = (
    measurement_service_pb2.ConfigurationParameter | measurement_service_pb2.Output
)
"""What the metadata tells of a configuration or an output."""


@dataclass(frozen=True)
class Described:
    """What is told of a configuration or an output.

    Attributes:
        number: The number of its field.
        name: Its display name.
        type: The name of its type, as `double`, `string` or `enum`.
        repeated: Whether it is an array.
        members: The names of its enumeration with their numbers; nothing if it is of none.
    """

    number: int
    name: str
    type: str
    repeated: bool
    members: Mapping[str, int]


class Parameters:
    """The parameters of one message. Never changed, so threads may share it.

    Values of an enumeration are integers. Values that are messages are bytes, not taken apart.

    Args:
        owner: Whose parameters they are, for texts.
        parameters: Their metadata.
    """

    def __init__(self, owner: str, parameters: Iterable[Parameter]) -> None:
        self._owner = owner
        described = list(parameters)
        self._fields = {each.name: f"field_{each.field_number}" for each in described}
        self._enums = {
            each.name: {str(name): int(number) for name, number in json.loads(text).items()}
            for each in described
            if (text := each.annotations.get(_ENUM_VALUES))
        }
        self._message_class = _message_class(described)
        self._by_name = {
            each.name: Described(
                number=each.field_number,
                name=each.name,
                type=_type_name(each),
                repeated=each.repeated,
                members=self._enums.get(each.name, {}),
            )
            for each in described
        }

    @property
    def described(self) -> Sequence[Described]:
        """What is told of them, in the order of the measurement."""
        return tuple(self._by_name.values())

    @property
    def names(self) -> Sequence[str]:
        """The display names, in the order of the measurement."""
        return list(self._fields)

    def encode(self, values: Mapping[str, object], defaults: bytes) -> bytes:
        """Return the message with these values, and with defaults for all others.

        Args:
            values: By display name; of an enumeration the names are taken as well.
            defaults: The encoded message of the defaults.

        Raises:
            TypeError: There is no such parameter, or a value is of another type.
            ValueError: A value is out of range.
        """
        message = self._message_class.FromString(defaults)
        for name, value in values.items():
            if name not in self._fields:
                known = ", ".join(self._fields)
                raise TypeError(f"{self._owner} has no configuration {name!r}. It has: {known}.")
            try:
                self._set(message, name, value)
            except (TypeError, ValueError) as error:
                raise type(error)(f"{self._owner}: the configuration {name}: {error}") from error
        return message.SerializeToString()

    def decode(self, encoded: bytes) -> dict[str, Any]:
        """Return the values of an encoded message, by display name."""
        message = self._message_class.FromString(encoded)
        found = {name: getattr(message, field) for name, field in self._fields.items()}
        return {
            name: list(value) if self._by_name[name].repeated else value
            for name, value in found.items()
        }

    def _set(self, message: Message, name: str, value: Any) -> None:  # noqa: ANN401
        field, described = self._fields[name], self._by_name[name]
        _require_fitting(described, value)
        if described.repeated:
            message.ClearField(field)
            getattr(message, field).extend([self._plain(name, each) for each in value])
        else:
            setattr(message, field, self._plain(name, value))

    def _plain(self, name: str, value: Any) -> Any:  # noqa: ANN401
        """Return a value as it travels; what is of an enumeration, as its number."""
        numbers = self._enums.get(name)
        if numbers is None:
            return value
        number = numbers.get(value) if isinstance(value, str) else int(value)
        if number not in numbers.values():
            known = ", ".join(f"{each} {number}" for each, number in numbers.items())
            raise ValueError(f"there is no {value!r}; there are {known}")
        return number


def _require_fitting(described: Described, value: object) -> None:
    """Check that a value, or each of an array, is of the type: protobuf takes some that are not.

    Raises:
        TypeError: It is not; the text says what is wanted, and what was given.
    """
    types, wanted = _KINDS.get(described.type, _INTEGER)
    given: Collection[object] = [value]
    if described.repeated:
        wanted = f"an array, of which each is {wanted}"
        if isinstance(value, (str, bytes)) or not isinstance(value, Collection):
            shown = shorten(repr(value), 60)
            raise TypeError(f"it is {wanted}, not {shown}; give [{shown}] for one alone")
        given = value
    for each in given:
        if not isinstance(each, types) or (isinstance(each, bool) and bool not in types):
            raise TypeError(
                f"it is {wanted}, not {type(each).__name__} ({shorten(repr(each), 60)})"
            )


def _type_name(parameter: Parameter) -> str:
    name = FieldDescriptorProto.Type.Name(FieldDescriptorProto.Type.ValueType(parameter.type))
    return name.removeprefix("TYPE_").lower()


def _message_class(parameters: Iterable[Parameter]) -> type[Message]:
    """Make a message class in a pool of its own, so that no two measurements can collide."""
    file = FileDescriptorProto(name="parameters.proto", package="parameters")
    message = file.message_type.add(name="Parameters")
    for each in parameters:
        kind = FieldDescriptorProto.Type.ValueType(each.type)
        field = message.field.add(
            name=f"field_{each.field_number}",
            number=each.field_number,
            type=_SAME_ON_THE_WIRE.get(kind, kind),
        )
        field.label = FieldDescriptorProto.LABEL_OPTIONAL
        if each.repeated:
            field.label = FieldDescriptorProto.LABEL_REPEATED
            field.options.packed = field.type not in _NOT_PACKED
    pool = DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("parameters.Parameters"))
