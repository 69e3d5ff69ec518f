"""Asking services how they are."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from session_sharing.cli.doctor.facts import Answer, Endpoint, ServiceFacts
from session_sharing.cli.doctor.port_files import PortFile
from session_sharing.cli.doctor.side_by_side import PROBE_SECONDS
from session_sharing.cli.services import FoundService
from session_sharing.client.administration import Administration
from session_sharing.discovery.address import shared_spelling
from session_sharing.errors import (
    AuthenticationError,
    CallerRefusedError,
    CertificateFileError,
    InvalidRequestError,
    ServiceNotFoundError,
    SharingError,
)
from session_sharing.information import SessionInformation
from session_sharing.service_information import ServiceInformation
from session_sharing.utc import utc_now


def endpoints(
    registered: Iterable[FoundService], named: Sequence[str], remembered: Iterable[PortFile]
) -> list[Endpoint]:
    """Return where services may be, each once.

    Args:
        registered: What discovery knows.
        named: Addresses that the user named.
        remembered: Ports of last runs.

    Raises:
        InvalidRequestError: The user named something that is no address.
    """
    found: dict[str, Endpoint] = {}
    for known in registered:
        found[_spelling(known.address)] = Endpoint(known.name, known.address, registered=True)
    for address in named:
        found.setdefault(shared_spelling(address), Endpoint(address, address))
    for file in remembered:
        known_there = found.get(file.address) or Endpoint(file.name, file.address)
        found[file.address] = replace(known_there, port_file=file.path, process=file.process)
    return list(found.values())


def _spelling(address: str) -> str:
    """Return one spelling of an address; discovery may know services by texts that are none."""
    try:
        return shared_spelling(address)
    except InvalidRequestError:
        return address


def ask(endpoint: Endpoint) -> ServiceFacts:
    """Ask a service all that it tells; takes two seconds at most.

    Nobody listens there: that is told as SILENT too, as gRPC does not tell it surely.
    """
    try:
        with Administration(endpoint.address) as administration:
            return _ask(endpoint, administration, _Budget())
    except (AuthenticationError, CallerRefusedError, CertificateFileError) as error:
        return ServiceFacts(endpoint, Answer.REFUSED, refusal=error.message)
    except SharingError:
        return ServiceFacts(endpoint, Answer.SILENT)


class _Budget:
    """The time that is left for all questions together."""

    def __init__(self) -> None:
        self._end = time.monotonic() + PROBE_SECONDS

    @property
    def left(self) -> float:
        return max(0.01, self._end - time.monotonic())


def _ask(endpoint: Endpoint, administration: Administration, budget: _Budget) -> ServiceFacts:
    began = utc_now()
    service = _service(administration, budget)
    took = utc_now() - began
    sessions = _sessions(administration, budget)
    facts = ServiceFacts(
        endpoint,
        Answer.OTHER if sessions is None else Answer.ANSWERED,
        service,
        tuple(sessions or ()),
        _serving(administration, budget),
    )
    if service is None:
        return facts
    return replace(
        facts,
        clock_offset=_sure_offset(service.now - began, took),
        owns_port_file=_is_in(service.data_folder, endpoint.port_file),
    )


def _is_in(folder: str, port_file: Path | None) -> bool:
    """Tell whether a file lies in a folder, whatever the folder is called."""
    if port_file is None:
        return False
    try:
        return port_file.parent.samefile(folder)
    except OSError:  # It went just now.
        return False


def _service(administration: Administration, budget: _Budget) -> ServiceInformation | None:
    try:
        return administration.service(budget.left)
    except ServiceNotFoundError:  # It is older than the question, or has no sessions.
        return None


def _sessions(administration: Administration, budget: _Budget) -> list[SessionInformation] | None:
    try:
        return administration.sessions(budget.left)
    except ServiceNotFoundError:
        return None


def _serving(administration: Administration, budget: _Budget) -> bool | None:
    try:
        return administration.is_serving(budget.left)
    except ServiceNotFoundError:
        return None


def _sure_offset(ahead: timedelta, took: timedelta) -> float:
    """Return by how much the clocks differ at least: the answer was made while we waited for it.

    Args:
        ahead: How far their clock was ahead of ours when we began to ask.
        took: How long the answer took.
    """
    if ahead < timedelta(0):
        return ahead.total_seconds()
    return max(0.0, (ahead - took).total_seconds())
