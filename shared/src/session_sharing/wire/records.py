"""Measurement records on the wire, with typed values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from google.protobuf.struct_pb2 import NULL_VALUE

from session_sharing.errors import InvalidRequestError
from session_sharing.records.details import Limits
from session_sharing.records.levels import AckLevel, Acknowledged
from session_sharing.records.lines import record_label, record_microseconds
from session_sharing.records.model import (
    CONFIGURATIONS,
    OUTPUTS,
    Record,
    RecordContext,
    Value,
)
from session_sharing.records.plain import plain_values
from session_sharing.records.pointers import Place, pointer, restore_numbers
from session_sharing.wire.generated import records_pb2
from session_sharing.wire.times import moment_from_wire, moment_to_wire

_LEVELS = {
    AckLevel.OS: records_pb2.ACKNOWLEDGEMENT_LEVEL_OPERATING_SYSTEM,
    AckLevel.DISK: records_pb2.ACKNOWLEDGEMENT_LEVEL_DISK,
}


def record_from_wire(message: records_pb2.Record) -> Record:
    """Convert a record; without a timestamp its time is None, the service's clock.

    Raises:
        InvalidRequestError: Its name is empty, a value is of no kind, the timestamp is out of
            range, or status, units or limits are not as they should be.
    """
    if not message.measurement_name:
        raise InvalidRequestError("The measurement name is empty. Say what was measured.")
    try:
        return Record(
            message.measurement_name,
            _mapping_from_wire(message.configurations, (None, CONFIGURATIONS)),
            _mapping_from_wire(message.outputs, (None, OUTPUTS)),
            _timestamp_from_wire(message),
            context_from_wire(message.context) if message.HasField("context") else None,
            message.status if message.HasField("status") else None,
            message.units,
            {name: _limits_from_wire(of) for name, of in message.limits.items()},
        )
    except InvalidRequestError as error:
        raise InvalidRequestError(
            f"Record {message.measurement_name[:80]!r} cannot be taken: {error}"
        ) from error


def record_to_wire(record: Record) -> records_pb2.Record:
    """Convert a record; its values are checked and copied.

    Raises:
        ValueTypeError: A value has no place in a record, or the time lies outside the years 1 to
            9999 of UTC; names the record and the value's place.
    """
    record_microseconds(record)
    plain = plain_values(record.configurations, record.outputs, record_label(record))
    restore_numbers(plain.non_finite, plain.configurations, plain.outputs)
    context = record.context
    message = records_pb2.Record(
        measurement_name=record.measurement_name,
        timestamp=moment_to_wire(record.timestamp),
        context=None if context is None else context_to_wire(context),
        status=record.status,
        units=record.units,
        limits={
            name: records_pb2.Limits(low=of.low, high=of.high)
            for name, of in (record.limits or {}).items()
        },
    )
    for target, values in (
        (message.configurations, plain.configurations),
        (message.outputs, plain.outputs),
    ):
        for name, value in values.items():
            _fill(target[name], value)
    return message


def context_from_wire(message: records_pb2.RecordContext) -> RecordContext:
    """Convert a context; one that is not set is one without fields."""
    return RecordContext(**{field.name: value for field, value in message.ListFields()})


def context_to_wire(context: RecordContext) -> records_pb2.RecordContext:
    """Convert a context."""
    message = records_pb2.RecordContext()
    for name, value in context.fields_set.items():
        setattr(message, name, value)
    return message


def _timestamp_from_wire(message: records_pb2.Record) -> datetime | None:
    if not message.HasField("timestamp"):
        return None
    nanos = message.timestamp.nanos
    if not 0 <= nanos < 1_000_000_000:
        raise InvalidRequestError(f"The timestamp has {nanos} nanoseconds; 0 to 999999999 are one.")
    return moment_from_wire(message.timestamp)


def _limits_from_wire(message: records_pb2.Limits) -> Limits:
    return Limits(**{field.name: value for field, value in message.ListFields()})


def _mapping_from_wire(values: Mapping[str, records_pb2.Value], place: Place) -> dict[str, Value]:
    return {name: _value_from_wire(value, (place, name)) for name, value in values.items()}


def _list_from_wire(values: Iterable[records_pb2.Value], place: Place) -> list[Value]:
    return [_value_from_wire(value, (place, index)) for index, value in enumerate(values)]


def _value_from_wire(message: records_pb2.Value, place: Place) -> Value:
    kind = message.WhichOneof("kind")
    if kind is None:
        raise InvalidRequestError(
            f"The value at {pointer(place)[:200]} is of no kind. Set one field of its Value; "
            "`null_value` stands for no value."
        )
    if kind == "list_value":
        return _list_from_wire(message.list_value.values, place)
    if kind == "map_value":
        return _mapping_from_wire(message.map_value.values, place)
    if kind == "null_value":
        return None
    scalar: Value = getattr(message, kind)
    return scalar


def _fill(message: records_pb2.Value, value: Value) -> None:
    """Set a message to a plain value; bool before int, which it is a subtype of."""
    if value is None:
        message.null_value = NULL_VALUE
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, int):
        message.integer_value = value
    elif isinstance(value, float):
        message.number_value = value
    elif isinstance(value, str):
        message.text_value = value
    elif isinstance(value, list):
        message.list_value.SetInParent()
        for item in value:
            _fill(message.list_value.values.add(), item)
    else:
        message.map_value.SetInParent()
        for name, item in value.items():
            _fill(message.map_value.values[name], item)


def level_to_wire(level: AckLevel | None) -> records_pb2.AcknowledgementLevel.ValueType:
    """Convert a level; None is the service's default."""
    if level is None:
        return records_pb2.ACKNOWLEDGEMENT_LEVEL_UNSPECIFIED
    return _LEVELS[level]


def acknowledged_from_wire(number: int, *, spooled: bool) -> Acknowledged:
    """Convert what was acknowledged.

    Raises:
        InvalidRequestError: There is no such level.
    """
    return Acknowledged(level_from_wire(number, AckLevel.OS), spooled)


def level_from_wire(number: int, default: AckLevel) -> AckLevel:
    """Convert a level.

    Raises:
        InvalidRequestError: There is no such level.
    """
    if number == records_pb2.ACKNOWLEDGEMENT_LEVEL_UNSPECIFIED:
        return default
    for level, known in _LEVELS.items():
        if known == number:
            return level
    known_levels = ", ".join(f"{known} ({level.value})" for level, known in _LEVELS.items())
    raise InvalidRequestError(
        f"{number} is no acknowledgement level. Use {known_levels}, or 0 for the service's default."
    )
