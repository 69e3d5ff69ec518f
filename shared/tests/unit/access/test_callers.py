"""Who calls without a certificate, and whether from this machine."""

from __future__ import annotations

import pytest

from session_sharing.access import Caller, caller_without_certificate
from session_sharing.access.callers import is_loopback


@pytest.mark.parametrize(
    ("peer", "here"),
    [
        ("ipv4:127.0.0.1:4711", True),
        ("ipv4:127.8.9.10:4711", True),
        ("ipv6:%5B::1%5D:4711", True),
        ("ipv6:[::1]:4711", True),
        ("ipv6:%5B::ffff:127.0.0.1%5D:4711", True),
        ("ipv4:192.168.0.7:4711", False),
        ("ipv6:%5Bfe80::1%25eth0%5D:4711", False),
        ("ipv6:%5B::ffff:10.0.0.1%5D:4711", False),
        ("ipv4:127.0.0.1.example:4711", False),
        ("dns:localhost:4711", False),
        ("unix:/tmp/socket", False),
        ("", False),
    ],
)
def test_callers_of_this_machine_come_by_loopback(peer, here):
    """Only a loopback address makes a caller local; what is not understood does not."""
    assert is_loopback(peer) is here
    assert caller_without_certificate(peer) == Caller(local=here)


def test_callers_are_told_by_what_is_known_of_them():
    """Logs tell a certificate by its subject, and programs without one by where they are."""
    assert str(Caller("CN=a", frozenset({"CN=a"}))) == "the certificate CN=a"
    assert str(Caller(local=True)) == "a program on this machine"
    assert str(Caller()) == "a program without a certificate"
