"""Walking the DER of a certificate, for what Python's ssl does not tell."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass

_VERSION = 0xA0
_FIRST = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Item:
    """One value of DER."""

    tag: int
    content: bytes

    def items(self) -> list[Item]:
        """Return the values in it.

        Raises:
            LookupError: It is damaged.
            ValueError: It is damaged.
        """
        return items_of(self.content)


def fields_of(chain: bytes) -> list[Item]:
    """Return the fields of the first certificate, from its serial number on.

    They are: serial number, signature algorithm, issuer, dates, subject, key, and more (RFC 5280).

    Args:
        chain: Certificates in PEM.

    Raises:
        LookupError: It is damaged.
        ValueError: It is damaged, or there is none.
    """
    found = _FIRST.search(chain)
    if found is None:
        raise ValueError("no certificate")
    fields = items_of(ssl.PEM_cert_to_DER_cert(found[0].decode("ascii")))[0].items()[0].items()
    return fields[fields[0].tag == _VERSION :]


def items_of(der: bytes) -> list[Item]:
    """Return the values that stand one after the other in bytes of DER.

    Raises:
        LookupError: It is damaged.
        ValueError: It is damaged.
    """
    items, position = [], 0
    while position < len(der):
        tag, length, position = der[position], der[position + 1], position + 2
        if length & 0x80:
            digits = length & 0x7F
            length = int.from_bytes(der[position : position + digits], "big")
            position += digits
        if position + length > len(der):
            raise ValueError("it is cut off")
        items.append(Item(tag, der[position : position + length]))
        position += length
    return items
