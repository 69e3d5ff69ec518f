"""The operator's commands, and programs that find services by discovery, with certificates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from session_sharing import AuthenticationError, UnavailableError, cli
from session_sharing.cli.journals import idle_journals
from session_sharing.cli.watching import Changed, Trouble, Watching
from session_sharing.service import NetworkOptions
from session_sharing.testing.memory import SERVICE, MemoryClient
from session_sharing.tls import TlsFiles
from session_sharing.tls.files import CA_VARIABLE, CERTIFICATE_VARIABLE, KEY_VARIABLE
from shared.tests.integration.doctor.sick_station import Discovery, Station, found
from shared.tests.integration.tls.floor import Floor

LIMIT = 10.0  # seconds


@pytest.fixture
def discovery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Discovery]:
    """Let programs find a discovery service that knows nothing yet."""
    running = Discovery(is_old=True)
    Station(tmp_path, monkeypatch).point_to(running.port)
    yield running
    running.stop()


def port_of(address: str) -> str:
    return address.rpartition(":")[2]


def encrypt(monkeypatch: pytest.MonkeyPatch, tls: TlsFiles) -> None:
    """Let the environment name files."""
    monkeypatch.setenv(CA_VARIABLE, str(tls.ca))
    if tls.certificate is not None:
        monkeypatch.setenv(CERTIFICATE_VARIABLE, str(tls.certificate))
        monkeypatch.setenv(KEY_VARIABLE, str(tls.key))


def test_discovery_leads_to_the_port_that_was_asked_for(floor: Floor, discovery: Discovery) -> None:
    """With files a client takes the encrypted port, without them the other, and never the wrong."""
    service, tls = floor.server("mutual"), floor.tls("station-7")
    plain, encrypted = port_of(service.address), port_of(service.encrypted_address)
    discovery.known = {SERVICE: f"localhost:{plain}/{encrypted}"}
    with MemoryClient("both", tls=tls) as secured, MemoryClient("both") as unsecured:
        assert port_of(secured._connection.address) == encrypted
        assert port_of(unsecured._connection.address) == plain
    discovery.known = {SERVICE: f"localhost:{plain}"}
    with pytest.raises(UnavailableError, match=r"offers no encrypted port.*nothing was sent"):
        MemoryClient("one", tls=tls)
    discovery.known = {SERVICE: f"localhost:/{encrypted}"}
    with pytest.raises(UnavailableError, match=CA_VARIABLE):
        MemoryClient("one")


def test_list_and_watch_ask_by_the_encrypted_port(
    floor: Floor,
    discovery: Discovery,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`list` and `watch` use the files of the environment, and say which services are unasked."""
    service = floor.server("mutual")
    discovery.known = {
        "memory": f"localhost:/{port_of(service.encrypted_address)}",
        "plain": service.address,
    }
    assert cli.main(["list", "--json"]) == 1
    told = capsys.readouterr().err
    assert f"memory at {service.encrypted_address} has only an encrypted port" in told
    assert CA_VARIABLE in told
    encrypt(monkeypatch, floor.tls("operator"))
    with MemoryClient("listed", address=service.encrypted_address) as client:
        assert cli.main(["list", "--json"]) == 0
        output = capsys.readouterr()
        (told_session,) = json.loads(output.out)
        assert told_session["address"] == service.encrypted_address
        assert told_session["session"] == client.public_id
        assert "no encrypted port: plain" in output.err
        with closing(Watching()) as watching:
            assert isinstance(watching.next(), Changed)


def test_watch_and_list_tell_a_certificate_that_is_refused(
    floor: Floor,
    discovery: Discovery,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An operator with the wrong files reads which file it is, from each command."""
    service = floor.server("mutual")
    discovery.known = {"memory": f"localhost:/{port_of(service.encrypted_address)}"}
    encrypt(monkeypatch, floor.foreign_client())
    assert cli.main(["list"]) == 1
    assert "strange-guest.pem" in capsys.readouterr().err
    with closing(Watching()) as watching:
        told = watching.next()
    assert isinstance(told, Trouble)
    assert "strange-guest.pem" in told.text
    with pytest.raises(AuthenticationError, match=r"strange-guest\.pem"):
        MemoryClient("data", address=service.encrypted_address)


def test_doctor_tells_what_is_wrong_with_certificates(
    floor: Floor, discovery: Discovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doctor finds services that refuse its files, and those for which it has none."""
    service = floor.server("mutual")
    discovery.known = {"memory": f"localhost:/{port_of(service.encrypted_address)}"}
    assert f"memory at {service.encrypted_address}" in found()["only-encrypted"].what
    encrypt(monkeypatch, floor.foreign_client())
    finding = found()["no-secure-connection"]
    assert "strange-guest.pem" in finding.what
    assert "silent-service" not in found()
    encrypt(monkeypatch, floor.tls("operator"))
    assert not {"no-secure-connection", "only-encrypted"} & found().keys()


def test_service_with_an_encrypted_port_alone_is_running(floor: Floor) -> None:
    """What lies in a data folder whose service has no other port is not told as left behind."""
    only = NetworkOptions(floor.ours.server("alone").tls, tls_only=True)
    service = floor.start("alone", only)
    assert service.address == service.encrypted_address
    assert idle_journals(floor.folder / "data-alone") == []
    service.stop()
    service._thread.join(LIMIT)
    assert [journal.name for journal in idle_journals(floor.folder / "data-alone")] == ["memory"]
