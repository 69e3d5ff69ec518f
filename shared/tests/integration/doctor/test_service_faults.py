"""The doctor on a station where everything is wrong with services: one look has to find it all."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from session_sharing import Behavior
from session_sharing.cli.doctor import gather
from session_sharing.cli.doctor.findings import Finding
from session_sharing.discovery.address import bind_refusal
from session_sharing.service import SessionEngine, about, binding
from session_sharing.service.orphans import Orphans
from session_sharing.testing.hosting import LocalService
from session_sharing.testing.memory import MemoryClient, MemoryDriver, add_memory_servicer
from session_sharing.utc import utc_now
from shared.tests.integration.doctor.sick_station import Discovery, Station, found, free_port

LIMIT = 10.0
MEBIBYTE = 1 << 20

MENDS = {
    "dead-service": "Start dead again",
    "silent-service": "end its process and start frozen again",
    "killed-service": "python -m killed",
    "left-sessions": "python -m left",
    "damaged-journal": "left.journal.damaged-1 when",
    "not-registered": "python -m lonely",
    "port-taken": "python -m taken --port N",
    "problem": "Mend what it names",
    "clock": "timedatectl",
    "orphan": "python -m session_sharing close",
    "broken-session": "--force",
    "close-pending": "--force",
    "disk-space": "Make room",
    "data-folder": "--data-dir",
    "library-version": "pip install --upgrade session-sharing",
    "grpc-version": "grpcio>=1.73",
    "proxy": "no_proxy=localhost",
    "one-loopback-family": "Restart half",
    "localhost": "`::1 localhost`",
}
NEEDS_IPV6 = {"one-loopback-family", "localhost"}


class ComplainingDriver(MemoryDriver):
    """A driver whose resources are in a bad state."""

    def check(self) -> Sequence[str]:
        """Return what is wrong."""
        return ["The disk of the lists is gone."]


@pytest.fixture(scope="module")
def findings(
    discovery: Discovery, environment: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Finding]]:
    """Plant all faults, and return what the doctor found, within its time."""
    station = Station(tmp_path_factory.mktemp("station"), environment)
    station.point_to(discovery.port)
    with ExitStack() as stack:
        sick = _sick_service(stack, station.home / "sick", environment)
        lonely = LocalService("lonely", MemoryDriver(), add_memory_servicer, station.data)
        stack.enter_context(lonely)
        discovery.known = {
            "sick": sick.address,
            "dead": f"localhost:{free_port()}",
            "frozen": f"localhost:{_frozen(stack)}",
            "half": _on_one_family(stack, station.home / "half", environment).address,
        }
        (station.data / "taken.port").write_text(str(_frozen(stack)), "utf-8")
        (station.data / "killed.port").write_text(str(free_port()), "utf-8")
        (station.data / ".killed.lock").write_text('{"process_id": 7}', "utf-8")
        _leave_a_session(stack, station.data)
        _lie_about_this_machine(environment, station.home / "sick")
        began = time.monotonic()
        found_there = found(folders=[station.data / "missing"])
        assert time.monotonic() - began < 5.0
        yield found_there
        discovery.known = {}


@pytest.mark.parametrize("check", MENDS)
def test_planted_fault_is_found_with_its_mend(findings: dict[str, Finding], check: str) -> None:
    """Each fault of a service, its sessions, its folder and its machine is found in one look."""
    if check in NEEDS_IPV6 and bind_refusal("::1") is not None:
        pytest.skip("this machine has one loopback family only")
    assert MENDS[check] in findings[check].mend


def test_nothing_else_is_found(findings: dict[str, Finding]) -> None:
    """What was not planted is not found."""
    assert findings.keys() <= MENDS.keys()


def _sick_service(
    stack: ExitStack, folder: Path, environment: pytest.MonkeyPatch
) -> LocalService[list[str]]:
    """Start a service with sessions that are an orphan, broken, and pending for two minutes."""
    sick = LocalService(
        "sick",
        ComplainingDriver(),
        add_memory_servicer,
        folder,
        lambda driver: SessionEngine(
            driver,
            clock=lambda: utc_now() - timedelta(minutes=2),
            orphans=Orphans(is_dead=lambda _: True),
        ),
    )
    stack.enter_context(sick)
    MemoryClient("orphan", Behavior.INITIALIZE_SESSION_THEN_DETACH, address=sick.address).detach()
    broken = stack.enter_context(MemoryClient("broken", address=sick.address))
    registry, executor = sick.engine._registry, sick.engine._executor
    sick.call(
        lambda: executor.carry_out(registry.broke(broken.session_name, "It is gone.", utc_now()))
    )
    stack.enter_context(MemoryClient("pending", address=sick.address))
    MemoryClient("pending", Behavior.ATTACH_TO_SESSION_THEN_CLOSE, address=sick.address).close()
    _until_not_serving(sick.address)
    return sick


def _leave_a_session(stack: ExitStack, folder: Path) -> None:
    """Stop a service under a client, and let it have had a damaged journal."""
    with LocalService("left", MemoryDriver(), add_memory_servicer, folder) as left:
        behavior = Behavior.INITIALIZE_SESSION_THEN_DETACH
        MemoryClient("rack", behavior, address=left.address).detach()
    (folder / "left.journal.damaged-1").touch()


def _until_not_serving(address: str) -> None:
    """Wait until the service has noticed what its driver says."""
    options = [("grpc.enable_http_proxy", 0)]
    with grpc.insecure_channel(address, options=options) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        for told in stub.Watch(health_pb2.HealthCheckRequest(), timeout=LIMIT):
            if told.status == health_pb2.HealthCheckResponse.NOT_SERVING:
                return


def _on_one_family(
    stack: ExitStack, folder: Path, environment: pytest.MonkeyPatch
) -> LocalService[list[str]]:
    """Start a service that listens on IPv4 only."""
    with environment.context() as patch:
        patch.setattr(binding, "existing_loopbacks", lambda: binding._LOOPBACKS[:1])
        half = LocalService("half", MemoryDriver(), add_memory_servicer, folder)
        return stack.enter_context(half)


def _frozen(stack: ExitStack) -> int:
    """Let somebody take connections and never answer, on IPv6 alone where there is one."""
    families = [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")]
    family, host = families[bind_refusal("::1") is not None]
    listening = stack.enter_context(socket.create_server((host, 0), family=family))
    port: int = listening.getsockname()[1]
    return port


def _lie_about_this_machine(environment: pytest.MonkeyPatch, sick: Path) -> None:
    """Let the clock, the versions, the disk, the hosts file and the proxies be wrong."""
    usage = shutil.disk_usage

    def nearly_full(path: Any) -> Any:
        return SimpleNamespace(free=50 * MEBIBYTE) if str(path) == str(sick) else usage(path)

    environment.setattr(shutil, "disk_usage", nearly_full)
    environment.setattr(about, "utc_now", lambda: utc_now() + timedelta(seconds=10))
    environment.setattr(about, "library_version", lambda: "0.0.1")
    environment.setattr(about, "grpc_version", lambda: "1.62.3")
    environment.setattr(gather, "library_version", lambda: "9.9.9")
    environment.setattr(gather, "localhost_addresses", lambda: frozenset({"127.0.0.1"}))
    environment.setenv("http_proxy", "http://proxy.example:80")
    for name in ("no_proxy", "no_grpc_proxy"):
        environment.delenv(name, raising=False)
