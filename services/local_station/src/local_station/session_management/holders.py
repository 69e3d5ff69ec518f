"""Which process is behind a connection, as far as the operating system tells.

Linux and Windows tell of every connection; of the processes of other users Linux tells nobody but
root. macOS tells of the processes of the same user only. What cannot be seen is left open.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote

import psutil

from session_sharing.errors import ResourceExhaustedError
from session_sharing.service.threads import in_thread

LOOK_SECONDS = 1.0
"""How long a look may take."""

_PEER = re.compile(r"ipv[46]:\[?([0-9a-fA-F:.]+)(?:%[^\]]*)?\]?:(\d+)")
_OPTION = re.compile(r"-([bBdEhiIOPqRsStuvVx?]*)([cmWX])(.*)", re.DOTALL)
_HIDDEN = (psutil.AccessDenied, psutil.NoSuchProcess)
_NOT_TOLD = (asyncio.TimeoutError, ResourceExhaustedError, psutil.Error, OSError)
logger = logging.getLogger(__name__)

Address = tuple[str, int]


@dataclass(frozen=True)
class Sighting:
    """What was seen behind a connection.

    Attributes:
        process_id: The process; None if it was not seen.
        program: Its script, module or executable; never its arguments, which may hold secrets.
        user: Whose process it is; empty if not told.
        gone: Whether there is no such connection any more.
    """

    process_id: int | None = None
    program: str = ""
    user: str = ""
    gone: bool = False


class Holders:
    """Looks up processes beside the event loop, one look at a time.

    A look at all connections costs milliseconds, so those who ask while one is going on share the
    next one: that one knows their connections. The one event loop guards all state.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._asked: set[str] = set()
        self._next: asyncio.Task[dict[str, Sighting]] | None = None

    async def look_up(self, peers: Collection[str]) -> dict[str, Sighting]:
        """Return what is behind connections, without those of which nothing could be found out.

        Args:
            peers: The connections, as gRPC writes them.
        """
        self._asked.update(peers)
        if self._next is None:
            self._next = asyncio.create_task(self._look(), name="look up who holds sessions")
        look = self._next
        await asyncio.wait({look})
        return look.result()

    async def _look(self) -> dict[str, Sighting]:
        async with self._lock:
            peers, self._asked, self._next = self._asked, set(), None
            try:
                work = in_thread("look up who holds sessions", lambda: sightings(peers))
                return await asyncio.wait_for(work, LOOK_SECONDS)
            except _NOT_TOLD as error:
                logger.warning("It was not found out who holds sessions: %r", error)
                return {}


def sightings(peers: Collection[str]) -> dict[str, Sighting]:
    """Find out which processes are behind connections, in a blocking way."""
    addresses = {peer: address for peer in peers if (address := address_of(peer))}
    if not addresses:
        return {}
    try:
        owners = dict(_all_connections())
        complete = True
    except psutil.AccessDenied:  # macOS, but for root
        owners = dict(_own_connections())
        complete = False
    found = {peer: _sighting(address, owners, complete) for peer, address in addresses.items()}
    return {peer: sighting for peer, sighting in found.items() if sighting != Sighting()}


def address_of(peer: str) -> Address | None:
    """Return the host and port of a connection on this machine; None for any other."""
    match = _PEER.fullmatch(unquote(peer))
    if match is None:
        return None
    host, port = _plain(match[1], int(match[2]))
    return (host, port) if ip_address(host).is_loopback else None


def program_of(command: Sequence[str]) -> str:
    """Return the script, module or executable of a command line, without folder and arguments."""
    name = _last_part(command[0]) if command else ""
    if not re.match(r"(?i)(python|pypy)", name):
        return name
    rest = iter(command[1:])
    for word in rest:
        option = _OPTION.match(word)
        if option and option[2] == "c":
            return f"{name} -c"
        if option and option[2] == "m":
            module = option[3] or next(rest, name)
            return _joined_program(rest) if module == "session_sharing" else module
        if option and not option[3]:
            next(rest, None)  # the value of -W or -X
        elif not word.startswith("-"):
            return _last_part(word)
    return name


def _joined_program(rest: Iterator[str]) -> str:
    """Return what `python -m session_sharing run` runs in its own process."""
    command = next(rest, "")
    return program_of(["python", *rest]) if command == "run" else f"session_sharing {command}"


def _last_part(path: str) -> str:
    return re.split(r"[\\/]", path)[-1]


def _all_connections() -> Iterator[tuple[Address, int | None]]:
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_ESTABLISHED and connection.laddr:
            yield _plain(connection.laddr.ip, connection.laddr.port), connection.pid


def _own_connections() -> Iterator[tuple[Address, int | None]]:
    for process in psutil.process_iter():
        try:
            for connection in process.net_connections("tcp"):
                if connection.status == psutil.CONN_ESTABLISHED and connection.laddr:
                    yield _plain(connection.laddr.ip, connection.laddr.port), process.pid
        except _HIDDEN:
            continue


def _plain(host: str, port: int) -> Address:
    """Return an address as it is without IPv6: gRPC's sockets are of IPv6 in any case."""
    return host.lower().removeprefix("::ffff:"), port


def _sighting(address: Address, owners: dict[Address, int | None], complete: bool) -> Sighting:
    if address not in owners:
        return Sighting(gone=complete)
    process_id = owners[address]
    if not process_id:
        return Sighting()
    try:
        process = psutil.Process(process_id)
        return Sighting(process_id, program_of(process.cmdline()) or process.name(), _user(process))
    except _HIDDEN:
        return Sighting(process_id)


def _user(process: psutil.Process) -> str:
    try:
        return process.username()
    except (psutil.Error, KeyError):  # a user without a name, as in some containers
        return ""
