"""How a client library finds its service through a discovery client that it was given."""

from __future__ import annotations

from collections import namedtuple

import grpc
import pytest

from session_sharing.discovery import resolve_address
from session_sharing.errors import (
    InternalError,
    InvalidRequestError,
    NoStationError,
    PreconditionError,
    ServiceNotFoundError,
    UnavailableError,
)

Location = namedtuple("Location", "location insecure_port ssl_authenticated_port", defaults=[""])


class Client:
    """Has the shape of NI's client, and answers with what it was made with."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.asked = []

    def resolve_service(self, provided_interface, service_class, **version):
        """Note the question, and answer it."""
        self.asked.append((provided_interface, service_class, *version.values()))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class FailedCall(grpc.RpcError, grpc.Call):
    """A failed call, as grpc raises it."""

    def __init__(self, status):
        self.status = status

    def code(self):
        """Return the status."""
        return self.status

    def details(self):
        """Return the text."""
        return "text of discovery"


FailedCall.__abstractmethods__ = frozenset()


def _resolve(outcome, **options):
    given = Client(outcome)
    return resolve_address("test.Interface", "test.Service", discovery_client=given, **options)


@pytest.mark.parametrize(
    ("host", "address"), [("localhost", "localhost:7"), ("::1", "[::1]:7"), ("[::1]", "[::1]:7")]
)
def test_given_client_is_asked(host, address):
    """The program's own discovery client is used, and no other is looked for."""
    client = Client(Location(host, "7"))
    found = resolve_address("test.Interface", "test.Service", discovery_client=client)
    assert found == address
    assert client.asked == [("test.Interface", "test.Service")]


def test_a_version_is_asked_for():
    """Of several versions side by side, the one that is wanted is found."""
    client = Client(Location("localhost", "7"))
    resolve_address("test.Interface", "test.Service", version="1.2.0", discovery_client=client)
    assert client.asked == [("test.Interface", "test.Service", "1.2.0")]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (grpc.StatusCode.NOT_FOUND, ServiceNotFoundError),
        (grpc.StatusCode.UNAVAILABLE, NoStationError),
        (grpc.StatusCode.DEADLINE_EXCEEDED, NoStationError),
        (grpc.StatusCode.INVALID_ARGUMENT, InvalidRequestError),
        (grpc.StatusCode.FAILED_PRECONDITION, PreconditionError),
        (grpc.StatusCode.UNIMPLEMENTED, UnavailableError),
        (grpc.StatusCode.INTERNAL, InternalError),
    ],
)
def test_failed_call_becomes_an_error_of_the_library(status, error):
    """Programs handle one tree of errors, whoever looked the service up."""
    with pytest.raises(error) as raised:
        _resolve(FailedCall(status))
    assert type(raised.value) is error
    assert isinstance(raised.value.__cause__, FailedCall)


def test_missing_service_is_named():
    """Who looks for a service that is not running is told which one to start."""
    with pytest.raises(ServiceNotFoundError, match=r"test\.Service.*test\.Interface.*Start it"):
        _resolve(FailedCall(grpc.StatusCode.NOT_FOUND))


def test_program_that_has_not_joined_is_told_how():
    """NI's client does not work off Windows by itself; the error says what to do."""
    with pytest.raises(NoStationError, match="join_local_station"):
        _resolve(NotImplementedError("Platform not supported"))


@pytest.mark.parametrize("outcome", [FileNotFoundError("no key file"), TimeoutError("no start")])
def test_discovery_that_cannot_be_found_is_no_station(outcome):
    """What NI's client raises where discovery is not running is no other case."""
    with pytest.raises(NoStationError, match=str(outcome)):
        _resolve(outcome)


def test_service_with_encrypted_port_only_is_unavailable():
    """An address without a port is never handed out."""
    with pytest.raises(UnavailableError, match="SESSION_SHARING_TLS_CA"):
        _resolve(Location("localhost", "", "8"))


def test_who_wants_encryption_gets_the_encrypted_port_alone():
    """A program that was told to encrypt is never handed out the address of the other port."""
    assert _resolve(Location("::1", "7", "8"), encrypted=True) == "[::1]:8"
    with pytest.raises(UnavailableError, match=r"no encrypted port.*nothing was sent.*--tls-cert"):
        _resolve(Location("localhost", "7"), encrypted=True)
