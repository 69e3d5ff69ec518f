"""Until when a certificate is valid, told from the certificate alone.

Python's ssl tells it of a certificate whose owner shakes hands, and not of one that gRPC hands on.
"""

from __future__ import annotations

from datetime import datetime, timezone
from functools import lru_cache

from session_sharing.tls.der import fields_of

_DATES = 3
"""Where they stand in a certificate."""

_SHORT_YEAR = 0x17
_REMEMBERED = 1024


@lru_cache(_REMEMBERED)
def expiry_of(chain: bytes) -> datetime | None:
    """Return until when the first certificate is valid; None if it cannot be read.

    Args:
        chain: Certificates in PEM.
    """
    try:
        _, end = fields_of(chain)[_DATES].items()
        text = end.content.decode("ascii")
        # RFC 5280, 4.1.2.5: two digits of a year mean 1950 to 2049.
        century = ("20" if text < "50" else "19") if end.tag == _SHORT_YEAR else ""
        moment = datetime.strptime(f"{century}{text}", "%Y%m%d%H%M%SZ")
    except (LookupError, ValueError):
        return None
    return moment.replace(tzinfo=timezone.utc)
