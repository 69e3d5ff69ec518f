"""The names of a certificate's owner, as they come from what gRPC tells."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from session_sharing.access import caller_with_certificate
from session_sharing.access.certificates import parts
from session_sharing.subjects import readable
from shared.tests.unit.rfc2253 import VALUES, rfc2253


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_subject_has_the_parts_that_it_was_made_of(values):
    """No value, whatever stands in it, ends its part or begins another."""
    made = [f"CN={rfc2253(value)}" for value in values]
    assert parts(readable(",".join(made))) == [readable(part) for part in made]


def test_names_are_the_subject_its_parts_and_the_alternative_names():
    """A list may name a certificate by each of these."""
    others = (("DNS", b"station-7.example"), ("EMAIL", b"a+b@example"), ("IP", b"10.0.0.7"))
    caller = caller_with_certificate(b"CN=station-7,OU=line 2+L=Aachen", others, b"pem")
    assert caller.subject == "CN=station-7,OU=line 2+L=Aachen"
    assert caller.names == {
        "CN=station-7,OU=line 2+L=Aachen",
        "CN=station-7",
        "OU=line 2",
        "L=Aachen",
        "DNS=station-7.example",
        "EMAIL=a+b@example",
        "IP=10.0.0.7",
    }
    assert not caller.local


def test_value_that_looks_like_a_subject_is_none():
    r"""Who is certified as `CN=station-7\,O=Firm` does not become `CN=station-7,O=Firm`."""
    caller = caller_with_certificate(rb"CN=station-7\,O=Firm", (("DNS", b"x,O=Firm"),), b"pem")
    assert caller.names == {r"CN=station-7\,O=Firm", r"DNS=x\,O=Firm"}


def test_certificate_without_subject_is_told_by_its_alternative_names():
    """A certificate is never taken for none: the empty subject stands for callers without one."""
    caller = caller_with_certificate(b"", (("URI", b"spiffe://x/y"), ("DNS", b"b.example")), b"pem")
    assert caller.subject == "DNS=b.example,URI=spiffe://x/y"


def test_certificate_without_any_name_is_told_by_its_fingerprint():
    """Two certificates without names are two callers."""
    one, other = (caller_with_certificate(b"", (), content) for content in (b"1", b"2"))
    assert one.subject != other.subject


def test_no_subject_can_be_a_fingerprint():
    """`SHA256` is an attribute as well: who is certified under it passes for nobody else."""
    nameless = caller_with_certificate(b"", (), b"1").subject
    assert re.fullmatch("fingerprint:SHA256=[0-9a-f]{64}", nameless)
    assert not re.match("[A-Za-z0-9.-]+=", nameless)  # how the part of a subject begins


def test_square_brackets_are_escaped_in_all_names():
    """Texts about clients close what is proven with one, so no name has any."""
    caller = caller_with_certificate(b"CN=x] [CN=boss", (("URI", b"http://[::1]/"),), b"pem")
    assert caller.subject == r"CN=x\5D \5BCN=boss"
    assert caller.names == {caller.subject, r"URI=http://\5B::1\5D/"}


def test_control_characters_of_alternative_names_are_escaped():
    """A name cannot command the terminal of who lists sessions, nor forge lines of a log."""
    caller = caller_with_certificate(b"", (("EMAIL", b"a\n\x1b[2J@x\xff"),), b"pem")
    assert caller.subject.isprintable()
