"""The command `python -m local_station.instruments`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from local_station.home import ports_folder
from local_station.instruments.bench import Bench
from local_station.instruments.only_one import take_place
from local_station.instruments.server import InstrumentServer
from local_station.instruments.wiring import wired
from session_sharing.data_folders import PORT_SUFFIX
from session_sharing.discovery import cluster_id, station_home
from session_sharing.service.arguments import port_number
from session_sharing.service.binding import recall_port
from session_sharing.service.folders import private_folder
from session_sharing.service.hosting import HostingOptions, run
from session_sharing.service.interceptor import ErrorInterceptor
from session_sharing.service.logs import configure_logging

NAME = "instruments"


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until asked to stop, and return the exit code.

    Raises:
        SystemExit: The usage is wrong (code 2), or help was asked for.
    """
    arguments = _parser().parse_args(argv)
    configure_logging(arguments.verbose)

    folder, cluster = station_home(), cluster_id()
    ports = ports_folder(folder, cluster)

    def make() -> InstrumentServer:
        circuit = wired(arguments.circuit, arguments.pin_map)
        last_port = recall_port(private_folder(ports) / f"{NAME}{PORT_SUFFIX}")
        place = take_place(folder, cluster, last_port)
        return InstrumentServer(Bench(circuit, arguments.seed), place)

    options = HostingOptions(
        name=NAME,
        port=arguments.port,
        state_folder=ports,
        interceptors=(ErrorInterceptor(),),
    )
    return run(make, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_station.instruments",
        description="Simulates NI-DCPower and NI-DMM for programs that find NI gRPC Device "
        "Server through discovery. On a station with hardware, start NI's server instead.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--port",
        type=port_number,
        help="the port; 0 for any; by default that of the last run if it is free",
    )
    parser.add_argument("--seed", type=int, help="makes the noise the same in each run")
    parser.add_argument(
        "--circuit", type=Path, metavar="FILE", help="TOML file that says what is connected"
    )
    parser.add_argument(
        "--pin-map",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="a pin map: what it connects to one pin on one site is joined; may be repeated",
    )
    parser.add_argument("--verbose", action="store_true", help="log details")
    return parser
