"""The command `python -m json_logger`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import grpc.aio

from json_logger.service.driver import LogFileDriver
from json_logger.service.log_file import LogFile
from json_logger.service.ni_servicer import NiJsonLoggerServicer
from json_logger.service.ni_wire import json_logger_pb2 as ni_pb2
from json_logger.service.ni_wire import json_logger_pb2_grpc as ni_grpc
from json_logger.service.servicer import JsonLoggerServicer
from json_logger.wire import json_logger_pb2, json_logger_pb2_grpc
from session_sharing.discovery import ServiceDescriptor
from session_sharing.records import AckLevel, RecordLimits
from session_sharing.service import (
    ServiceOptions,
    SessionEngine,
    add_limit_options,
    configure_logging,
    parse_with_config,
    record_limits,
    run_service,
    service_options,
    service_parser,
)
from session_sharing.service.conversion import Conversion
from session_sharing.service.folders import warn_if_open_to_all
from session_sharing.service.session_service import AddServicers

NAME = "json_logger"

DESCRIPTOR = ServiceDescriptor(
    display_name="JSON Logger",
    service_class="ni.logger.JSONLogService",
    provided_interfaces=(
        "session_sharing.json_logger.v1.JsonLogger",
        "json_logger.JsonLogger",
        "ni.logger.v1.json",
    ),
    versions=("1.0.0",),
)
"""What discovery is told; `JsonLogger.serviceconfig` says the same."""

_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the service; return the exit code of the process."""
    parser = _parser()
    arguments = parse_with_config(parser, argv)
    limits = record_limits(parser, arguments)
    configure_logging(verbose=arguments.verbose)
    options = service_options(NAME, arguments)
    return run_logger(options, arguments.allow_root, AckLevel(arguments.ack), limits)


def run_logger(
    options: ServiceOptions, roots: Sequence[Path], level: AckLevel, limits: RecordLimits
) -> int:
    """Run the service with these options until it is asked to stop.

    Args:
        options: Port, data folder and grace time.
        roots: Further folders in which log files may lie.
        level: The acknowledgement level for those who name none.
        limits: How big records and requests may be.

    Returns:
        The exit code of the process.
    """

    def make_driver() -> LogFileDriver:
        driver = LogFileDriver(options.data_folder, roots)
        for root in roots:
            warn_if_open_to_all(root)
        _log.info("Log files that clients name lie in %s", options.data_folder)
        return driver

    return run_service(NAME, DESCRIPTOR, make_driver, logger_servicers(level, limits), options)


def logger_servicers(level: AckLevel, limits: RecordLimits | None = None) -> AddServicers[LogFile]:
    """Return what adds both contracts to a server.

    Args:
        level: The acknowledgement level for those who name none.
        limits: How big records and requests may be.
    """

    def add(engine: SessionEngine[LogFile], server: grpc.aio.Server) -> Iterable[str]:
        conversion = Conversion(limits)
        json_logger_pb2_grpc.add_JsonLoggerServicer_to_server(
            JsonLoggerServicer(engine, level, conversion), server
        )
        ni_grpc.add_JsonLoggerServicer_to_server(
            NiJsonLoggerServicer(engine, level, conversion), server
        )
        files = (json_logger_pb2.DESCRIPTOR, ni_pb2.DESCRIPTOR)
        return [file.services_by_name["JsonLogger"].full_name for file in files]

    return add


def _parser() -> argparse.ArgumentParser:
    parser = service_parser(NAME, "Lets many programs log into one file through one session.")
    parser.add_argument(
        "--allow-root",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a further folder in which absolute log files may lie; may be repeated",
    )
    parser.add_argument(
        "--ack",
        choices=[level.value for level in AckLevel],
        default=AckLevel.DISK.value,
        help="when a record counts as logged for those who do not say (default: %(default)s)",
    )
    add_limit_options(parser, "the longest line that a record may become")
    return parser
