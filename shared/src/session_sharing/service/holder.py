"""Who holds a lock, as the lock's side file tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from session_sharing.identity import this_client
from session_sharing.information import ClientIdentity, clock
from session_sharing.utc import utc_now


@dataclass(frozen=True)
class Holder:
    """A process that holds a lock, and since when."""

    identity: ClientIdentity
    since: datetime

    def __str__(self) -> str:
        return f"{self.identity} since {clock(self.since)}"

    def to_json(self) -> str:
        """Write the holder as one line of JSON."""
        fields = {
            "program": self.identity.program,
            "process_id": self.identity.process_id,
            "host": self.identity.host,
            "user": self.identity.user,
            "since": self.since.isoformat(),
        }
        return json.dumps(fields) + "\n"

    @staticmethod
    def from_json(content: bytes) -> Holder | None:
        """Read what `to_json` wrote; None if it is not, or only half, written."""
        try:
            fields = json.loads(content)
            identity = ClientIdentity(
                program=str(fields["program"]),
                host=str(fields["host"]),
                process_id=int(fields["process_id"]),
                user=str(fields["user"]),
            )
            return Holder(identity, datetime.fromisoformat(fields["since"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return None


def this_process() -> Holder:
    """Describe this process as a holder from now on."""
    return Holder(this_client(), utc_now())
