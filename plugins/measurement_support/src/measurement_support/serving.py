"""Serving a measurement until the process is asked to stop."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from collections.abc import Sequence

import grpc
from ni_measurement_plugin_sdk_service import MeasurementService

from measurement_support.late_releases import LATE_RELEASES
from measurement_support.running import RUNS, Runs
from measurement_support.signals import StopRequests
from session_sharing import SharingError, join_local_station
from session_sharing.text import printable

# A stop takes 9 s at most.
INTERRUPT_SECONDS = 3.0
"""How long runs may take to end when they are asked to."""

LATE_SECONDS = 1.0
"""How long giving back may take what could not be given back before."""

CLOSE_SECONDS = 3.0
"""How long unregistering may take; it waits for discovery, without a limit of its own."""

LAST_SECONDS = 2.0
"""How long runs may take that end because the channels which they waited on are closed."""

_REPORTED = ("ni.measurementlink.discovery.v1.client", "ni_measurement_plugin_sdk_service")
"""Libraries that log, with a traceback each, what is reported here in a line."""

_log = logging.getLogger(__name__)


def serve(
    measurement_service: MeasurementService,
    name: str,
    arguments: Sequence[str] | None = None,
    runs: Runs = RUNS,
) -> int:
    """Host a measurement, and register it, until SIGINT, SIGTERM, SIGHUP or Ctrl-Break.

    When it is ready it prints `NAME ready: localhost:PORT`. When it stops, its callers get
    UNAVAILABLE, and what their runs hold is released. Call it in the main thread.

    Args:
        measurement_service: The measurement.
        name: What the program is called, in one word.
        arguments: The command line; that of the process by default.
        runs: Where the measurement counts its runs.

    Returns:
        The exit code: 1 if it could not start, and a line of its log says what to do.
    """
    options = _parser(name, measurement_service).parse_args(arguments)
    _configure_logging(options.verbose)
    stop_requests = StopRequests()
    if not _host(measurement_service, name):
        return 1
    port = measurement_service.service_location.insecure_port
    print(f"{name} ready: localhost:{port}", flush=True)
    _log.info("%s: stopping", stop_requests.wait())
    if not _stop(measurement_service, f"The measurement plug-in {name} is stopping.", runs):
        _end_by_force()
    return 0


def _parser(name: str, measurement_service: MeasurementService) -> argparse.ArgumentParser:
    info = measurement_service.measurement_info
    parser = argparse.ArgumentParser(
        prog=name,
        description=f"Serves the measurement {info.display_name!r} until it is interrupted.",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="log details")
    return parser


def _configure_logging(verbose: bool) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
        force=True,
    )
    for library in _REPORTED:
        logging.getLogger(library).setLevel(logging.DEBUG if verbose else logging.CRITICAL)


def _host(measurement_service: MeasurementService, name: str) -> bool:
    """Host and register the measurement; return whether it serves."""
    try:
        join_local_station()
        measurement_service.host_service()
    except SharingError as error:
        reason = error.message
    except grpc.RpcError as error:
        details = error.details() if isinstance(error, grpc.Call) else error
        reason = f"discovery refuses or does not answer ({details}). Start the station again."
    except (OSError, RuntimeError) as error:
        reason = f"{error}. Is loopback there, and is NI's software, or the local station, running?"
    else:
        return True
    measurement_service.close_service()  # The SDK leaves what it began.
    print(f"{name} cannot start: {printable(' '.join(reason.split()))}", file=sys.stderr)
    return False


def _stop(measurement_service: MeasurementService, reason: str, runs: Runs) -> bool:
    """Stop serving; return whether all has ended in time.

    The runs come first: closing the service closes the channel through which they release their
    reservations. A run that waits in a call of another service cannot be interrupted but by that.
    """
    runs.stop(reason)
    if not runs.wait_for_none(INTERRUPT_SECONDS):
        _log.warning("A run did not end in time; it waits for an instrument, or a service")
    LATE_RELEASES.stop(LATE_SECONDS)
    closing = threading.Thread(
        target=_close, args=(measurement_service,), name="close-service", daemon=True
    )
    closing.start()
    closing.join(CLOSE_SECONDS)
    return runs.wait_for_none(LAST_SECONDS) and not closing.is_alive()


def _close(measurement_service: MeasurementService) -> None:
    try:
        measurement_service.close_service()
    except grpc.RpcError as error:
        _log.warning("Discovery could not be told: %s", printable(str(error)))


def _end_by_force() -> None:
    """End the process although a thread is stuck: the interpreter would wait for it for ever."""
    _log.warning("Something does not end; ending the process all the same")
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)
