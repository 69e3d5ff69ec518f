"""The options of the command line that say where a service listens."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from session_sharing.errors import InvalidRequestError
from session_sharing.service.network import LOCALHOST, NetworkOptions, ServerTls


def add_network_options(parser: argparse.ArgumentParser, port_number: Callable[[str], int]) -> None:
    """Add the options.

    Args:
        parser: The parser of a service.
        port_number: Converts the number of a port.
    """
    network = parser.add_argument_group(
        "network",
        "Without these, the service listens on this machine's loopback alone. All files are PEM, "
        "and are read again when they are renewed.",
    )
    for option, text in (
        ("--tls-certificate", "the certificate of the service: it gets an encrypted port"),
        ("--tls-key", "the key of that certificate"),
        ("--tls-client-ca", "let in, by the encrypted port, only who has a certificate of this CA"),
    ):
        network.add_argument(option, type=Path, metavar="FILE", help=text)
    network.add_argument(
        "--tls-port",
        type=port_number,
        metavar="PORT",
        help="the encrypted port; 0 takes any free one (default: that of the last run)",
    )
    network.add_argument("--tls-only", action="store_true", help="have no port without encryption")
    for option, text in (
        ("--bind", "let the encrypted port listen on this IP address of the machine too"),
        (
            "--insecure-bind",
            "let the port without encryption do so: for networks without strangers",
        ),
    ):
        network.add_argument(
            option,
            action="append",
            default=[],
            metavar="ADDRESS",
            help=f"{text}; 0.0.0.0 stands for all; may be repeated",
        )
    network.add_argument(
        "--advertise",
        default=LOCALHOST,
        metavar="HOST",
        help="the host that discovery tells clients (default: %(default)s)",
    )


def network_options(
    parser: argparse.ArgumentParser, arguments: argparse.Namespace
) -> NetworkOptions:
    """Return what the arguments say; wrong usage ends the process with exit code 2.

    Args:
        parser: With `add_network_options`.
        arguments: What was parsed.
    """
    try:
        return NetworkOptions(
            _files(arguments),
            arguments.tls_port,
            arguments.tls_only,
            tuple(arguments.bind),
            tuple(arguments.insecure_bind),
            arguments.advertise,
        )
    except InvalidRequestError as error:
        parser.error(error.message)


def _files(arguments: argparse.Namespace) -> ServerTls | None:
    certificate, key = arguments.tls_certificate, arguments.tls_key
    client_ca = arguments.tls_client_ca
    if certificate and key:
        return ServerTls(certificate, key, client_ca)
    given = {"--tls-certificate": certificate, "--tls-key": key, "--tls-client-ca": client_ca}
    lonely = next((option for option, path in given.items() if path), None)
    if lonely is None:
        return None
    raise InvalidRequestError(
        f"{lonely} needs the certificate of the service and its key: give both --tls-certificate "
        "and --tls-key."
    )
