"""Who is let in, by what gRPC tells of a call."""

from __future__ import annotations

import logging

import pytest

from session_sharing.access import AccessRules, Right
from session_sharing.errors import AuthenticationError, CallerRefusedError
from session_sharing.service.calling import CALLER
from session_sharing.service.guard import REMEMBERED_REFUSALS, Guard

LIST = "/session_sharing.v1.SessionAdministration/ListSessions"
OWN = "/my.Service/Do"


class Call:
    """What gRPC tells of a call."""

    def __init__(self, subject: bytes | None = None, peer: str = "ipv4:127.0.0.1:4711") -> None:
        self._subject = subject
        self._peer = peer

    def auth_context(self):
        """Tell what the connection has proven."""
        if self._subject is None:
            return {"transport_security_type": [b"insecure"]}
        return {"x509_subject": [self._subject], "x509_pem_cert": [b"pem"], "peer_dns": [b"a.b"]}

    def peer(self):
        """Tell where the call comes from."""
        return self._peer


@pytest.fixture(autouse=True)
def _caller_of_before():
    """Leave the caller of each test as it was."""
    before = CALLER.set(CALLER.get())
    yield
    CALLER.reset(before)


def guard(**lists: tuple[str, ...]) -> Guard:
    """Return a guard with these lists, of a service of its own."""
    made = Guard(AccessRules(**lists))
    made.serve(["my.Service"])
    return made


def test_listed_caller_is_let_in_and_known_while_its_call_runs():
    """What serves the call has the caller from the connection, not from the request."""
    guard(attach=("CN=a",)).admit(OWN, Call(b"CN=a"))
    assert CALLER.get().subject == "CN=a"
    assert CALLER.get().names == {"CN=a", "DNS=a.b"}


def test_caller_who_is_not_listed_is_refused_by_what_is_known_of_it():
    """A certificate that is not listed may not; who brings none has to prove who it is first."""
    strict = guard(attach=("CN=a",), look=("local",))
    with pytest.raises(CallerRefusedError):
        strict.admit(OWN, Call(b"CN=b"))
    with pytest.raises(AuthenticationError):
        strict.admit(OWN, Call())
    with pytest.raises(CallerRefusedError):
        strict.admit(LIST, Call(b"CN=a"))
    strict.admit(LIST, Call())
    with pytest.raises(AuthenticationError):
        strict.admit(LIST, Call(peer="ipv4:10.0.0.7:4711"))


def test_encrypted_call_for_which_no_certificate_was_asked_is_one_without():
    """Encryption alone proves nothing of a caller."""

    class Encrypted(Call):
        def auth_context(self):
            return {"transport_security_type": [b"ssl"]}

    with pytest.raises(AuthenticationError):
        guard(attach=("*",)).admit(OWN, Encrypted())


@pytest.mark.parametrize("method", ["/other.Service/Do", "/session_sharing.v1.New/Do", "/x"])
def test_method_of_no_table_is_refused_to_all(method):
    """Also without any list nobody calls what nobody thought of."""
    with pytest.raises(CallerRefusedError, match="Nobody may call"):
        guard().admit(method, Call(b"CN=a"))


def test_right_that_only_a_request_shows_is_asked_for_later():
    """Closing by force is refused to who may otherwise call the method."""
    made = guard(force_close=("CN=operator",))
    made.admit("/session_sharing.v1.SessionAdministration/CloseSession", Call(b"CN=a"))
    with pytest.raises(CallerRefusedError, match="by force"):
        made.require(Right.FORCE_CLOSE)


def test_refusals_are_logged_once_for_each_caller_and_host(caplog):
    """The log names the peer and the certificate, and is not filled by who tries again for ever."""
    strict = guard(attach=())
    with caplog.at_level(logging.WARNING):
        for subject in (b"CN=a", b"CN=a", b"CN=b"):
            with pytest.raises(CallerRefusedError):
                strict.admit(OWN, Call(subject, "ipv4:10.0.0.7:4711"))
    assert len(caplog.messages) == 2
    for told in ("ipv4:10.0.0.7:4711", "CN=a", "`attach`"):
        assert told in caplog.messages[0]
    with caplog.at_level(logging.WARNING):
        for port in (1, 2):
            for host in ("ipv4:10.0.0.8", "ipv6:%5Bfd00::8%5D"):
                with pytest.raises(AuthenticationError):
                    strict.admit(OWN, Call(peer=f"{host}:{port}"))
    assert ["fd00::8" in told for told in caplog.messages[2:]] == [False, True]
    for number in range(REMEMBERED_REFUSALS + 10):
        with pytest.raises(CallerRefusedError):
            strict.admit(OWN, Call(b"CN=%d" % number))
    assert len(strict._told) == REMEMBERED_REFUSALS


def test_resumed_session_of_an_expired_certificate_is_refused_and_logged(caplog):
    """What no handshake has looked at is looked at here, and the service's log tells of it."""

    class Resumed(Call):
        def auth_context(self):
            """Tell what a resumed session hands on; the certificate cannot be read."""
            return {**super().auth_context(), "ssl_session_reused": [b"true"]}

    with caplog.at_level(logging.WARNING), pytest.raises(AuthenticationError, match="ticket"):
        guard().admit(OWN, Resumed(b"CN=a"))
    assert "CN=a" in caplog.text
