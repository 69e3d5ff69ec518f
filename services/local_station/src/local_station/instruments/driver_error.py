"""What a driver answers that refuses: NI's code and a text, in no class of the project's tree.

The codes belong to NI's drivers, whose users compare them. On the wire such an answer is UNKNOWN
with the code in the trailing metadata, as NI gRPC Device Server sends it.
"""

from __future__ import annotations

INVALID_SESSION = -1074130544
ATTRIBUTE_UNKNOWN = -1074135028
ATTRIBUTE_READ_ONLY = -1074135027
VALUE_INVALID = -1074135024
FUNCTION_UNSUPPORTED = -1074135023
TYPES_DIFFER = -1074135019
CHANNEL_UNKNOWN = -1074135008
CHANNEL_NOT_ALLOWED = -1074134971
OPTION_UNKNOWN = -1074134964
DEVICE_NOT_FOUND = -1074097793
DCPOWER_TIMEOUT = -1074116059
DMM_NOT_INITIATED = -1074118641
DMM_TIMEOUT = -1074126845
DMM_OVER_RANGE = 1073356801
"""A warning: the reading is not a number."""

TEXTS = {
    INVALID_SESSION: "The session handle is not valid.",
    ATTRIBUTE_UNKNOWN: "Attribute ID not recognized.",
    ATTRIBUTE_READ_ONLY: "Attribute is read-only.",
    VALUE_INVALID: "Invalid value for parameter or property.",
    FUNCTION_UNSUPPORTED: "Function or method not supported.",
    TYPES_DIFFER: "The types of the attribute and of the value do not match.",
    CHANNEL_UNKNOWN: "Unknown channel or repeated capability name.",
    CHANNEL_NOT_ALLOWED: "The channel or repeated capability name is not allowed.",
    OPTION_UNKNOWN: "The option string parameter contains an entry with an unknown option value.",
    DEVICE_NOT_FOUND: "The specified device cannot be found.",
    DCPOWER_TIMEOUT: "The operation did not complete within the time-out.",
    DMM_NOT_INITIATED: "There is nothing to fetch: initiate was not called, or abort was.",
    DMM_TIMEOUT: "Max Time exceeded before operation completed.",
    DMM_OVER_RANGE: "Over range: the measured value exceeds the range.",
}


class DriverError(Exception):
    """A driver refuses.

    Args:
        code: NI's code, negative.
        details: What it is about, and what to do.

    Attributes:
        code: NI's code.
        text: What the code means, and the details.
    """

    def __init__(self, code: int, details: str = "") -> None:
        self.code = code
        self.text = f"{TEXTS[code]} {details}".rstrip()
        super().__init__(self.text)


def message_of(code: int) -> str:
    """Return what a code means."""
    if code == 0:
        return "No error."
    return TEXTS.get(code, f"The simulated instruments know no status code {code}.")


def unsimulated(what: str) -> DriverError:
    """Return the refusal of something that the simulation lacks.

    Args:
        what: Its name, as the driver's documentation has it.
    """
    return DriverError(FUNCTION_UNSUPPORTED, f"{what} is not simulated by local_station.")
