"""What a certificate says, in words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from session_sharing.tls import Certificate

TOLD = {
    "subject": ((("organizationName", "Example"),), (("commonName", "logger\x1b[2J"),)),
    "issuer": ((("commonName", "CA"),),),
    "notBefore": "Jan  5 09:34:43 2018 GMT",
    "notAfter": "Jan  5 09:34:43 2028 GMT",
    "subjectAltName": (("DNS", "logger.example"), ("IP Address", "10.0.0.1"), ("email", "a@b")),
}
ENDS = datetime(2028, 1, 5, 9, 34, 43, tzinfo=timezone.utc)


def test_names_and_dates_are_taken_for_people():
    """Errors name subject, issuer and hosts; what a stranger wrote there commands no terminal."""
    said = Certificate.of(TOLD)
    assert said.subject == r"CN=logger\1B\5B2J,O=Example"
    assert (said.issuer, said.hosts) == ("CN=CA", ("logger.example", "10.0.0.1"))
    assert said.not_after == ENDS


def test_valid_to_the_last_second():
    """A certificate is valid from its first second to its last, and not a second more."""
    said, second = Certificate.of(TOLD), timedelta(seconds=1)
    assert not said.is_expired(ENDS)
    assert said.is_expired(ENDS + second)
    assert not said.is_early(said.not_before)
    assert said.is_early(said.not_before - second)


def test_certificate_without_names_of_hosts():
    """A certificate for people has no hosts, and is read all the same."""
    told = {name: value for name, value in TOLD.items() if name != "subjectAltName"}
    assert Certificate.of(told).hosts == ()
