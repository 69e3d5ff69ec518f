"""What services that do not run have in their journals. Nothing here changes a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from session_sharing.core.kept import Kept, Remains
from session_sharing.data_folders import PORT_SUFFIX, TLS_PORT_SUFFIX
from session_sharing.discovery.address import answers, is_port
from session_sharing.discovery.lock_files import holder_in
from session_sharing.discovery.ni_software import read_shared
from session_sharing.identity import this_client
from session_sharing.information import ANONYMOUS, MOST_NAMED, ClientIdentity
from session_sharing.journals.content import Content, read_content

SUFFIX = ".journal"
CONNECT_SECONDS = 1.0


@dataclass(frozen=True)
class IdleJournal:
    """The journal of a service that does not run.

    Attributes:
        path: The file.
        sessions: How many sessions are in it.
        holders: Who holds them, for people, each once.
        may_live: One of the holders may run still, so that it waits for the service.
        problem: Why it was not read, or not to its end; empty if it was.
    """

    path: Path
    sessions: int = 0
    holders: tuple[str, ...] = ()
    may_live: bool = False
    problem: str = ""

    @property
    def name(self) -> str:
        """The service, which is its module too."""
        return self.path.stem

    def told(self) -> str:
        """Say how many sessions there are, and who holds them."""
        count = f"{self.sessions or 'no'} session{'' if self.sessions == 1 else 's'}"
        if not self.sessions:
            return count
        more = len(self.holders) - MOST_NAMED
        held = "; ".join(self.holders[:MOST_NAMED]) or "nobody"
        return f"{count}, held by {held}" + (f" and {more} more" if more > 0 else "")


def idle_journals(folder: Path) -> list[IdleJournal]:
    """Read the journals in a data folder whose services do not run.

    May block on the file system, and some seconds on a port.
    """
    return [_read(path) for path in sorted(folder.glob(f"*{SUFFIX}")) if not runs(path)]


def damaged_journals(folder: Path) -> list[Path]:
    """Return the copies of damaged journals that services set aside in a data folder."""
    return sorted(folder.glob(f"*{SUFFIX}.damaged-*"))


def runs(journal: Path) -> bool:
    """Tell whether the service of a journal runs: it holds its lock, and listens on a port of its.

    The journal need not be there. May block some seconds on the port. The lock is not
    tried: a service that starts at that moment would be refused.
    """
    lock_file = journal.with_name(f".{journal.stem}.lock")
    if not lock_file.exists():
        return False
    holder = holder_in(lock_file)
    if holder is not None and holder.host != this_client().host:
        return True  # On another machine, on a folder that is shared: nothing here can tell.
    if holder is not None and not _may_live(holder):
        return False
    return any(_listens(journal.with_suffix(suffix)) for suffix in (PORT_SUFFIX, TLS_PORT_SUFFIX))


def _listens(port_file: Path) -> bool:
    try:
        port = read_shared(port_file).strip()
    except (OSError, ValueError):
        return False
    return is_port(port) and answers(f"localhost:{port}", CONNECT_SECONDS)


def _may_live(client: ClientIdentity) -> bool:
    """Tell whether a process may run; without the extra `service` nothing tells, so it may."""
    try:
        from session_sharing.service.liveness import is_known_dead  # noqa: PLC0415
    except ModuleNotFoundError:
        return True
    return not is_known_dead(client)


def _read(path: Path) -> IdleJournal:
    if not path.is_file():  # Reading a pipe would wait for ever.
        return IdleJournal(path, problem="it is no file")
    try:
        content = path.read_bytes()
    except OSError as error:
        return IdleJournal(path, problem=f"it cannot be read ({error.strerror or error})")
    return judged(path, read_content(content))


def judged(path: Path, content: Content[Kept]) -> IdleJournal:
    """Count what a journal holds, and see who may live of those who hold it."""
    remains = Remains.of(content.kept)
    identities = dict.fromkeys(held.identity for held in remains.attachments.values())
    holders = [str(identity) for identity in identities]
    may_live = any(map(_may_live, identities))
    here = this_client()
    anonymous = [one.creator for one in remains.sessions.values() if one.opened_anonymously]
    if anonymous:
        holders.extend(dict.fromkeys(str(creator or ANONYMOUS) for creator in anonymous))
        may_live = may_live or content.boot_id in {"", here.boot_id} or not here.boot_id
    problem = f"it is {content.damage}" if content.damage else ""
    return IdleJournal(path, len(remains.sessions), tuple(holders), may_live, problem)
