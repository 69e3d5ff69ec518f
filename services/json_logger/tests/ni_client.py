"""A client of NI's contract, written from the contract alone, down to the bytes of protobuf.

It uses no stubs, so that it can live in one process with ours, and knows nothing of the service but
the names, numbers and types of section 7 of the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from session_sharing.tls import TlsFiles, open_channel

SERVICE = "json_logger.JsonLogger"
UNSPECIFIED, INITIALIZE_NEW, ATTACH_TO_EXISTING = 0, 1, 2
DEADLINE = 20.0  # seconds


def varint(number: int) -> bytes:
    """Encode an integer; a negative one as 64 bits."""
    number &= (1 << 64) - 1
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def integer_field(field: int, number: int) -> bytes:
    """Encode an integer, an enumeration or a bool; the default is left out."""
    return varint(field << 3) + varint(number) if number else b""


def bytes_field(field: int, content: bytes) -> bytes:
    """Encode an embedded message."""
    return varint(field << 3 | 2) + varint(len(content)) + content


def text_field(field: int, text: str) -> bytes:
    """Encode a text; the default is left out."""
    return bytes_field(field, text.encode()) if text else b""


def map_field(field: int, mapping: Mapping[str, str]) -> bytes:
    """Encode a map of texts."""
    return b"".join(
        bytes_field(field, text_field(1, key) + text_field(2, value))
        for key, value in mapping.items()
    )


def decode(message: bytes) -> dict[int, int | bytes]:
    """Decode the integers, texts and embedded messages of a message."""
    fields: dict[int, int | bytes] = {}
    place = 0

    def next_varint() -> int:
        nonlocal place
        number = shift = 0
        while True:
            byte = message[place]
            place += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while place < len(message):
        tag = next_varint()
        number = next_varint()
        if tag & 7 == 2:
            fields[tag >> 3] = message[place : place + number]
            place += number
        else:
            assert tag & 7 == 0
            fields[tag >> 3] = number
    return fields


class NiClient:
    """Calls the three methods of NI's contract."""

    def __init__(self, address: str, tls: TlsFiles | None = None) -> None:
        self._channel = open_channel(address, tls, [("grpc.use_local_subchannel_pool", 1)])

    def _call(self, method: str, request: bytes) -> dict[int, int | bytes]:
        call: Any = self._channel.unary_unary(f"/{SERVICE}/{method}")
        return decode(call(request, timeout=DEADLINE))

    def initialize(self, file_path: str, behavior: int = UNSPECIFIED) -> tuple[str, bool]:
        """Call InitializeFile; return the session name and whether the session is new."""
        request = text_field(1, file_path) + integer_field(2, behavior)
        answer = self._call("InitializeFile", request)
        name = answer[1]
        assert isinstance(name, bytes)
        assert answer.keys() <= {1, 2}
        return name.decode(), bool(answer.get(2, 0))

    def log(
        self,
        session_name: str,
        measurement_name: str = "NI",
        timestamp: tuple[int, int] | None = None,
        configurations: Mapping[str, str] | None = None,
        outputs: Mapping[str, str] | None = None,
    ) -> None:
        """Call LogMeasurementData; the timestamp is in seconds and nanoseconds."""
        request = text_field(1, session_name) + text_field(2, measurement_name)
        if timestamp is not None:
            seconds, nanos = timestamp
            request += bytes_field(3, integer_field(1, seconds) + integer_field(2, nanos))
        request += map_field(4, configurations or {}) + map_field(5, outputs or {})
        assert self._call("LogMeasurementData", request) == {}

    def close_file(self, session_name: str) -> None:
        """Call CloseFile."""
        assert self._call("CloseFile", text_field(1, session_name)) == {}

    def disconnect(self) -> None:
        """Go away without a word."""
        self._channel.close()
