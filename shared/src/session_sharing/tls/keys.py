"""Which keys gRPC can use: fewer than Python's ssl, which reads certificates here.

The key of a certificate is found by walking its DER: Python's ssl does not tell it.
"""

from __future__ import annotations

from session_sharing.tls.der import Item, fields_of, items_of

USABLE = "one on the curve P-256 or P-384, or an RSA key of 2,048 bits or more"
"""What gRPC can use on both sides, in all its versions."""

_FEWEST_RSA_BITS = 2048
_KEY = 5
"""Where it stands in a certificate."""

_RSA = bytes.fromhex("2a864886f70d010101")
_ELLIPTIC = bytes.fromhex("2a8648ce3d0201")
_GOOD_CURVES = frozenset(map(bytes.fromhex, ("2a8648ce3d030107", "2b81040022")))
_KNOWN = {
    bytes.fromhex("2b81040023"): "on the curve P-521",
    bytes.fromhex("2b6570"): "Ed25519",
    bytes.fromhex("2b6571"): "Ed448",
    bytes.fromhex("2a864886f70d01010a"): "RSA-PSS",
}


def unusable_key(chain: bytes) -> str:
    """Return what kind of key the first certificate has, if gRPC cannot use it; else nothing.

    Args:
        chain: Certificates in PEM. Of one that cannot be read nothing is said.
    """
    try:
        return _unusable(fields_of(chain)[_KEY].items())
    except (LookupError, ValueError):  # It is damaged, which OpenSSL says better.
        return ""


def _unusable(key: list[Item]) -> str:
    algorithm, *parameters = key[0].items()
    if algorithm.content == _RSA:
        modulus = items_of(key[1].content[1:])[0].items()[0]
        bits = int.from_bytes(modulus.content, "big").bit_length()
        return "" if bits >= _FEWEST_RSA_BITS else f"RSA of {bits} bits"
    kind = parameters[0] if algorithm.content == _ELLIPTIC else algorithm
    return "" if kind.content in _GOOD_CURVES else _KNOWN.get(kind.content, "of a rare kind")
