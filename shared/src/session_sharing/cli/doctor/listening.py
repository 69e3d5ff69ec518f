"""Who takes connections on this machine's loopback, and elsewhere."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from functools import partial

from session_sharing.cli.doctor.side_by_side import PROBE_SECONDS, Looks
from session_sharing.discovery.address import (
    addresses_of,
    answers,
    bind_refusal,
    split_address,
)
from session_sharing.errors import InvalidRequestError


class Connecting:
    """Connects to every address of some hosts, side by side, from now on.

    Args:
        addresses: Addresses as host:port.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._tried = [(address, host) for address in addresses for host in _hosts(address)]
        self._looks = Looks([partial(_takes, address, host) for address, host in self._tried])

    def results(self) -> Mapping[str, Mapping[str, bool]]:
        """Return for each address which addresses of its host take connections."""
        results: dict[str, dict[str, bool]] = {address: {} for address in self._addresses}
        for (address, host), takes in zip(self._tried, self._looks.results(), strict=True):
            results[address][host] = bool(takes)
        return results


def localhost_addresses() -> frozenset[str]:
    """Return what `localhost` stands for; nothing if it stands for nothing."""
    try:
        found = socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)
    except OSError:
        return frozenset()
    return frozenset(str(address[0]) for *_, address in found)


def is_localhost(address: str) -> bool:
    """Tell whether an address is named by `localhost`."""
    return split_address(address)[0].lower() == "localhost"


def _hosts(address: str) -> tuple[str, ...]:
    """Return the addresses of a host, of loopback only those that this machine has.

    What is no address has none: discovery may know services by texts of any kind.
    """
    try:
        hosts = addresses_of(split_address(address)[0])
    except InvalidRequestError:
        return ()
    return hosts if len(hosts) == 1 else tuple(one for one in hosts if bind_refusal(one) is None)


def _takes(address: str, host: str) -> bool:
    port = split_address(address)[1]
    return answers(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", PROBE_SECONDS)
