"""The functions that both drivers have under the same names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from local_station.instruments.attributes import Attribute, AttributeTable, Value
from local_station.instruments.driver_error import VALUE_INVALID, DriverError
from local_station.instruments.session_table import SessionTable
from local_station.instruments.wire import Message, Messages


class AttributedSession(Protocol):
    """A session of a driver, as far as attributes go."""

    def read(self, channel_name: str, attribute: Attribute) -> Value:
        """Return the value that all channels of a name have; an empty name means all channels."""

    def write(self, channel_name: str, attribute: Attribute, value: Value) -> None:
        """Set the value for all channels of a name."""


S = TypeVar("S", bound=AttributedSession)


class AttributeFunctions(Generic[S]):
    """GetAttributeVi* and SetAttributeVi* for all types.

    Args:
        messages: NI's messages of the driver.
        table: The driver's attributes.
        sessions: The driver's sessions.
    """

    def __init__(
        self, messages: Messages, table: AttributeTable, sessions: SessionTable[S]
    ) -> None:
        self._messages = messages
        self._table = table
        self._sessions = sessions
        self.GetAttributeViBoolean = self._getter("boolean", "GetAttributeViBooleanResponse")
        self.GetAttributeViInt32 = self._getter("int32", "GetAttributeViInt32Response")
        self.GetAttributeViInt64 = self._getter("int64", "GetAttributeViInt64Response")
        self.GetAttributeViReal64 = self._getter("real64", "GetAttributeViReal64Response")
        self.GetAttributeViString = self._getter("string", "GetAttributeViStringResponse")
        self.SetAttributeViBoolean = self._setter("boolean", "SetAttributeViBooleanResponse")
        self.SetAttributeViInt32 = self._setter("int32", "SetAttributeViInt32Response")
        self.SetAttributeViInt64 = self._setter("int64", "SetAttributeViInt64Response")
        self.SetAttributeViReal64 = self._setter("real64", "SetAttributeViReal64Response")
        self.SetAttributeViString = self._setter("string", "SetAttributeViStringResponse")

    def _getter(self, kind: str, response: str) -> Callable[[Message], Message]:
        def get(request: Message) -> Message:
            session = self._sessions.find(request.vi.name)
            attribute = self._table.find(request.attribute_id, kind)
            value = session.read(request.channel_name, attribute)
            return getattr(self._messages, response)(attribute_value=value)

        return get

    def _setter(self, kind: str, response: str) -> Callable[[Message], Message]:
        def set_(request: Message) -> Message:
            session = self._sessions.find(request.vi.name)
            attribute = self._table.find(request.attribute_id, kind)
            session.write(request.channel_name, attribute, _value(request, kind))
            return getattr(self._messages, response)()

        return set_


def _value(request: Message, kind: str) -> Value:
    """Return the value of a request; an enumeration's numbers are those of the driver."""
    if kind == "boolean":
        return bool(request.attribute_value)
    if "attribute_value" not in request.DESCRIPTOR.fields_by_name or request.HasField(
        "attribute_value_raw"
    ):
        raw: Value = request.attribute_value_raw
        return raw
    if kind == "real64":  # Its enumerations count from 1, and stand for other numbers.
        raise DriverError(VALUE_INVALID, "Send the number itself, as attribute_value_raw.")
    return int(request.attribute_value)


class SessionFunctions(Generic[S]):
    """Close and SelfTest.

    Args:
        messages: NI's messages of the driver.
        sessions: The driver's sessions.
    """

    def __init__(self, messages: Messages, sessions: SessionTable[S]) -> None:
        self._messages = messages
        self._sessions = sessions

    def Close(self, request: Message) -> Message:
        """Close the session for all; outputs that are on stay on."""
        self._sessions.close(request.vi.name)
        return self._messages.CloseResponse()

    def SelfTest(self, request: Message) -> Message:
        """Pass."""
        self._sessions.find(request.vi.name)
        return self._messages.SelfTestResponse(self_test_message="Self test passed")
