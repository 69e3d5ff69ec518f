"""The command `python -m db_writer`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import grpc.aio

from db_writer.service.config import ConfigError, ConfiguredDatabase, read_databases
from db_writer.service.database import Database
from db_writer.service.driver import DatabaseDriver
from db_writer.service.names import Databases
from db_writer.service.refused_command import retry_refused, show_refused
from db_writer.service.servicer import DbWriterServicer
from db_writer.service.spool_commands import tell
from db_writer.service.spools import Spools
from db_writer.service.trial import GOOD, check_databases, table
from db_writer.service.waiting_command import show_waiting
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


_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the service, or one of the commands beside it; return the exit code of the process."""
    parser = _parser()
    arguments = parse_with_config(parser, argv, tables=("databases",))
    try:
        databases = read_databases(
            arguments.databases, (arguments.config or Path()).absolute().parent
        )
    except ConfigError as error:
        parser.error(f"{arguments.config}: {error}")
    if arguments.json and not (arguments.refused or arguments.waiting):
        parser.error("--json says how --refused and --waiting print; give one of them as well")
    limits = record_limits(parser, arguments)
    configure_logging(verbose=arguments.verbose)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # What it does is logged here.
    options = service_options(NAME, arguments)
    if arguments.check:
        return run_check(options, databases)
    if arguments.waiting or arguments.refused or arguments.retry_refused is not None:
        return run_look(options.data_folder, arguments)
    return run_writer(options, databases, limits)


def run_look(data_folder: Path, arguments: argparse.Namespace) -> int:
    """Look into the spools, or have what was refused tried again.

    Args:
        data_folder: That of the service.
        arguments: Those of the command line.

    Returns:
        The exit code of the process.
    """
    if not data_folder.is_dir():
        return tell(f"There is no data folder {data_folder}. Give the --data-dir of the service.")
    if arguments.waiting:
        return show_waiting(data_folder, as_json=arguments.json)
    if arguments.refused:
        return show_refused(data_folder, as_json=arguments.json)
    return retry_refused(data_folder, arguments.retry_refused)


def run_check(options: ServiceOptions, databases: Mapping[str, ConfiguredDatabase]) -> int:
    """Open every configured database once; print what came of it.

    Args:
        options: Port, data folder and grace time.
        databases: The databases of the configuration, by name.

    Returns:
        The exit code of the process: 1 if a database cannot be opened.
    """
    if not databases:
        print("No database is configured, by [databases.NAME] in the file that --config names.")
        return 0
    known = Databases(options.data_folder, databases)
    results = check_databases(known, databases, Spools(options.data_folder, known))
    print("\n".join(table(results)))
    return 0 if set(results.values()) == {GOOD} else 1


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
        known = Databases(options.data_folder, databases)
        spools = Spools(options.data_folder, known)
        spools.start()
        return DatabaseDriver(known, spools)

    _log.info("SQLite files that clients name lie in %s", options.data_folder)
    for warning in warnings(databases):
        _log.warning("%s", warning)
    return run_service(NAME, DESCRIPTOR, make_driver, writer_servicers(limits), options)


def warnings(databases: Mapping[str, ConfiguredDatabase]) -> Iterable[str]:
    """Yield what keeps configured databases from being opened, or their passwords from secrecy."""
    for database in databases.values():
        try:
            settings = database.settings()
        except ConfigError as error:
            yield f"{error}. It is read again whenever the database is opened."
            settings = database.base
        if database.password is not None and database.password.is_open_to_all():
            yield (
                f"{settings.password_key}: every user of this machine may read the file that it "
                "names. Take the right from them (chmod 600), and change the password."
            )
        if not settings.is_file and find_spec("psycopg") is None:
            yield (
                f"The database {settings.name} needs psycopg, which is not installed. Install the "
                "package with its extra: session-sharing-db-writer[service,postgresql]."
            )


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
    parser.add_argument("--json", action="store_true", help="for --refused and --waiting: JSON")
    commands = parser.add_mutually_exclusive_group()
    commands.add_argument(
        "--check", action="store_true", help="open every configured database once, and end"
    )
    commands.add_argument(
        "--waiting", action="store_true", help="show the records that wait for databases, and end"
    )
    commands.add_argument(
        "--refused",
        action="store_true",
        help="show the records that waited for a database and that it refused for good, and end",
    )
    commands.add_argument(
        "--retry-refused",
        metavar="NAME",
        help="have those of the database NAME tried again, when what refused them is mended, and "
        "end",
    )
    return parser
