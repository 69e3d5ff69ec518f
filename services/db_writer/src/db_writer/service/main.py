"""The command `python -m db_writer`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import grpc.aio

from db_writer.service.config import ConfigError, ConfiguredDatabase, read_databases
from db_writer.service.database import Database
from db_writer.service.driver import DatabaseDriver
from db_writer.service.names import Databases
from db_writer.service.servicer import DbWriterServicer
from db_writer.wire import db_writer_pb2, db_writer_pb2_grpc
from session_sharing.discovery import ServiceDescriptor
from session_sharing.records import RecordLimits
from session_sharing.service import (
    Conversion,
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
from session_sharing.service.session_service import AddServicers

NAME = "db_writer"

DESCRIPTOR = ServiceDescriptor(
    display_name="Database Writer",
    service_class="session_sharing.DatabaseWriter",
    provided_interfaces=("session_sharing.db_writer.v1.DbWriter",),
    versions=("1.0.0",),
)
"""What discovery is told; `DbWriter.serviceconfig` says the same."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the service; return the exit code of the process."""
    parser = _parser()
    arguments = parse_with_config(parser, argv, tables=("databases",))
    try:
        databases = read_databases(
            arguments.databases, (arguments.config or Path()).absolute().parent
        )
    except ConfigError as error:
        parser.error(f"{arguments.config}: {error}")
    limits = record_limits(parser, arguments)
    configure_logging(verbose=arguments.verbose)
    return run_writer(service_options(NAME, arguments), databases, limits)


def run_writer(
    options: ServiceOptions, databases: Mapping[str, ConfiguredDatabase], limits: RecordLimits
) -> int:
    """Run the service with these options until it is asked to stop.

    Args:
        options: Port, data folder and grace time.
        databases: The databases of the configuration, by name.
        limits: How big records and requests may be.

    Returns:
        The exit code of the process.
    """

    def make_driver() -> DatabaseDriver:
        return DatabaseDriver(Databases(options.data_folder, databases))

    return run_service(NAME, DESCRIPTOR, make_driver, writer_servicers(limits), options)


def writer_servicers(limits: RecordLimits | None = None) -> AddServicers[Database]:
    """Return what adds the contract to a server.

    Args:
        limits: How big records and requests may be.
    """

    def add(engine: SessionEngine[Database], server: grpc.aio.Server) -> Iterable[str]:
        db_writer_pb2_grpc.add_DbWriterServicer_to_server(
            DbWriterServicer(engine, Conversion(limits)), server
        )
        return [db_writer_pb2.DESCRIPTOR.services_by_name["DbWriter"].full_name]

    return add


def _parser() -> argparse.ArgumentParser:
    parser = service_parser(NAME, "Lets many programs log into one database through one session.")
    add_limit_options(parser, "the longest record, as a line of JSON")
    return parser
