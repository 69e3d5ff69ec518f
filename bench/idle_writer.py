"""A database writer that stores nothing: `python -m bench.idle_writer FOLDER`.

Sessions, streams and the checking of records are those of the real one, and each record is
acknowledged at once. What it leaves out of the real one's costs is the store.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

from db_writer.service.main import DESCRIPTOR, writer_servicers
from db_writer.service.store import Entry
from session_sharing.records import AckLevel, Acknowledged, RecordLimits, SiteContexts
from session_sharing.service import ChainLink, Located, ServiceOptions, run_service
from session_sharing.service.session_service import AddServicers


class Idle:
    """A handle that takes records and forgets them."""

    def __init__(self) -> None:
        self.contexts = SiteContexts()

    async def append(self, entry: Entry, link: ChainLink | None = None) -> Acknowledged:
        """Store nothing."""
        return Acknowledged(AckLevel.DISK)


class IdleDriver:
    """Opens what stores nothing."""

    def locate(self, resource: str) -> Located:
        """Find everything."""
        return Located(resource, resource)

    def open(self, address: str) -> Idle:
        """Open nothing."""
        return Idle()

    def close(self, handle: Idle) -> None:
        """Close nothing."""


def main() -> int:
    """Run the server until it is asked to stop."""
    # Its handle is no `Database`: of one nothing but `contexts` and `append` is used here.
    servicers = cast("AddServicers[Idle]", writer_servicers(RecordLimits()))
    options = ServiceOptions(0, Path(sys.argv[1]))
    return run_service("idle_writer", DESCRIPTOR, IdleDriver, servicers, options)


if __name__ == "__main__":
    sys.exit(main())
