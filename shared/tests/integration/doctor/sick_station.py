"""A station to make sick, with a discovery service that names what it is told."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from session_sharing.cli.doctor.findings import Finding
from session_sharing.cli.doctor.gather import gather
from session_sharing.cli.doctor.judge import judge
from session_sharing.discovery.address import bind_refusal
from session_sharing.wire.generated import discovery_pb2 as wire

DISCOVERY = "ni.measurementlink.discovery.v1.DiscoveryService"


class Discovery:
    """A discovery service that names whatever it is told, dead or alive, as NI's does.

    Attributes:
        port: Where it listens, on every loopback family that there is.
        known: The services that it names: names and addresses, as `localhost:7`; with an encrypted
            port besides, or alone, as `localhost:7/8` and `localhost:/8`.

    Args:
        is_old: It is one of before `EnumerateActiveServices`.
    """

    def __init__(self, *, is_old: bool = False) -> None:
        self.known: dict[str, str] = {}
        self._server = grpc.server(ThreadPoolExecutor(2, "discovery"))
        methods = (
            {
                "EnumerateServices": (self._describe, wire.EnumerateServicesRequest),
                "ResolveService": (self._resolve, wire.ResolveServiceRequest),
            }
            if is_old
            else {"EnumerateActiveServices": (self._list, wire.EnumerateActiveServicesRequest)}
        )
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(
                method,
                request_deserializer=request.FromString,
                response_serializer=lambda message: message.SerializeToString(),
            )
            for name, (method, request) in methods.items()
        }
        self._server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(DISCOVERY, handlers)]
        )
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        if bind_refusal("::1") is None:
            self._server.add_insecure_port(f"[::1]:{self.port}")
        self._server.start()

    def _list(self, *_: Any) -> wire.EnumerateActiveServicesResponse:
        active = [
            wire.ActiveService(service_descriptor=_descriptor(name), service_location=_at(address))
            for name, address in self.known.items()
        ]
        return wire.EnumerateActiveServicesResponse(active_services=active)

    def _describe(self, *_: Any) -> wire.EnumerateServicesResponse:
        return wire.EnumerateServicesResponse(available_services=map(_descriptor, self.known))

    def _resolve(self, request: wire.ResolveServiceRequest, _: Any) -> wire.ServiceLocation:
        return _at(self.known[request.service_class])

    def stop(self) -> None:
        """End it."""
        self._server.stop(None).wait()


def _descriptor(name: str) -> wire.ServiceDescriptor:
    return wire.ServiceDescriptor(service_class=name, provided_interfaces=["of.Everybody"])


def _at(address: str) -> wire.ServiceLocation:
    location, _, ports = address.rpartition(":")
    port, _, encrypted = ports.partition("/")
    return wire.ServiceLocation(
        location=location, insecure_port=port, ssl_authenticated_port=encrypted
    )


class Station:
    """A home with a key file and a data folder of its own, for this process."""

    def __init__(self, folder: Path, environment: pytest.MonkeyPatch) -> None:
        self.home = folder / "home"
        self.data = folder / "data"
        self.home.mkdir()
        self.data.mkdir()
        for name in ("grpc_proxy", "https_proxy", "http_proxy"):
            environment.delenv(name, raising=False)
        environment.setenv("LOCAL_STATION_HOME", str(self.home))
        environment.setenv("SESSION_SHARING_DATA", str(self.data))

    @property
    def key_file(self) -> Path:
        """Where programs look for discovery."""
        return self.home / "DiscoveryService.json"

    def point_to(self, port: int) -> None:
        """Write the key file."""
        self.key_file.write_text(json.dumps({"InsecurePort": str(port)}), "utf-8")


def found(*, folders: Sequence[Path] = ()) -> dict[str, Finding]:
    """Examine this station; return the last finding of each kind of fault."""
    return {finding.check: finding for finding in judge(gather((), folders))}


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
