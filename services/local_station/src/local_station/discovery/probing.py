"""Whether registered services still listen."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Collection
from enum import Enum

from local_station.discovery.model import Registration
from session_sharing.discovery import ServiceLocation
from session_sharing.discovery.address import PROBE_SECONDS, addresses_of, is_loopback

AT_ONCE = 50
"""How many services are asked at once: each takes two file descriptors of the station's."""

_NOBODY_THERE = {errno.ECONNREFUSED, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}

_OUR_OWN_LACK = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
"""Errors that say nothing of the service."""


class Health(Enum):
    """What a connection told of a service."""

    ALIVE = "alive"
    SILENT = "silent"
    """No answer in time, or no way to it: it may be overloaded or far away, and come back."""
    DEAD = "dead"
    """Nobody listens there."""


async def probe_all(
    registrations: Collection[Registration], timeout: float = PROBE_SECONDS
) -> dict[str, Health]:
    """Return the health of each registration by its id; each place is asked once.

    Args:
        registrations: Whom to ask.
        timeout: After how many seconds all who have not answered are silent.
    """
    known: dict[ServiceLocation, Health] = {}
    slow: list[ServiceLocation] = []
    for number, location in enumerate({one.location for one in registrations}, 1):
        health = _known_at_once(location)
        if health is None:
            slow.append(location)
        else:
            known[location] = health
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)  # Others have their turn.
    known.update(await _wait_for_all(slow, timeout) if slow else {})
    return {one.registration_id: known[one.location] for one in registrations}


async def _wait_for_all(
    locations: Collection[ServiceLocation], timeout: float
) -> dict[ServiceLocation, Health]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(location: ServiceLocation) -> Health:
        async with turns:
            return await probe(location, timeout)

    tasks = {one: asyncio.create_task(in_turn(one), name="probe of a service") for one in locations}
    try:
        await asyncio.wait(tasks.values(), timeout=timeout)
        return {one: task.result() if task.done() else Health.SILENT for one, task in tasks.items()}
    finally:
        for task in tasks.values():
            task.cancel()


def _known_at_once(location: ServiceLocation) -> Health | None:
    """Ask a service of this machine, without waiting; None if the answer takes time.

    A connection to a service of this machine is there, or refused, before the call returns on
    Linux; elsewhere mostly a moment later.
    """
    if location.location != "localhost":
        return None
    errors = set()
    for host in addresses_of(location.location):
        error = _connect_at_once(host, _port(location))
        if not error:
            return Health.ALIVE
        errors.add(error)
    return Health.DEAD if errors <= _NOBODY_THERE else None


def _connect_at_once(host: str, port: int) -> int:
    """Return the number of the error; 0 for none, another one if that is not known yet."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as attempt:
            attempt.setblocking(False)
            attempt.connect_ex((host, port))  # always says that it is under way
            error = attempt.connect_ex((host, port))
            return 0 if error == errno.EISCONN else error
    except OSError as error:
        return error.errno or errno.EIO


async def probe(location: ServiceLocation, timeout: float = PROBE_SECONDS) -> Health:
    """Connect to a service and hang up again; takes at most `timeout` seconds."""
    port = _port(location)
    attempts = [
        asyncio.create_task(_connect(host, port, timeout), name=f"probe of {host}, port {port}")
        for host in addresses_of(location.location.strip("[]"))
    ]
    result = Health.DEAD
    try:
        for attempt in asyncio.as_completed(attempts):
            health = await attempt
            if health is Health.ALIVE:
                return health
            result = Health.SILENT if health is Health.SILENT else result
    finally:
        for task in attempts:
            task.cancel()
    return result


def _port(location: ServiceLocation) -> int:
    return int(location.insecure_port or location.ssl_authenticated_port)


async def _connect(host: str, port: int, timeout: float) -> Health:
    loop = asyncio.get_running_loop()
    try:
        connecting = loop.create_connection(asyncio.Protocol, host, port)
        transport, _ = await asyncio.wait_for(connecting, timeout)
    except asyncio.TimeoutError:
        return Health.SILENT
    except OSError as error:
        return Health.DEAD if _tells_of_death(error, host) else Health.SILENT
    except ValueError:  # a host that no resolver takes
        return Health.DEAD
    transport.abort()
    return Health.ALIVE


def _tells_of_death(error: OSError, host: str) -> bool:
    """Tell whether nobody listens; a name that is not resolved, or no way, says nothing of it."""
    if is_loopback(host):  # There is no network in between.
        return error.errno not in _OUR_OWN_LACK
    return isinstance(error, ConnectionRefusedError)
