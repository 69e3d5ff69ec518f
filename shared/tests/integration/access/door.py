"""A service with both doors, a plain one and one for clients with certificates, and who knocks."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from session_sharing.access import AccessRules
from session_sharing.client.administration import Administration
from session_sharing.testing.certificates import Authority
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import MemoryClient, MemoryDriver, add_memory_servicer
from session_sharing.tls import TlsFiles

LIMIT = 10.0  # seconds

Service = LocalService[list[str]]


class Doors:
    """Starts services, one at a time, and lets clients come by either door.

    Attributes:
        authority: The CA that both sides trust.
        service: The one that was started last.
    """

    service: Service

    def __init__(self, authority: Authority, folder: Path, stack: ExitStack) -> None:
        self.authority = authority
        self._folder = folder
        self._stack = stack

    def start(self, access: AccessRules | None = None) -> Service:
        """Start a service, with the sessions that the last one left."""
        self.service = LocalService(
            "memory",
            MemoryDriver(),
            add_memory_servicer,
            self._folder,
            access=access,
            network=self.authority.server(client_ca=self.authority.file),
        )
        return self._stack.enter_context(self.service)

    def stop(self) -> None:
        """Stop the service as a signal would, and wait until its folder is free."""
        self.service.stop()
        self.service._thread.join(LIMIT)

    def tls(self, name: str) -> TlsFiles | None:
        """Return the files of the client of this name; those without one have no certificate."""
        if not name:
            return None
        issued = self.authority.issue(name, f"{name}.example")
        return TlsFiles(self.authority.file, issued.certificate, issued.key)

    def address(self, name: str) -> str:
        """Return the door by which a client comes in: the plain one without a certificate."""
        return self.service.encrypted_address if name else self.service.address

    def attach(self, name: str, resource: str = "data") -> MemoryClient:
        """Attach as the client of this name."""
        address, tls = self.address(name), self.tls(name)
        client = MemoryClient(resource, address=address, tls=tls, wait=LIMIT)
        self._stack.callback(client._connection.close)  # Else it would look for it for ever.
        return client

    def administer(self, name: str) -> Administration:
        """Look at the service as the client of this name."""
        return Administration(self.address(name), self.tls(name))


def until(happened: Callable[[], bool]) -> None:
    """Wait until something has happened of which nobody tells."""
    deadline = time.monotonic() + LIMIT
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
