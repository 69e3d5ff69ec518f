"""What a certificate says, in words."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from session_sharing.subjects import cut, subject_of
from session_sharing.text import printable

_NAMES = ("DNS", "IP Address")


@dataclass(frozen=True)
class Certificate:
    """What matters of a certificate.

    Attributes:
        subject: Whose it is, as the lists of a service name it, `CN=station-7,O=Example`; cut in
            its middle where it is long.
        issuer: The CA that signed it, in the same form.
        not_before: From when it is valid.
        not_after: Until when it is valid.
        hosts: The names and IP addresses of servers that it is for.
    """

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Certificate:
        """Take what Python's ssl tells of a certificate."""
        return cls(
            cut(subject_of(told["subject"])),
            cut(subject_of(told["issuer"])),
            _moment(told["notBefore"]),
            _moment(told["notAfter"]),
            tuple(
                printable(name) for kind, name in told.get("subjectAltName", ()) if kind in _NAMES
            ),
        )

    def is_expired(self, now: datetime) -> bool:
        """Tell whether its time is over."""
        return now > self.not_after

    def is_early(self, now: datetime) -> bool:
        """Tell whether its time has not come yet."""
        return now < self.not_before


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), timezone.utc)
