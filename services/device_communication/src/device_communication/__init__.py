"""Device communication: one device, one session, many programs. This is the client's side."""

from device_communication.client import (
    INSTRUMENT_TYPE,
    DeviceCommunicationClient,
    DeviceCommunicationSessionConstructor,
)
from device_communication.protocol import Protocol

__all__ = [
    "INSTRUMENT_TYPE",
    "DeviceCommunicationClient",
    "DeviceCommunicationSessionConstructor",
    "Protocol",
]
