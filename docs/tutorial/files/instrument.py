"""What is shared: a scope, which captures what it is set to."""

from __future__ import annotations

import math

from google.protobuf.message import Message

from scope_capture.wire import scope_capture_pb2
from session_sharing.errors import InternalError, InvalidRequestError

MAXIMUM_SAMPLES = 10_000


class Scope:
    """A scope whose input is a sine of a settable level. Yours talks to a driver instead."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._settings: dict[str, float] = {}

    def set(self, name: str, value: float) -> None:
        """Change a setting."""
        self._settings[self._checked(name)] = value

    def get(self, name: str) -> float:
        """Return a setting; 0 if it was never set."""
        return self._settings.get(self._checked(name), 0.0)

    def capture(self, samples: int) -> list[float]:
        """Return samples of one period."""
        if not 0 < samples <= MAXIMUM_SAMPLES:
            raise InvalidRequestError(
                f"{self._address} captures 1 to {MAXIMUM_SAMPLES} samples, not {samples}."
            )
        level = self.get("level")
        return [level * math.sin(math.tau * index / samples) for index in range(samples)]

    def close(self) -> None:
        """Let the scope go."""

    def _checked(self, name: str) -> str:
        if not name:
            raise InvalidRequestError(f"A setting of {self._address} has no name. Give one.")
        return name


# Yours: open your instrument.
def open_instrument(address: str) -> Scope:
    """Open the scope of this name in the pin map."""
    return Scope(address)


# Yours: a case for each RPC of the proto.
def operate(instrument: Scope, request: Message) -> Message:
    """Carry out one operation. All of one scope are called in one thread, one by one."""
    match request:
        case scope_capture_pb2.WriteRequest():
            instrument.set(request.name, request.value)
            return scope_capture_pb2.WriteResponse()
        case scope_capture_pb2.ReadRequest():
            return scope_capture_pb2.ReadResponse(value=instrument.get(request.name))
        case scope_capture_pb2.CaptureRequest():
            captured = instrument.capture(request.samples)
            return scope_capture_pb2.CaptureResponse(values=captured)
        case _:
            raise InternalError(
                f"`operate` has no case for a {type(request).__name__} yet. Add one."
            )
