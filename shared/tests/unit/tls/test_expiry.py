"""Until when a certificate is valid, told from the certificate alone."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from session_sharing.tls.expiry import expiry_of

SIGNER = ec.generate_private_key(ec.SECP256R1())


def ending(moment: datetime) -> bytes:
    """Return a certificate that ends at a moment."""
    name = x509.Name([])
    builder = x509.CertificateBuilder(name, name, SIGNER.public_key(), 1)
    dated = builder.not_valid_before(datetime(1960, 1, 1)).not_valid_after(moment)
    return dated.sign(SIGNER, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.mark.parametrize("year", [1999, 2026, 2049, 2050, 9999])
def test_expiry_is_that_of_the_certificate(year):
    """Both ways in which certificates write years are read, to the second."""
    moment = datetime(year, 12, 31, 23, 59, 58, tzinfo=timezone.utc)
    assert expiry_of(ending(moment)) == moment


def test_what_is_no_certificate_has_no_expiry():
    """Nothing breaks, whatever is handed on."""
    whole = ending(datetime(2030, 1, 1))
    assert [expiry_of(each) for each in (b"", b"pem", whole[:200])] == [None] * 3
