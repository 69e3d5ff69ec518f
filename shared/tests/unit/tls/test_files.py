"""Which files a client encrypts with, and who says so."""

from __future__ import annotations

import pytest

from session_sharing import InvalidRequestError, TlsFiles
from session_sharing.tls import tls_from_environment
from session_sharing.tls.files import CA_VARIABLE, CERTIFICATE_VARIABLE, KEY_VARIABLE


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({CA_VARIABLE: "ca.pem"}, TlsFiles("ca.pem")),
        (
            {CA_VARIABLE: "ca.pem", CERTIFICATE_VARIABLE: "own.pem", KEY_VARIABLE: "own.key"},
            TlsFiles("ca.pem", "own.pem", "own.key"),
        ),
    ],
)
def test_environment_says_which_files(environment, expected):
    """Clients encrypt when the environment names a CA, and only then."""
    assert tls_from_environment(environment) == expected


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({CERTIFICATE_VARIABLE: "own.pem", KEY_VARIABLE: "own.key"}, f"no {CA_VARIABLE}"),
        ({KEY_VARIABLE: "own.key"}, f"{KEY_VARIABLE}, but no {CA_VARIABLE}"),
        ({CA_VARIABLE: " "}, f"{CA_VARIABLE}, but nothing in it.*or unset it"),
        ({CA_VARIABLE: ""}, f"{CA_VARIABLE}, but nothing in it"),
        (
            {CA_VARIABLE: "ca.pem", CERTIFICATE_VARIABLE: "", KEY_VARIABLE: ""},
            f"{CERTIFICATE_VARIABLE}, but nothing in it",
        ),
        ({CA_VARIABLE: "ca.pem", KEY_VARIABLE: "own.key"}, "no certificate"),
        ({CA_VARIABLE: "ca.pem", CERTIFICATE_VARIABLE: "own.pem"}, "no key"),
    ],
)
def test_half_of_what_is_needed_is_refused(environment, told):
    """A forgotten variable is an error, never a connection without encryption or certificate."""
    with pytest.raises(InvalidRequestError, match=told):
        tls_from_environment(environment)


@pytest.mark.parametrize("name", ["", ".a", "x" * 64, "ä" * 60, "a\0b"])
def test_what_is_no_host_is_no_name_of_a_server(name):
    """A name that no handshake can ask for is refused before one is tried."""
    with pytest.raises(InvalidRequestError, match="cannot be the name of a server"):
        TlsFiles("ca.pem", server_name=name)


@pytest.mark.parametrize("name", ["logger.example", "prüfstand.example", "10.1.2.3", "::1"])
def test_hosts_are_names_of_servers(name):
    """Names, also with umlauts, and addresses are what certificates are for."""
    assert TlsFiles("ca.pem", server_name=name).server_name == name
