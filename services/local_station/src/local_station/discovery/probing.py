"""Whether a registered service still listens."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Collection
from enum import Enum

from local_station.discovery.directory import Registration
from session_sharing.discovery import ServiceLocation
from session_sharing.discovery.address import PROBE_SECONDS, addresses_of

_OUR_OWN_LACK = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
"""Errors that say nothing of the service."""


class Health(Enum):
    """What a connection told of a service."""

    ALIVE = "alive"
    SILENT = "silent"
    """No answer in time: it may be overloaded, and come back."""
    DEAD = "dead"
    """Nobody listens there."""


async def probe_all(
    registrations: Collection[Registration], timeout: float = PROBE_SECONDS
) -> dict[str, Health]:
    """Return the health of each registration by its id; takes at most `timeout` seconds for all."""
    healths = await asyncio.gather(
        *(probe(registration.location, timeout) for registration in registrations)
    )
    ids = [registration.registration_id for registration in registrations]
    return dict(zip(ids, healths, strict=True))


async def probe(location: ServiceLocation, timeout: float = PROBE_SECONDS) -> Health:
    """Connect to a service and hang up again; takes at most `timeout` seconds."""
    port = int(location.insecure_port or location.ssl_authenticated_port)
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


async def _connect(host: str, port: int, timeout: float) -> Health:
    loop = asyncio.get_running_loop()
    try:
        connecting = loop.create_connection(asyncio.Protocol, host, port)
        transport, _ = await asyncio.wait_for(connecting, timeout)
    except asyncio.TimeoutError:
        return Health.SILENT
    except OSError as error:
        return Health.SILENT if error.errno in _OUR_OWN_LACK else Health.DEAD
    except ValueError:  # a host that no resolver takes
        return Health.DEAD
    transport.abort()
    return Health.ALIVE
