"""Certificates and ports at the start of a server."""

from __future__ import annotations

import asyncio
import io
import logging
import select
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from session_sharing.errors import CertificateFileError, InvalidRequestError, UnavailableError
from session_sharing.service import (
    HostingOptions,
    Listening,
    NetworkOptions,
    ServerTls,
    hosting,
    serve,
)
from session_sharing.service.certificates import ServerCertificates
from session_sharing.testing.memory import MemoryClient
from session_sharing.tls import TlsFiles
from shared.tests.integration.tls.floor import FUTURE, PAST, Floor

LIMIT = 10.0


def of(floor: Floor, name: str, **dates: object) -> ServerTls:
    issued = floor.ours.issue(name, **dates)  # type: ignore[arg-type]
    return ServerTls(issued.certificate, issued.key)


def mixed(floor: Floor) -> ServerTls:
    return ServerTls(of(floor, "mixed-a").certificate, of(floor, "mixed-b").key)


def of_client(files: TlsFiles) -> ServerTls:
    return ServerTls(Path(files.certificate or ""), Path(files.key or ""))


def with_ca(floor: Floor, ca: Path) -> ServerTls:
    own = of(floor, "own")
    return ServerTls(own.certificate, own.key, ca)


def too_large(floor: Floor) -> Path:
    return floor.file("large.pem", floor.ours.file.read_text().ljust((1 << 20) + 1))


UNUSABLE: dict[str, tuple[Callable[[Floor], ServerTls], tuple[str, ...]]] = {
    "missing": (
        lambda floor: ServerTls(floor.folder / "no.pem", floor.ours.file),
        ("no.pem", "No such file", "Check the path"),
    ),
    "no certificate": (
        lambda floor: ServerTls(floor.file("text.pem", "text"), floor.ours.file),
        ("text.pem holds no certificate in PEM",),
    ),
    "empty": (lambda floor: ServerTls(floor.file("0.pem", ""), floor.ours.file), ("0.pem holds",)),
    "damaged": (
        lambda floor: ServerTls(floor.damaged(of(floor, "cut").certificate), of(floor, "cut").key),
        ("damaged-ours-cut.pem", "cannot be used"),
    ),
    "key of another": (mixed, ("ours-mixed-b.key does not belong to", "ours-mixed-a.pem")),
    "key that gRPC cannot use": (
        lambda floor: of_client(floor.client_of_rare_key()),
        ("rare.pem is on the curve P-521", "issued for another key"),
    ),
    "encrypted key": (
        lambda floor: of_client(floor.locked_client()),
        ("ours-locked.key is encrypted", "openssl pkey"),
    ),
    "expired": (lambda floor: of(floor, "e", **PAST), ("ours-e.pem (", "expired at 2020", "Renew")),
    "not valid yet": (
        lambda floor: of(floor, "f", **FUTURE),
        ("ours-f.pem (", "valid only from 2090", "set the clock"),
    ),
    "CA missing": (lambda floor: with_ca(floor, floor.folder / "no-ca.pem"), ("no-ca.pem cannot",)),
    "CA empty": (lambda floor: with_ca(floor, floor.file("e.pem", "")), ("e.pem holds no",)),
    "CA in a file that is too large": (
        lambda floor: with_ca(floor, too_large(floor)),
        ("large.pem has more than 1048576 bytes", "certificate of a CA"),
    ),
    "CA that is none": (
        lambda floor: with_ca(floor, floor.ours.issue("no-ca").certificate),
        ("ours-no-ca.pem holds no certificate of a CA",),
    ),
}


@pytest.mark.parametrize(("files", "told"), UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_certificate_ends_the_start(
    floor: Floor, files: Callable[[Floor], ServerTls], told: tuple[str, ...]
) -> None:
    """A server with a certificate that nobody would take does not start: it names the file."""
    with pytest.raises(CertificateFileError) as caught:
        asyncio.run(ServerCertificates(files(floor)).load())
    for word in told:
        assert word in caught.value.message


@pytest.mark.skipif(sys.platform == "win32", reason="there lists say who may read")
def test_key_that_others_may_read_is_told(floor: Floor, caplog: pytest.LogCaptureFixture) -> None:
    """A key that is no secret works, with a warning at every start that names it."""
    files = of(floor, "readable")
    asyncio.run(ServerCertificates(files).load())
    assert caplog.text == ""
    files.key.chmod(0o644)
    asyncio.run(ServerCertificates(files).load())
    assert f"Other users may read the private key {files.key}" in caplog.text


class Nothing:
    """What is hosted: a server without services."""

    async def nothing(self) -> None:
        """Do nothing."""

    add_to = staticmethod(lambda server: None)
    stopping = stopped = nothing

    async def started(self, listening: Listening) -> None:
        """Remember the ports."""
        self.ports = listening.ports


class Out(io.StringIO):
    """Standard output, which tells of the ready line."""

    def __init__(self) -> None:
        super().__init__()
        self.ready = asyncio.Event()

    def flush(self) -> None:
        """Tell."""
        self.ready.set()


def served(folder: Path, network: NetworkOptions, port: int | None = None) -> tuple[Nothing, str]:
    """Serve for a moment; return what was hosted, and what was printed."""

    async def whole() -> tuple[Nothing, str]:
        hosted, stop, out = Nothing(), asyncio.Event(), Out()
        options = HostingOptions("program", port, folder, network=network)
        serving = asyncio.create_task(serve(hosted, options, stop, out=out), name="serving")
        ready = asyncio.create_task(out.ready.wait(), name="ready")
        await asyncio.wait({serving, ready}, timeout=LIMIT, return_when="FIRST_COMPLETED")
        ready.cancel()
        stop.set()
        await asyncio.wait_for(serving, LIMIT)
        return hosted, out.getvalue()

    return asyncio.run(whole())


def test_both_ports_are_those_of_the_last_run(floor: Floor, tmp_path: Path) -> None:
    """Clients find both ports where they were; the ready line names the one without encryption."""
    network = floor.ours.server("again")
    first, printed = served(tmp_path, network)
    assert printed == f"program ready: localhost:{first.ports.plain}\n"
    assert served(tmp_path, network)[0].ports == first.ports
    only, printed = served(tmp_path, NetworkOptions(network.tls, tls_only=True))
    assert (only.ports.plain, only.ports.encrypted) == (None, first.ports.encrypted)
    assert printed == f"program ready: localhost:{only.ports.encrypted}\n"
    assert {file.name for file in tmp_path.iterdir()} == {"program.tls-port"}


def test_address_of_another_machine_is_refused(floor: Floor, tmp_path: Path) -> None:
    """An address that this machine has not is named, with the option that named it."""
    network = NetworkOptions(floor.ours.server("far").tls, bind=("192.0.2.1",))
    with pytest.raises(UnavailableError, match=r"192\.0\.2\.1.*--bind, or 0\.0\.0\.0"):
        served(tmp_path, network)


def test_encrypted_port_that_is_taken_is_named(floor: Floor, tmp_path: Path) -> None:
    """`--tls-port N` means N: taken by others, or wanted for both ports, it ends the start."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        network = NetworkOptions(floor.ours.server("both").tls, tls_port=port)
        with pytest.raises(UnavailableError, match=f"Port {port} is not free.*--tls-port"):
            served(tmp_path, network)
        with pytest.raises(InvalidRequestError, match=f"are both {port}"):
            served(tmp_path, network, port)


def test_port_without_encryption_that_is_not_wanted_is_refused(
    floor: Floor, tmp_path: Path
) -> None:
    """`--tls-only --port N` would let operators think that N is encrypted, and used."""
    network = NetworkOptions(floor.ours.server("only").tls, tls_only=True)
    with pytest.raises(InvalidRequestError, match=r"--port 31999 .*Write --tls-port 31999"):
        served(tmp_path, network, 31999)
    assert served(tmp_path, network, 0)[0].ports.plain is None


@pytest.mark.skipif(sys.platform == "win32", reason="its firewall asks who sits before the screen")
def test_port_without_encryption_on_a_network_is_told_at_every_start(
    floor: Floor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Who asked for it is reminded each time; the encrypted port needs no warning."""
    for _ in range(2):
        caplog.clear()
        served(tmp_path, NetworkOptions(insecure_bind=("0.0.0.0",)))
        warnings = [entry for entry in caplog.records if entry.levelno == logging.WARNING]
        assert ["0.0.0.0 WITHOUT ENCRYPTION" in entry.getMessage() for entry in warnings] == [True]
    caplog.clear()
    served(tmp_path, NetworkOptions(floor.ours.server("wide").tls, bind=("0.0.0.0",)))
    assert not [entry for entry in caplog.records if entry.levelno >= logging.WARNING]


def test_who_connects_and_says_nothing_is_let_go(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that never shakes hands is closed in 10 s, so nobody piles them up."""
    options = dict(hosting.SERVER_OPTIONS)
    assert options["grpc.server_handshake_timeout_ms"] <= 10_000
    options["grpc.server_handshake_timeout_ms"] = 100
    monkeypatch.setattr(hosting, "SERVER_OPTIONS", tuple(options.items()))
    service = floor.start("patient", floor.ours.server("patient"))
    port = int(service.encrypted_address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), LIMIT) as silent:
        assert silent.recv(1) == b""


def test_crowd_of_silent_strangers_leaves_clients_and_files_alone(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More connections than an address takes are closed at once; who is connected goes on."""
    monkeypatch.setattr(hosting, "connections_of_an_address", lambda: 3)
    service = floor.start("crowded", floor.ours.server("crowded"))
    address = service.encrypted_address
    port = int(address.rpartition(":")[2])
    with MemoryClient("data", address=address, tls=floor.tls()) as client, ExitStack() as crowd:
        strangers = [
            crowd.enter_context(socket.create_connection(("127.0.0.1", port), LIMIT))
            for _ in range(8)
        ]
        closed, _, _ = select.select(strangers, [], [], LIMIT)
        assert closed
        assert closed[0].recv(1) == b""
        client.touch()
        with MemoryClient("data", address=service.address) as neighbour:
            neighbour.touch()
