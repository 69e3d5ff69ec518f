"""`python -m local_station`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from local_station.discovery.activation import START_WITHIN
from local_station.home import StationHome, ports_folder
from local_station.station import Station
from session_sharing.discovery import cluster_id, station_home
from session_sharing.service.arguments import port_number
from session_sharing.service.hosting import HostingOptions, run
from session_sharing.service.interceptor import ErrorInterceptor
from session_sharing.service.logs import configure_logging

DEFAULT_SERVICES = "services"
"""The folder in the station's own where `.serviceconfig` files are looked for in any case."""

_LONGEST_START = 3600


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until asked to stop, and return the exit code.

    Raises:
        SystemExit: The usage is wrong (code 2), or help was asked for.
    """
    arguments = _parser().parse_args(argv)
    configure_logging(arguments.verbose)
    folder, cluster = station_home(), cluster_id()
    options = HostingOptions(
        name="local_station",
        port=arguments.port,
        state_folder=ports_folder(folder, cluster),
        interceptors=(ErrorInterceptor(),),
    )
    folders = [folder.absolute() / DEFAULT_SERVICES, *arguments.services]
    within = arguments.start_within
    return run(lambda: Station(StationHome.take(folder, cluster), folders, within), options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_station",
        description="Serves NI's Discovery, Pin Map and Session Management interfaces on this "
        "machine, for programs that have joined it. LOCAL_STATION_HOME names the "
        "folder in which it can be found.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--port",
        type=port_number,
        help="the port; 0 for any; by default that of the last run if it is free",
    )
    parser.add_argument(
        "--services",
        type=lambda text: Path(text).absolute(),
        action="append",
        default=[],
        metavar="FOLDER",
        help="a folder that has .serviceconfig files, or folders with such: these services are "
        "started when they are asked for; may be repeated. The folder 'services' in the station's "
        "own is always one",
    )
    parser.add_argument(
        "--start-within",
        type=_seconds,
        default=START_WITHIN,
        metavar="SECONDS",
        help="how long a service has to register after it was started (default: %(default)g)",
    )
    parser.add_argument("--verbose", action="store_true", help="log details")
    return parser


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= _LONGEST_START:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {_LONGEST_START} seconds")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
