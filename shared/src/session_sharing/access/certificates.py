"""The names of a certificate's owner, from what gRPC tells of the certificate.

Two different subjects never become one name: what would be taken for a separator within a value
stays behind a backslash.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from session_sharing.access.callers import REMEMBERED, Caller
from session_sharing.subjects import readable, without_brackets
from session_sharing.text import printable

_PARTS = re.compile(r"(?:\\.|[^,+\\])+", re.DOTALL)


@lru_cache(REMEMBERED)
def caller_with_certificate(
    subject: bytes, others: tuple[tuple[str, bytes], ...], content: bytes
) -> Caller:
    """Return who calls with a certificate that the connection has proven.

    Its names are the whole subject, each part of it (`CN=station-7`), and its alternative names.

    Args:
        subject: Its subject as RFC 2253 writes it; it may be empty.
        others: Its alternative names, with their kinds: DNS, URI, EMAIL or IP.
        content: The certificate itself, of which a name is made where it has none.
    """
    whole = readable(printable(subject.decode("utf-8", "backslashreplace")))
    alternatives = [_named(kind, value) for kind, value in others]
    shown = whole or ",".join(sorted(alternatives)) or _fingerprint(content)
    return Caller(shown, frozenset({shown, *parts(whole), *alternatives}))


def parts(subject: str) -> list[str]:
    """Return the parts of a subject, `CN=station-7` and so on; an escaped comma divides none."""
    return _PARTS.findall(subject)


def _named(kind: str, value: bytes) -> str:
    text = value.decode("utf-8", "backslashreplace").replace("\\", r"\\").replace(",", r"\,")
    return f"{kind}={without_brackets(printable(text))}"


def _fingerprint(content: bytes) -> str:
    """Return a name that no subject can have: `SHA256` is also an attribute, but has no colon."""
    return f"fingerprint:SHA256={hashlib.sha256(content).hexdigest()}"
