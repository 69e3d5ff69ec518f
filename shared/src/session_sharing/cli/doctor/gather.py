"""Looking at everything, side by side."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from session_sharing.cli.doctor.facts import (
    Answer,
    Facts,
    Folder,
    Listener,
    Machine,
    Pointer,
    ServiceFacts,
)
from session_sharing.cli.doctor.folders import look_at_folder
from session_sharing.cli.doctor.gather_discovery import gather_discovery
from session_sharing.cli.doctor.gather_services import ask, endpoints
from session_sharing.cli.doctor.listening import Connecting, is_localhost, localhost_addresses
from session_sharing.cli.doctor.port_files import port_files_in
from session_sharing.cli.doctor.side_by_side import Looks
from session_sharing.cli.journals import damaged_journals, idle_journals
from session_sharing.cli.left_spools import left_spools
from session_sharing.data_folders import PORT_SUFFIX, TLS_PORT_SUFFIX, default_data_folders
from session_sharing.discovery.ni_software import ni_key_file_folder
from session_sharing.tls import tls_from_environment
from session_sharing.utc import utc_now
from session_sharing.versions import grpc_version, library_version

T = TypeVar("T")

_Takes = Mapping[str, Mapping[str, bool]]


def gather(named: Sequence[str], data_folders: Sequence[Path]) -> Facts:
    """Look at this station.

    It takes as long as the slowest look of each of three rounds: discovery and files, services,
    folders. A round takes a little over two seconds at most.

    Args:
        named: Addresses of services to ask besides those that are found.
        data_folders: Data folders to look at besides those that are found.
    """
    folders = [*default_data_folders(), *(folder.absolute() for folder in data_folders)]
    suffix = PORT_SUFFIX if tls_from_environment() is None else TLS_PORT_SUFFIX
    remembering = Looks([partial(port_files_in, folder, suffix) for folder in folders])
    reading = Looks([partial(idle_journals, folder) for folder in folders])
    aside = Looks([partial(damaged_journals, folder) for folder in folders])
    spools = Looks([partial(left_spools, folder) for folder in folders])
    found = gather_discovery()
    remembered = _all(remembering)
    asked = endpoints(found.registered, named, remembered)
    used = found.facts.used if found.facts.is_live else None
    looking = Looks([partial(ask, endpoint) for endpoint in asked])
    connecting = Connecting([*(one.address for one in asked), *([used.address] if used else [])])
    takes = connecting.results()
    services = [
        _judged(seen or ServiceFacts(endpoint, Answer.SILENT), takes)
        for endpoint, seen in zip(asked, looking.results(), strict=True)
    ]
    return Facts(
        _machine(),
        found.facts,
        tuple(_listeners(services, used, takes)),
        tuple(services),
        tuple(_folders(services, [*(file.path.parent for file in remembered), *data_folders])),
        tuple(_all(reading)),
        tuple(_all(aside)),
        tuple(_all(spools)),
    )


def _all(looks: Looks[list[T]]) -> list[T]:
    return [one for seen in looks.results() for one in seen or ()]


def _judged(seen: ServiceFacts, takes: _Takes) -> ServiceFacts:
    """Tell who listens and is silent from who does not listen."""
    silent = seen.answer is Answer.SILENT and not any(takes[seen.endpoint.address].values())
    return replace(seen, answer=Answer.NOBODY) if silent else seen


def _listeners(
    services: Iterable[ServiceFacts], discovery: Pointer | None, takes: _Takes
) -> Iterable[Listener]:
    """Return who listens on this machine under the name `localhost`, each address once."""
    found = {
        one.endpoint.address: Listener(
            one.endpoint.name,
            one.endpoint.address,
            takes[one.endpoint.address],
            on_all=one.answer is Answer.ANSWERED,
            reached=one.answer in {Answer.ANSWERED, Answer.OTHER},
        )
        for one in services
        if one.answer is not Answer.NOBODY and (one.endpoint.expected or one.owns_port_file)
    }
    if discovery is not None:  # NI's may have its reasons to be on one family only.
        ours = discovery.key_file is not None and ni_key_file_folder() is None
        address = discovery.address
        found[address] = Listener("discovery", address, takes[address], ours, reached=True)
    return [listener for listener in found.values() if is_localhost(listener.address)]


def _folders(services: Iterable[ServiceFacts], paths: Iterable[Path]) -> Iterable[Folder]:
    """Look at all data folders on this machine; of others what their services told of them."""
    here = {str(path.absolute()) for path in paths}
    elsewhere = []
    for told in filter(None, (one.service for one in services)):
        if told.process.host == socket.gethostname():
            here.add(told.data_folder)
        else:
            elsewhere.append(Folder(f"{told.data_folder} on {told.process.host}", told.free_bytes))
    ordered = sorted(here)
    seen = Looks([partial(look_at_folder, path) for path in ordered]).results()
    late = "the disk does not answer"
    looked = [one or Folder(path, None, late) for path, one in zip(ordered, seen, strict=True)]
    return [*looked, *elsewhere]


def _machine() -> Machine:
    fold = sys.platform == "win32"  # There the names of variables are in capitals.
    return Machine(
        utc_now(),
        localhost_addresses(),
        {name.lower() if fold else name: value for name, value in os.environ.items()},
        library_version(),
        grpc_version(),
    )
