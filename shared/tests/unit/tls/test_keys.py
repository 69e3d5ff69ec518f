"""Which keys gRPC can use, told from a certificate."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from session_sharing.tls.keys import unusable_key

NOW = datetime.now(timezone.utc)
SIGNER = ec.generate_private_key(ec.SECP256R1())


def certified(key) -> bytes:
    """Return a certificate for a key."""
    name = x509.Name([])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    dated = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    return dated.sign(SIGNER, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: SIGNER, ""),
        (lambda: ec.generate_private_key(ec.SECP384R1()), ""),
        (lambda: rsa.generate_private_key(65537, 2048), ""),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "on the curve P-521"),
        (lambda: ec.generate_private_key(ec.SECP224R1()), "of a rare kind"),
        (ed25519.Ed25519PrivateKey.generate, "Ed25519"),
        (lambda: rsa.generate_private_key(65537, 1024), "RSA of 1024 bits"),
    ],
)
def test_keys_that_grpc_cannot_use_are_told(make, kind):
    """OpenSSL takes keys that gRPC shakes no hands with, and nobody could connect."""
    assert unusable_key(certified(make())) == kind


def test_damaged_certificate_is_left_to_openssl():
    """Whatever is cut off, nothing is said of the key, and nothing breaks."""
    whole = certified(SIGNER)
    end = b"\n-----END CERTIFICATE-----\n"
    for length in range(0, len(whole) - len(end), 4):
        assert unusable_key(whole[:length] + end) == ""
