"""Which keys gRPC can use: fewer than Python's ssl, which reads certificates here.

The key of a certificate is found by walking its DER; Python's ssl does not tell it.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass

USABLE = "one on the curve P-256 or P-384, or an RSA key of 2,048 bits or more"
"""What gRPC can use on both sides, in all its versions."""

_FEWEST_RSA_BITS = 2048
_FIRST_TAGGED = 0xA0
_BEFORE_KEY = 5
"""Serial number, signature algorithm, issuer, dates and subject stand before the key."""

_RSA = bytes.fromhex("2a864886f70d010101")
_ELLIPTIC = bytes.fromhex("2a8648ce3d0201")
_GOOD_CURVES = frozenset(map(bytes.fromhex, ("2a8648ce3d030107", "2b81040022")))
_KNOWN = {
    bytes.fromhex("2b81040023"): "on the curve P-521",
    bytes.fromhex("2b6570"): "Ed25519",
    bytes.fromhex("2b6571"): "Ed448",
    bytes.fromhex("2a864886f70d01010a"): "RSA-PSS",
}
_FIRST = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class _Item:
    """One value of DER."""

    tag: int
    content: bytes

    def items(self) -> list[_Item]:
        """Return the values in it."""
        return _items(self.content)


def unusable_key(chain: bytes) -> str:
    """Return what kind of key the first certificate has, if gRPC cannot use it; else nothing.

    Args:
        chain: Certificates in PEM. Of one that cannot be read nothing is said.
    """
    try:
        return _unusable(_key_of(chain))
    except (LookupError, ValueError):  # It is damaged, which OpenSSL says better.
        return ""


def _key_of(chain: bytes) -> list[_Item]:
    """Return the algorithm of a key, and the key."""
    found = _FIRST.search(chain)
    if found is None:
        raise ValueError("no certificate")
    fields = _items(ssl.PEM_cert_to_DER_cert(found[0].decode("ascii")))[0].items()[0].items()
    return fields[_BEFORE_KEY + (fields[0].tag == _FIRST_TAGGED)].items()


def _unusable(key: list[_Item]) -> str:
    algorithm, *parameters = key[0].items()
    if algorithm.content == _RSA:
        modulus = _items(key[1].content[1:])[0].items()[0]
        bits = int.from_bytes(modulus.content, "big").bit_length()
        return "" if bits >= _FEWEST_RSA_BITS else f"RSA of {bits} bits"
    kind = parameters[0] if algorithm.content == _ELLIPTIC else algorithm
    return "" if kind.content in _GOOD_CURVES else _KNOWN.get(kind.content, "of a rare kind")


def _items(der: bytes) -> list[_Item]:
    items, position = [], 0
    while position < len(der):
        tag, length, position = der[position], der[position + 1], position + 2
        if length & 0x80:
            digits = length & 0x7F
            length = int.from_bytes(der[position : position + digits], "big")
            position += digits
        if position + length > len(der):
            raise ValueError("it is cut off")
        items.append(_Item(tag, der[position : position + length]))
        position += length
    return items
