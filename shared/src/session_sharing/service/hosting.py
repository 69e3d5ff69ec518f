"""Hosting a gRPC server as a process: one way to start, to say so and to stop, for all servers."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

import grpc.aio

from session_sharing.errors import SharingError, UnavailableError
from session_sharing.service.listening import Listening
from session_sharing.service.network import LOOPBACK_ONLY, NetworkOptions
from session_sharing.service.open_files import allow_open_files, connections_of_an_address
from session_sharing.service.stopping import (
    Watchdog,
    flush_standard_streams,
    ignore_stop_signals,
    install_stop_signals,
    within,
)

_MEBIBYTE = 1 << 20

SERVER_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.so_reuseport", 0),  # else a second server could share the port unnoticed
    # A frozen client is noticed within 5 s. Only ping_timeout_ms has an effect in current cores;
    # with keepalive_timeout_ms alone it takes 60 s. Old cores follow the latter.
    ("grpc.keepalive_time_ms", 2500),
    ("grpc.keepalive_timeout_ms", 2500),
    ("grpc.http2.ping_timeout_ms", 2500),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.http2.min_ping_interval_without_data_ms", 1000),  # clients may ping too
    ("grpc.server_handshake_timeout_ms", 10_000),  # who connects and says nothing is let go
    # Calls that wait to be taken: beyond 1,000 gRPC would drop them at random, without a reason.
    ("grpc.server.max_pending_requests", 20_000),
    ("grpc.server.max_pending_requests_hard_limit", 40_000),
    # Above our own limit of 64 MiB a request, so that our error is the one seen.
    ("grpc.max_receive_message_length", 80 * _MEBIBYTE),
    ("grpc.max_send_message_length", 80 * _MEBIBYTE),
)
"""How every server of the project speaks gRPC."""

MAXIMUM_CONCURRENT_RPCS = 4000
"""Calls at once, held streams included, before gRPC refuses with RESOURCE_EXHAUSTED."""

_START_LIMIT = 10.0  # seconds

# Shares of HostingOptions.stop_within. What is left over is for the interpreter's own end.
_DRAINING, _GRACE, _SERVER, _RELEASING, _FORCE = 0.75, 0.10, 0.11, 0.04, 0.93

logger = logging.getLogger(__name__)


class Hosted(Protocol):
    """What a server process hosts. All methods are called in the loop, each at most once."""

    def add_to(self, server: grpc.aio.Server) -> None:
        """Add the servicers; the server has its ports and has not started."""

    async def started(self, listening: Listening) -> None:
        """Begin what needs a serving server, such as registering; return soon, within 10 s.

        Raising a `SharingError` ends the process with that text.
        """

    async def stopping(self) -> None:
        """Come to rest, while the server still answers.

        Turn NOT_SERVING, unregister, refuse new work, finish accepted work, end held streams.
        Called if the server has started, also when `started` failed. It gets three quarters of
        `stop_within`.
        """

    async def stopped(self) -> None:
        """Give back what was taken before the server existed, such as locks.

        Called at the very end, when nobody can call any more; also when no port was free and
        `stopping` was not called.
        """


@dataclass(frozen=True)
class HostingOptions:
    """How to host.

    Attributes:
        name: The server's name in the ready line, in errors, and in the name of the port's file.
        port: The port; 0 for any free one; None for the one of the last run, else any free one.
        state_folder: Where the port of the last run is remembered; created if missing.
        interceptors: The server's interceptors, outermost first.
        stop_within: Seconds from the signal to the end of the process, whatever hangs.
        network: Where else it listens, and with what encryption.
    """

    name: str
    port: int | None
    state_folder: Path
    interceptors: Sequence[grpc.aio.ServerInterceptor] = ()
    stop_within: float = 10.0
    network: NetworkOptions = LOOPBACK_ONLY


NEW_OBJECTS = 50_000
"""After how many new objects cycles among them are looked for.

Records come as many short-lived objects without cycles; to look each 700 objects, as Python does by
itself, took an eighth of the processor time (docs/performance.md).
"""


def run(hosted_factory: Callable[[], Hosted], options: HostingOptions) -> int:
    """Host until a signal asks to stop; return the exit code of the process.

    Call it in the main thread, last of all, as in `sys.exit(run(...))`: it owns the process. When
    it returns, stop signals are ignored, and a process still there `stop_within` later is ended by
    force.

    Args:
        hosted_factory: Makes what is hosted, in the loop. It may take locks and recover sessions.
        options: How to host.

    Returns:
        0 after a stop; 1 if the start failed with a `SharingError`, printed as one line on standard
        error. Any other error is a defect and is raised, so its traceback is seen.
    """
    watchdog = Watchdog(options.stop_within * _FORCE)
    gc.set_threshold(NEW_OBJECTS)
    allow_open_files()
    exit_code = 1
    try:
        asyncio.run(_host(hosted_factory, options, watchdog))
        exit_code = 0
    except SharingError as error:
        print(f"{options.name}: {' '.join(error.message.split())}", file=sys.stderr)
    finally:
        watchdog.arm(exit_code)
        ignore_stop_signals()
        flush_standard_streams()
    return exit_code


async def _host(
    hosted_factory: Callable[[], Hosted], options: HostingOptions, watchdog: Watchdog
) -> None:
    stop = asyncio.Event()
    install_stop_signals(stop, watchdog.arm)
    await serve(hosted_factory(), options, stop)


async def serve(
    hosted: Hosted, options: HostingOptions, stop: asyncio.Event, *, out: TextIO | None = None
) -> None:
    """Serve until `stop` is set, then stop in order: `run` without the process around it.

    Args:
        hosted: What to serve.
        options: How to serve.
        stop: Set it to stop.
        out: Where the ready line goes; standard output if None.

    Raises:
        SharingError: No port was free, the state folder is unusable, or `started` failed.
    """
    listening = Listening(options.name, options.state_folder, options.port, options.network)
    try:
        server = await listening.bound(lambda: _make_server(options))
        hosted.add_to(server)
        await server.start()
        listening.begin()
        try:
            await _tell_started(hosted, listening, options.name)
            if not stop.is_set():
                _announce(f"{options.name} ready: localhost:{listening.ports.ready}", out)
            await stop.wait()
        finally:
            await listening.end()
            await within(options.stop_within * _DRAINING, hosted.stopping(), "drain")
            grace = options.stop_within * _GRACE
            await within(options.stop_within * _SERVER, server.stop(grace), "server-stop")
    finally:
        await within(options.stop_within * _RELEASING, hosted.stopped(), "release")


def _make_server(options: HostingOptions) -> grpc.aio.Server:
    return grpc.aio.server(
        interceptors=tuple(options.interceptors),
        options=(
            *SERVER_OPTIONS,
            ("grpc.max_allowed_incoming_connections", connections_of_an_address()),
        ),
        maximum_concurrent_rpcs=MAXIMUM_CONCURRENT_RPCS,
    )


async def _tell_started(hosted: Hosted, listening: Listening, name: str) -> None:
    try:
        await asyncio.wait_for(hosted.started(listening), _START_LIMIT)
    except asyncio.TimeoutError as error:
        raise UnavailableError(
            f"{name} serves on port {listening.ports.ready}, but was not set up within "
            f"{_START_LIMIT:.0f} s. Start it again; if that does not help, its log says what it "
            "waited for."
        ) from error


def _announce(line: str, out: TextIO | None) -> None:
    """Print the ready line; that nobody listens, or no more, is no reason to end."""
    try:
        print(line, file=out or sys.stdout, flush=True)
    except (OSError, ValueError) as error:  # ValueError: the stream was closed on our side
        logger.warning("Nobody reads standard output (%s); it said: %s", error, line)
        flush_standard_streams()
