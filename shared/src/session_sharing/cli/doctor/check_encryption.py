"""Whether services can be asked with the certificates that there are."""

from __future__ import annotations

from collections.abc import Iterator

from session_sharing.cli.doctor.facts import Answer, Facts
from session_sharing.cli.doctor.findings import Finding, error, warning
from session_sharing.tls.files import CA_VARIABLE


def no_secure_connection(facts: Facts) -> Iterator[Finding]:
    """Find services with which we agree on no secure connection."""
    for service in facts.services:
        if service.answer is Answer.REFUSED and service.endpoint.expected:
            yield error(
                "no-secure-connection",
                f"{service.subject} cannot be asked. {service.refusal}",
                "Do what it says; clients with the same files meet the same.",
            )


def not_asked_without_encryption(facts: Facts) -> Iterator[Finding]:
    """Find services that have an encrypted port only, while we have no certificates."""
    for service in facts.discovery.only_encrypted:
        yield warning(
            "only-encrypted",
            f"{service} has only an encrypted port, so it was not looked at.",
            f"Set {CA_VARIABLE} to the file with the certificate of its CA, and look again.",
        )


CHECKS = (no_secure_connection, not_asked_without_encryption)
