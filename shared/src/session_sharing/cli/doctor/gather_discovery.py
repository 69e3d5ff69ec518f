"""Looking for what says where discovery is, and asking there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from session_sharing.cli.doctor.facts import Answer, DiscoveryFacts, Pointer
from session_sharing.cli.doctor.listening import Connecting
from session_sharing.cli.doctor.port_files import PortFile, port_files_in
from session_sharing.cli.doctor.side_by_side import PROBE_SECONDS, Looks
from session_sharing.cli.services import FoundService, registered_services
from session_sharing.discovery import (
    DiscoveryConnection,
    cluster_id,
    find_discovery,
    key_file_name,
    station_home,
)
from session_sharing.discovery.location import (
    ADDRESS_VARIABLE,
    START_NI_SOFTWARE,
    START_STATION,
)
from session_sharing.discovery.lock_files import process_in
from session_sharing.discovery.ni_software import ni_key_file_folder
from session_sharing.errors import InvalidRequestError, NoStationError, SharingError
from session_sharing.tls import tls_from_environment

_Asked = tuple[Answer, list[FoundService]]


@dataclass(frozen=True)
class Found:
    """What was found out of discovery, and what the one that programs follow knows."""

    facts: DiscoveryFacts
    registered: list[FoundService]


def gather_discovery(environment: Mapping[str, str] | None = None) -> Found:
    """Look for discovery, and ask everywhere whether it answers; takes two seconds at most.

    Args:
        environment: The environment variables; those of the process if None.
    """
    environment = os.environ if environment is None else environment
    ni_folder = ni_key_file_folder()
    folder = ni_folder or station_home(environment)
    pointers = [*_named(environment), *_key_files(environment, folder)]
    if ni_folder is None:
        pointers += [_hint(file) for file in _station_ports(environment, folder)]
    seen, known = _ask_all(pointers)
    start = START_STATION if ni_folder is None else START_NI_SOFTWARE
    unasked = [] if tls_from_environment(environment) else known
    facts = DiscoveryFacts(
        tuple(seen),
        _key_file(environment, folder),
        start,
        tuple(f"{one.name} at {one.address}" for one in unasked if not one.is_asked),
    )
    return Found(facts, [one for one in known if one.is_asked])


def _ask_all(pointers: Sequence[Pointer]) -> tuple[list[Pointer], list[FoundService]]:
    """Ask everywhere; return the answers, and what the one knows that programs follow."""
    connecting = Connecting([pointer.address for pointer in pointers if pointer.address])
    asked = Looks([partial(_ask, pointer.address) for pointer in pointers]).results()
    takes = connecting.results()
    seen = []
    known: list[FoundService] | None = None
    for pointer, answer in zip(pointers, asked, strict=True):
        told, services = answer or (Answer.SILENT, [])
        if told is Answer.SILENT and not any(takes.get(pointer.address, {}).values()):
            told = Answer.NOBODY
        seen.append(replace(pointer, answer=told))
        if known is None and pointer.followed:
            known = services
    return seen, known or []


def _named(environment: Mapping[str, str]) -> Iterator[Pointer]:
    if not environment.get(ADDRESS_VARIABLE, "").strip():
        return
    told_by = f"the environment variable {ADDRESS_VARIABLE}"
    try:
        yield Pointer(told_by, find_discovery(environment).address)
    except InvalidRequestError as error:
        yield Pointer(told_by, problem=error.message)


def _key_files(environment: Mapping[str, str], folder: Path) -> Iterator[Pointer]:
    others = {name: value for name, value in environment.items() if name != ADDRESS_VARIABLE}
    path = _key_file(environment, folder)
    told_by = f"the key file {path}"
    try:
        process = "" if path is None else process_in(path.with_suffix(".lock"))
        address = find_discovery(others).address
        yield Pointer(told_by, address, key_file=path, process=process)
    except NoStationError as error:
        if path is not None and path.exists():
            yield Pointer(told_by, problem=error.message, key_file=path)
    except SharingError as error:
        yield Pointer(told_by, problem=error.message, key_file=path)


def _key_file(environment: Mapping[str, str], folder: Path) -> Path | None:
    try:
        return folder / key_file_name(cluster_id(environment))
    except InvalidRequestError:  # The cluster id; looking for discovery tells of it.
        return None


def _station_ports(environment: Mapping[str, str], home: Path) -> list[PortFile]:
    """Return the ports of the station's last run, which it may have still."""
    cluster = cluster_id(environment)
    return port_files_in(home / ("ports" if cluster is None else f"ports_{cluster}"))


def _hint(file: PortFile) -> Pointer:
    return Pointer(f"the port of its last run in {file.path}", file.address, followed=False)


def _ask(address: str) -> _Asked:
    """Ask discovery for all services that it knows."""
    if not address:
        return Answer.NOBODY, []
    try:
        with DiscoveryConnection(address, timeout=PROBE_SECONDS) as discovery:
            return Answer.ANSWERED, registered_services(discovery)
    except NoStationError:
        return Answer.SILENT, []
    except SharingError:
        return Answer.OTHER, []
