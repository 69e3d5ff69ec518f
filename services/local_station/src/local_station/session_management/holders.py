"""Which process is behind a connection, as far as the operating system tells.

What this process is connected to, every system tells it. Whose the other end is, Linux and Windows
tell of every connection; of the processes of other users Linux tells nobody but root. macOS tells
of the processes of the same user only. What cannot be seen is left open.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote

import psutil

from local_station.session_management.clients import Asked, Process, Sighting
from local_station.session_management.programs import program_of
from local_station.session_management.starts import seconds_since, start_of
from session_sharing.errors import ResourceExhaustedError
from session_sharing.service.threads import in_thread
from session_sharing.utc import utc_now

LOOK_SECONDS = 1.0
"""How long a look may take."""

_PEER = re.compile(r"ipv[46]:\[?([0-9a-fA-F:.]+)(?:%[^\]]*)?\]?:(\d+)")
_HIDDEN = (psutil.AccessDenied, psutil.NoSuchProcess)
# psutil raises a RuntimeError where it does not understand what the system tells.
_NOT_TOLD = (asyncio.TimeoutError, ResourceExhaustedError, psutil.Error, OSError, RuntimeError)
logger = logging.getLogger(__name__)

_CLOCK_STEP = 2.0
"""By how many seconds clocks may differ about one start."""

Address = tuple[str, int]


class Holders:
    """Looks up processes beside the event loop, one look at a time.

    A look at all connections costs milliseconds, so those who ask while one is going on share the
    next one: that one knows their connections. The one event loop guards all state.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._asked: set[Asked] = set()
        self._next: asyncio.Task[dict[Asked, Sighting]] | None = None
        self._fails = False

    async def look_up(self, asked: Collection[Asked]) -> dict[Asked, Sighting]:
        """Return what is seen of clients; without those on other machines, empty if it fails."""
        self._asked.update(asked)
        if self._next is None:
            self._next = asyncio.create_task(self._look(), name="look up who holds sessions")
        look = self._next
        await asyncio.wait({look})
        return look.result()

    async def _look(self) -> dict[Asked, Sighting]:
        async with self._lock:
            asked, self._asked, self._next = self._asked, set(), None
            try:
                work = in_thread("look up who holds sessions", lambda: sightings(asked))
                seen = await asyncio.wait_for(work, LOOK_SECONDS)
            except _NOT_TOLD as error:
                # Once: as long as something is reserved, it is looked again every few seconds.
                level = logging.DEBUG if self._fails else logging.WARNING
                logger.log(level, "It was not found out who holds sessions: %r", error)
                seen = {}
                self._fails = True
            else:
                self._fails = False
            return seen


def sightings(asked: Collection[Asked]) -> dict[Asked, Sighting]:
    """Find out what is behind connections, in a blocking way.

    A connection is known by both its ends: its other end is one of this process. So a program that
    has got the same port later, for something else, is not taken for the client.
    """
    addresses = {each: address for each in asked if (address := address_of(each.peer))}
    if not addresses:
        return {}
    ours = _connected_to_us()
    running = {each: each.process is None or each.process.is_running() for each in addresses}
    sought = {addresses[each] for each in addresses if each.process is None or not running[each]}
    owners = _owners({address: ours[address] for address in sought if address in ours})
    processes = {process_id: _process(process_id) for process_id in set(owners.values())}
    found = {address: processes[process_id] for address, process_id in owners.items()}
    return {
        each: _sighting(each, address in ours, running[each], found.get(address))
        for each, address in addresses.items()
    }


def running_process(process_id: int, started: float) -> Process | None:
    """Find a process that was seen in an earlier run of the station, in a blocking way.

    Args:
        process_id: Its number.
        started: When it began, as was seen. Where that is by the system's clock, a process that
            began before that was set may not be found.

    Returns:
        The process; None if it has ended.
    """
    process = _process(process_id)
    if process is None or abs(process.started - started) > _CLOCK_STEP:
        return None
    return process if process.is_running() else None


def connections_to(port: int) -> set[Address]:
    """Return the clients' ends of connections to a port of this machine, in a blocking way."""
    return {own for own, other, _ in _ends() if other[1] == port}


def address_of(peer: str) -> Address | None:
    """Return the host and port of a connection on this machine; None for any other."""
    match = _PEER.fullmatch(unquote(peer))
    if match is None:
        return None
    host, port = _plain(match[1], int(match[2]))
    return (host, port) if ip_address(host).is_loopback else None


def _sighting(asked: Asked, connected: bool, running: bool, found: Process | None) -> Sighting:
    if asked.process is not None:
        if not running:  # Then another program may have got its port.
            connected = found is not None and found.process_id == asked.process.process_id
        return Sighting(asked.process, connected, running)
    if found is not None and _is_later(found, asked.since):
        return Sighting(connected=False)
    return Sighting(found, connected)


def _is_later(process: Process, since: datetime) -> bool:
    """Tell whether a process began after a moment; not if its clock was set back since then."""
    now = utc_now()
    age = seconds_since(process.started, now.timestamp())
    return 0 <= age < (now - since).total_seconds() - _CLOCK_STEP


def _connected_to_us() -> dict[Address, Address]:
    """Return the other end of each connection that this process has, with its own end."""
    return {other: own for own, other, _ in _established(psutil.Process().net_connections("tcp"))}


def _owners(wanted: Mapping[Address, Address]) -> dict[Address, int]:
    """Return the processes at one end of connections, of which both ends are given."""
    if not wanted:
        return {}
    return {own: owner for own, other, owner in _ends() if owner and wanted.get(own) == other}


def _ends() -> list[tuple[Address, Address, int | None]]:
    """Return the ends of all connections that can be seen."""
    try:
        return list(_established(psutil.net_connections("tcp")))
    except psutil.AccessDenied:  # macOS, but for root
        return list(_ends_process_by_process())


def _ends_process_by_process() -> Iterator[tuple[Address, Address, int | None]]:
    for process in psutil.process_iter():
        try:
            for own, other, _ in _established(process.net_connections("tcp")):
                yield own, other, process.pid
        except _HIDDEN:
            continue


def _established(connections: Collection[Any]) -> Iterator[tuple[Address, Address, int | None]]:
    """Return both ends of connections, and whose process the first one is."""
    for connection in connections:
        if connection.status == psutil.CONN_ESTABLISHED and connection.laddr and connection.raddr:
            own, other = connection.laddr, connection.raddr
            yield (
                _plain(own.ip, own.port),
                _plain(other.ip, other.port),
                getattr(connection, "pid", None),
            )


def _plain(host: str, port: int) -> Address:
    """Return an address as it is without IPv6: gRPC's sockets are of IPv6 in any case."""
    return host.lower().removeprefix("::ffff:"), port


def _process(process_id: int) -> Process | None:
    try:
        handle = psutil.Process(process_id)
        program, user = _program(handle), _user(handle)
        started = start_of(process_id, handle.create_time())
        return Process(process_id, started, program, user, partial(_is_running, handle))
    except (*_HIDDEN, OSError):
        return None


def _is_running(handle: psutil.Process) -> bool:
    """Tell whether a process runs; one that nobody has waited for after its end does not."""
    try:
        return handle.is_running() and handle.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _program(handle: psutil.Process) -> str:
    try:
        command = handle.cmdline()
    except psutil.AccessDenied:
        command = []
    return program_of(command, _executable(handle))


def _executable(handle: psutil.Process) -> str:
    try:
        return handle.exe()
    except psutil.AccessDenied:
        return ""


def _user(handle: psutil.Process) -> str:
    try:
        return handle.username()
    except (psutil.AccessDenied, KeyError):  # a user without a name, as in some containers
        return ""
