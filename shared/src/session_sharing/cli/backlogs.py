"""What services keep for resources that are away, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from session_sharing.cli.left_spools import SERVICE, LeftSpool
from session_sharing.cli.services import FoundService
from session_sharing.client.administration import Administration
from session_sharing.errors import ServiceNotFoundError, SharingError
from session_sharing.information import Backlog, sentence


@dataclass(frozen=True)
class Kept:
    """What a service keeps for resources.

    Attributes:
        service: The service.
        data_folder: Where it keeps its data.
        backlogs: What it keeps.
    """

    service: FoundService
    data_folder: str
    backlogs: Sequence[Backlog]

    def lines(self) -> Iterator[str]:
        """Yield a line for each resource for which something is kept."""
        for backlog in filter(str, self.backlogs):
            reason = f" {sentence(backlog.reason)}" if backlog.reason else ""
            yield (
                f"{backlog.resource_name} at {self._where()}: "
                f"{backlog}.{reason}{_how_to_see(backlog, self.data_folder)}"
            )

    def _where(self) -> str:
        return " ".join(dict.fromkeys((self.service.name, self.service.address)))


def ask_what_is_kept(services: Sequence[FoundService]) -> tuple[list[Kept], list[str]]:
    """Ask services what they keep, all at once; older ones that cannot tell are left out.

    Returns:
        What they keep, and why others did not tell.
    """
    if not services:
        return [], []
    with ThreadPoolExecutor(len(services), "ask what is kept") as threads:
        answers = list(threads.map(_ask, services))
    failures = [
        service.failure(answer)
        for service, answer in zip(services, answers, strict=True)
        if isinstance(answer, SharingError) and not isinstance(answer, ServiceNotFoundError)
    ]
    return [answer for answer in answers if isinstance(answer, Kept)], failures


def left_line(left: LeftSpool) -> str:
    """Say what a service that does not run keeps in a spool."""
    if left.problem:
        return f"{SERVICE} is not running; its spool {left.path} cannot be read: {left.problem}."
    return (
        f"{SERVICE} is not running; its spool {left.path} keeps for {left.backlog.resource_name}: "
        f"{left.backlog}. To start it: {left.start}"
    )


def refused_command(data_folder: object) -> str:
    """Return the command that shows refused records, as far as its last option."""
    return f'python -m {SERVICE} --data-dir "{data_folder}"'


def _how_to_see(backlog: Backlog, data_folder: str) -> str:
    if not backlog.refused_records:
        return ""
    return f" `{refused_command(data_folder)} --refused` shows what was refused, and why."


def _ask(service: FoundService) -> Kept | SharingError:
    try:
        with Administration(service.address) as administration:
            told = administration.service()
    except SharingError as error:
        return error
    return Kept(service, told.data_folder, told.backlogs)
