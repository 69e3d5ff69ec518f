"""The names of a certificate's owner, as they come from what gRPC tells."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.access import caller_with_certificate
from session_sharing.access.certificates import parts, readable

# As OpenSSL writes subjects: `\` before what separates, two digits for all that is not plain ASCII.
PLAIN = "abcXYZ019 .-_/:@#=*"


def rfc2253(value: str) -> str:
    """Write a value as it stands in a subject, independently of the code under test."""
    escaped = re.sub(r'([,+"\\<>;])', r"\\\1", value)
    return "".join(
        each
        if " " <= each <= "~"
        else "".join(f"\\{byte:02X}" for byte in each.encode("utf-8", "surrogatepass"))
        for each in escaped
    )


VALUES = st.text(st.sampled_from(PLAIN + ',+\\"<>;äß漢\n\x00\u202e'), min_size=1, max_size=8)
SUBJECTS = st.lists(VALUES, min_size=1, max_size=3).map(
    lambda values: ",".join(f"CN={rfc2253(value)}" for value in values)
)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("CN=station-7,O=Firm", "CN=station-7,O=Firm"),
        (r"CN=Pr\C3\BCfplatz", "CN=Prüfplatz"),
        (r"CN=a\,b\+c\\C3", r"CN=a\,b\+c\\C3"),  # a backslash, then a C and a 3
        (r"CN=\E6\BC\A2\E5\AD\97", "CN=漢字"),
        (r"CN=\E2\80\AEevil", r"CN=\E2\80\AEevil"),  # it turns the direction of what follows
        (r"CN=\C3x", r"CN=\C3x"),  # half a letter
        (r"CN=line\0Aend", r"CN=line\0Aend"),
    ],
)
def test_subjects_are_shown_with_the_letters_of_their_language(written, shown):
    """People read letters where a certificate has letters, escapes where they would deceive."""
    assert readable(written) == shown


@given(SUBJECTS, SUBJECTS)
def test_two_subjects_stay_two(one, other):
    """However values are spelt, two different subjects are never shown as one."""
    assert (readable(one) == readable(other)) == (one == other)


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
    assert one.subject.startswith("SHA256=")
    assert one.subject != other.subject


def test_control_characters_of_alternative_names_are_escaped():
    """A name cannot command the terminal of who lists sessions, nor forge lines of a log."""
    caller = caller_with_certificate(b"", (("EMAIL", b"a\n\x1b[2J@x\xff"),), b"pem")
    assert caller.subject.isprintable()
