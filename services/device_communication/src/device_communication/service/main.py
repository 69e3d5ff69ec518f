"""The command `python -m device_communication`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import grpc.aio

from device_communication.client import DeviceCommunicationClient
from device_communication.service.device import Device
from device_communication.service.driver import CALL_SECONDS, DeviceDriver
from device_communication.service.names import DeviceLocations
from device_communication.service.ni_servicer import NiDeviceCommunicationServicer
from device_communication.service.ni_wire import device_communication_pb2 as ni_pb2
from device_communication.service.ni_wire import device_communication_pb2_grpc as ni_grpc
from device_communication.service.operating import locating, operate
from device_communication.service.simulated_instrument import SimulatedInstruments
from session_sharing.discovery import ServiceDescriptor
from session_sharing.service import (
    OneThread,
    ServiceOptions,
    SessionEngine,
    configure_logging,
    parse_with_config,
    run_service,
    serve_operations,
    service_options,
    service_parser,
)
from session_sharing.service.session_service import AddServicers

NAME = "device_communication"

DESCRIPTOR = ServiceDescriptor(
    display_name="Device Communication",
    service_class="ni.DeviceControl.CommService",
    provided_interfaces=(
        "session_sharing.device_communication.v1.DeviceCommunication",
        "DeviceCommunication.DeviceCommunication",
        "ni.device_control.v1.service",
    ),
    versions=("1.0.0",),
)
"""What discovery is told; `DeviceCommunication.serviceconfig` says the same."""

LONGEST_CALL_SECONDS = 3600.0
"""What `--call-limit` may be at most: with `inf` a device that hangs would never be noticed."""

_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the service; return the exit code of the process."""
    arguments = parse_with_config(_parser(), argv)
    configure_logging(verbose=arguments.verbose)
    return run_devices(service_options(NAME, arguments), arguments.allow_root, arguments.call_limit)


def run_devices(options: ServiceOptions, roots: Sequence[Path], limit: float) -> int:
    """Run the service with these options until it is asked to stop.

    Args:
        options: Port, data folder and grace time.
        roots: Further folders in which register maps may lie.
        limit: How long one call of an instrument may take, in seconds.

    Returns:
        The exit code of the process.
    """
    locations = DeviceLocations(options.data_folder, roots)

    def make_driver() -> DeviceDriver:
        _log.info("Register maps that clients name lie in %s", options.data_folder)
        # Another backend takes its place here.
        backend = SimulatedInstruments(options.data_folder / "simulated_devices")
        return DeviceDriver(locations, backend, limit)

    return run_service(NAME, DESCRIPTOR, make_driver, device_servicers(locations), options)


def device_servicers(locations: DeviceLocations) -> AddServicers[OneThread[Device]]:
    """Return what adds both contracts to a server.

    Args:
        locations: Finds devices with their settings.
    """
    own = serve_operations(DeviceCommunicationClient.SERVICE, operate, locating(locations))

    def add(engine: SessionEngine[OneThread[Device]], server: grpc.aio.Server) -> Iterable[str]:
        ni_grpc.add_DeviceCommunicationServicer_to_server(
            NiDeviceCommunicationServicer(engine, locations), server
        )
        ni_name = ni_pb2.DESCRIPTOR.services_by_name["DeviceCommunication"].full_name
        return [*own(engine, server), ni_name]

    return add


def _parser() -> argparse.ArgumentParser:
    parser = service_parser(
        NAME, "Lets many programs use the registers and GPIO of one device through one session."
    )
    parser.add_argument(
        "--allow-root",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a further folder in which absolute register maps may lie; may be repeated",
    )
    parser.add_argument(
        "--call-limit",
        type=_call_seconds,
        default=CALL_SECONDS,
        metavar="SECONDS",
        help="how long one call of a device may take before its session counts as broken "
        "(default: %(default)s)",
    )
    return parser


def _call_seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= LONGEST_CALL_SECONDS:
        raise argparse.ArgumentTypeError(
            f"a number of seconds over 0, up to {LONGEST_CALL_SECONDS:g}"
        )
    return seconds
