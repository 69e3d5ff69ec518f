"""What an operator may ask of the network, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from session_sharing.discovery import ServiceLocation
from session_sharing.errors import InvalidRequestError
from session_sharing.service import (
    NetworkOptions,
    Ports,
    ServerTls,
    parse_with_config,
    service_options,
    service_parser,
)

TLS = ServerTls(Path("a.pem"), Path("a.key"))
FILES = ["--tls-certificate", "a.pem", "--tls-key", "a.key"]


def network(*arguments: str) -> NetworkOptions:
    """Return what the command line of a service says."""
    parser = service_parser("any", "It does nothing.")
    return service_options("any", parse_with_config(parser, arguments)).network


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], NetworkOptions()),
        (["--bind", "127.0.0.1", "--bind", "::1"], NetworkOptions(bind=("127.0.0.1", "::1"))),
        (FILES, NetworkOptions(TLS)),
        (
            [*FILES, "--tls-client-ca", "ca.pem", "--tls-port", "7", "--bind", "0.0.0.0"],
            NetworkOptions(
                ServerTls(TLS.certificate, TLS.key, Path("ca.pem")), 7, bind=("0.0.0.0",)
            ),
        ),
        (
            ["--insecure-bind", "10.0.0.1", "--advertise", "logger.example"],
            NetworkOptions(insecure_bind=("10.0.0.1",), advertise="logger.example"),
        ),
        ([*FILES, "--tls-only"], NetworkOptions(TLS, tls_only=True)),
    ],
)
def test_options_arrive(arguments: list[str], expected: NetworkOptions) -> None:
    """Each option is what it says; without any, only loopback is listened on."""
    assert network(*arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--bind", "0.0.0.0"], "needs encryption: give --tls-certificate and --tls-key"),
        (["--bind", "0.0.0.0"], "write --insecure-bind 0.0.0.0"),
        (["--bind", "::"], "--bind :: needs encryption"),
        (["--bind", "localhost"], "no IP address"),
        (["--insecure-bind", "logger.example"], "no IP address"),
        (["--tls-port", "7"], "--tls-port needs a certificate"),
        (["--tls-only"], "--tls-only needs a certificate"),
        (["--tls-certificate", "a.pem"], "give both --tls-certificate and --tls-key"),
        (["--tls-client-ca", "ca.pem"], "--tls-client-ca needs the certificate of the service"),
        ([*FILES, "--tls-only", "--insecure-bind", "10.0.0.1"], "contradict each other"),
        (["--advertise", "logger:7"], "no host"),
        (["--advertise", "logger.example"], "where no port of this service listens"),
        ([*FILES, "--advertise", "logger.example"], "Give by --bind the address"),
        ([*FILES, "--tls-only", "--advertise", "10.0.0.1", "--bind", "10.0.0.2"], "no port"),
        (["--insecure-bind", "127.0.0.2", "--advertise", "logger.example"], "no port"),
        (["--advertise", "127.0.0.2"], "no port"),
    ],
)
def test_what_would_let_the_network_in_is_refused(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port without encryption is nowhere but on loopback, unless asked for by its own option."""
    with pytest.raises(SystemExit) as ended:
        network(*arguments)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_file_has_the_same_options(tmp_path: Path) -> None:
    """The TOML file has them as keys; its paths start at its folder."""
    config = tmp_path / "service.toml"
    config.write_text('tls_certificate = "a.pem"\ntls_key = "a.key"\nbind = ["10.0.0.1", "::1"]\n')
    expected = ServerTls(tmp_path / "a.pem", tmp_path / "a.key")
    assert network("--config", str(config)) == NetworkOptions(expected, bind=("10.0.0.1", "::1"))
    config.write_text('bind = "10.0.0.1"\n')
    with pytest.raises(SystemExit):
        network("--config", str(config))


@pytest.mark.parametrize(
    ("options", "ports", "expected"),
    [
        (NetworkOptions(), Ports(1), ServiceLocation("localhost", "1")),
        (NetworkOptions(TLS), Ports(1, 2), ServiceLocation("localhost", "1", "2")),
        (NetworkOptions(TLS, tls_only=True), Ports(None, 2), ServiceLocation("localhost", "", "2")),
        (
            NetworkOptions(TLS, bind=("10.0.0.1",), advertise="a.example"),
            Ports(1, 2),
            ServiceLocation("a.example", "", "2"),
        ),
        (
            NetworkOptions(TLS, bind=("::",), insecure_bind=("127.0.0.2",), advertise="a.example"),
            Ports(1, 2),
            ServiceLocation("a.example", "", "2"),
        ),
        (
            NetworkOptions(
                TLS, bind=("10.0.0.5",), insecure_bind=("fd00::1",), advertise="[FD00:0::1]"
            ),
            Ports(1, 2),
            ServiceLocation("[FD00:0::1]", "1"),
        ),
        (NetworkOptions(TLS, advertise="[::1]"), Ports(1, 2), ServiceLocation("[::1]", "1", "2")),
        (
            NetworkOptions(insecure_bind=("0.0.0.0",), advertise="a.example"),
            Ports(1),
            ServiceLocation("a.example", "1"),
        ),
    ],
)
def test_discovery_is_told_ports_that_listen_at_its_host(
    options: NetworkOptions, ports: Ports, expected: ServiceLocation
) -> None:
    """Of the host that clients are told, only ports that listen there are named."""
    assert options.location(ports) == expected


def test_loopback_host_without_encryption_for_others_is_refused() -> None:
    """Programs that call the library meet the same rule as the command line."""
    with pytest.raises(InvalidRequestError, match="--insecure-bind 10"):
        NetworkOptions(bind=("10.0.0.1",))
