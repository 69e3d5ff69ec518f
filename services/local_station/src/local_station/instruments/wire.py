"""The stubs that NI's drivers bring; nothing else of this package imports them."""

from __future__ import annotations

from typing import Any

from nidcpower import nidcpower_pb2 as dcpower_messages
from nidcpower import nidcpower_pb2_grpc as dcpower_stubs
from nidmm import nidmm_pb2 as dmm_messages
from nidmm import nidmm_pb2_grpc as dmm_stubs

__all__ = [
    "DCPOWER_METHODS",
    "DCPOWER_NAME",
    "DMM_METHODS",
    "DMM_NAME",
    "Message",
    "Messages",
    "dcpower_messages",
    "dcpower_stubs",
    "dmm_messages",
    "dmm_stubs",
    "either",
]

Message = Any
"""One of NI's messages: the drivers bring no types."""

Messages = Any
"""A module of NI's messages."""

_DCPOWER = dcpower_messages.DESCRIPTOR.services_by_name["NiDCPower"]
_DMM = dmm_messages.DESCRIPTOR.services_by_name["NiDmm"]

DCPOWER_NAME: str = _DCPOWER.full_name
DMM_NAME: str = _DMM.full_name
DCPOWER_METHODS: tuple[str, ...] = tuple(_DCPOWER.methods_by_name)
DMM_METHODS: tuple[str, ...] = tuple(_DMM.methods_by_name)


def either(request: Message, field: str) -> int:
    """Return a number that may be given as one of an enumeration, or raw.

    Args:
        request: NI's message.
        field: The field of the enumeration; the raw one is called `<field>_raw`.
    """
    value: int = getattr(request, f"{field}_raw") or getattr(request, field)
    return value
