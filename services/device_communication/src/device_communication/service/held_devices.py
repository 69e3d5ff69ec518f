"""Which devices are held by a thread of this process, so that none is opened twice."""

from __future__ import annotations

import threading
from collections.abc import Callable

from session_sharing.errors import UnavailableError


class HeldDevices:
    """The devices that are open, or hang while they are opened or closed.

    A session whose device hangs can be closed; the thread that hangs still holds the device, and
    a second one must not talk to it. `_guard` guards the names.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._keys: set[str] = set()

    def hold(self, name: str) -> Callable[[], None]:
        """Hold a device; return what lets it go.

        Raises:
            UnavailableError: It is held.
        """
        key = name.casefold()
        with self._guard:
            if key in self._keys:
                raise UnavailableError(
                    f"The device {name!r} cannot be opened: a call of an earlier session on it "
                    "still hangs. Switch the device off and on, or start the service anew.",
                    resource_name=name,
                    retry_delay=1.0,
                )
            self._keys.add(key)

        def let_go() -> None:
            with self._guard:
                self._keys.discard(key)

        return let_go
