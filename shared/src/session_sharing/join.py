"""Joining a program that was written for NI's SDK to the local station.

Two things of NI's need more than every machine has, and are replaced here, each at one seam:

- `DiscoveryClient` asks a function for the address of discovery, and that function knows only
  Windows. It is replaced whole: its parts would, where no file lock stops them, empty and delete
  the key file of a running station.
- A `MeasurementService` binds `[::1]` and nothing else. Where that does not exist, `grpc.server` is
  replaced by a maker of the same servers, which bind `127.0.0.1`. The SDK calls `grpc.server` by
  that public name when it hosts, so it does not matter when it is imported, nor whether: an
  import hook would be more code, and grpc's server class is private. Elsewhere grpc is left alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType

import grpc

from session_sharing.discovery import discovery_address, discovery_is_named
from session_sharing.discovery.address import bind_refusal
from session_sharing.discovery.ni_software import ni_key_file_folder
from session_sharing.errors import PreconditionError

_NI_CLIENT = "ni.measurementlink.discovery.v1.client"
_ADDRESS_FUNCTION = "_get_discovery_service_address"
_IPV6_LOOPBACK = "[::1]:"


def join_local_station() -> None:
    """Let NI's `DiscoveryClient` and `MeasurementService` in this process use the local station.

    Call it at the start of a program, before or after importing NI's packages; a second call does
    no harm. Each look-up reads anew where the station is, so the station may be started later.
    Where NI's discovery package is not installed, and on a machine with NI's software, it does
    nothing; but `SESSION_SHARING_DISCOVERY` names the discovery service on any machine.

    Raises:
        PreconditionError: NI's installed discovery client is of a form that cannot be joined.
    """
    if ni_key_file_folder() is not None and not discovery_is_named():
        return
    # `_client` took the function from `_support` by name, so both hold it.
    modules = [_module(f"{_NI_CLIENT}.{name}") for name in ("_client", "_support")]
    installed = [module for module in modules if module is not None]
    _redirect_discovery(installed)
    if installed and bind_refusal("::1") is not None:
        _bind_ipv4_instead()


def _redirect_discovery(modules: Sequence[ModuleType]) -> None:
    for module in modules:
        if not hasattr(module, _ADDRESS_FUNCTION):
            raise PreconditionError(
                f"The installed {_NI_CLIENT} cannot be joined to the local station: it has no "
                f"{module.__name__}.{_ADDRESS_FUNCTION}. Install a release below 2 of it."
            )
        setattr(module, _ADDRESS_FUNCTION, discovery_address)


def _module(name: str) -> ModuleType | None:
    """Import a module; None if it, or the package that it belongs to, is not installed."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if is_part_of(name, error.name):
            return None
        raise


def is_part_of(name: str, package: str | None) -> bool:
    """Tell whether a module is a package, or lies within it, by their full names."""
    return bool(package) and f"{name}.".startswith(f"{package}.")


def _bind_ipv4_instead() -> None:
    if not isinstance(grpc.server, _Ipv4Servers):
        grpc.server = _Ipv4Servers(grpc.server)


class _Ipv4Servers:
    """Makes grpc's servers so that they bind 127.0.0.1 when asked for [::1]."""

    def __init__(self, make: Callable[..., grpc.Server]) -> None:
        self._make = make

    def __call__(self, *args: object, **options: object) -> grpc.Server:
        server = self._make(*args, **options)
        add_insecure_port = server.add_insecure_port

        def add_on_ipv4(address: str) -> int:
            if address.startswith(_IPV6_LOOPBACK):
                address = address.replace(_IPV6_LOOPBACK, "127.0.0.1:", 1)
            return add_insecure_port(address)

        server.add_insecure_port = add_on_ipv4  # type: ignore[method-assign]
        return server
