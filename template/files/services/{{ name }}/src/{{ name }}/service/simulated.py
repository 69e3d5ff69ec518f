"""A simulated instrument: with it all works before the real one is there."""

from __future__ import annotations

from session_sharing.errors import InvalidRequestError


class SimulatedInstrument:
    """Keeps what is written under a name as long as it is open. Used in one thread alone.

    Args:
        address: The name under which a real one would be found.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._values: dict[str, float] = {}

    def write(self, name: str, value: float) -> None:
        """Keep a value.

        Raises:
            InvalidRequestError: The name is empty.
        """
        self._check(name)
        self._values[name] = value

    def read(self, name: str) -> float:
        """Return the value that was written last under a name; 0 if none was.

        Raises:
            InvalidRequestError: The name is empty.
        """
        self._check(name)
        return self._values.get(name, 0.0)

    def close(self) -> None:
        """Forget everything."""
        self._values.clear()

    def _check(self, name: str) -> None:
        if not name:
            raise InvalidRequestError(
                f"What is to be written to or read from {self.address} has no name. Give one."
            )
