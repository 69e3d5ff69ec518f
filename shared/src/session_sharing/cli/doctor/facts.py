"""What the doctor saw, before it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from session_sharing.cli.journals import IdleJournal
from session_sharing.cli.left_spools import LeftSpool
from session_sharing.information import SessionInformation
from session_sharing.service_information import ServiceInformation


class Answer(Enum):
    """What came of asking at an address."""

    ANSWERED = "answered"
    OTHER = "other"
    """A gRPC server answers, but it is not what was looked for."""
    SILENT = "silent"
    """Connections are taken, but no answer comes in time, or none of gRPC."""
    REFUSED = "refused"
    """No secure connection was made; `ServiceFacts.refusal` says why."""
    NOBODY = "nobody"
    """Nobody takes connections."""


@dataclass(frozen=True)
class Pointer:
    """Something that says where discovery is.

    Attributes:
        told_by: What it is, such as `the key file /x/DiscoveryService.json`.
        address: The host:port that it names; empty if it names none.
        answer: What came of asking there.
        problem: Why it names no address; empty if it does.
        key_file: The key file, if it is one.
        followed: Programs follow it; else it is only a hint, such as the port of the last run.
        process: Who holds the lock beside the key file; empty if nothing tells.
    """

    told_by: str
    address: str = ""
    answer: Answer = Answer.NOBODY
    problem: str = ""
    key_file: Path | None = None
    followed: bool = True
    process: str = ""


@dataclass(frozen=True)
class DiscoveryFacts:
    """What says where discovery is; what programs follow first stands first.

    Attributes:
        pointers: What there is.
        key_file: Where the key file of a running station would be; None if nothing can be one.
        start: What starts a discovery service here.
        only_encrypted: The services that were not asked, as we do not encrypt and they only do.
    """

    pointers: tuple[Pointer, ...]
    key_file: Path | None
    start: str
    only_encrypted: tuple[str, ...] = ()

    @property
    def used(self) -> Pointer | None:
        """What programs follow; None if there is nothing."""
        return next((pointer for pointer in self.pointers if pointer.followed), None)

    @property
    def is_live(self) -> bool:
        """Whether programs find a discovery service."""
        return self.used is not None and self.used.answer is Answer.ANSWERED

    @property
    def elsewhere(self) -> Pointer | None:
        """A discovery service that answers, and that programs do not find."""
        used = self.used.address if self.used else ""
        answering = (one for one in self.pointers if one.answer is Answer.ANSWERED)
        return next((one for one in answering if one.address != used), None)


@dataclass(frozen=True)
class Listener:
    """Who should listen on this machine's loopback.

    Attributes:
        name: What it is called.
        address: Its host:port, as others are told it.
        takes: Whether it takes connections, for each loopback address of this machine.
        on_all: It is one that listens on all of them, if all is well.
        reached: gRPC reached it by its address, so that it found a way.
    """

    name: str
    address: str
    takes: Mapping[str, bool]
    on_all: bool
    reached: bool = False


@dataclass(frozen=True)
class Endpoint:
    """Where a service is, or was.

    Attributes:
        name: What it is called.
        address: Its host:port.
        registered: Discovery knows it.
        port_file: The file that remembers the port of its last run, if that is it.
        process: Who holds the data folder of the file, by its lock; empty if nothing tells.
    """

    name: str
    address: str
    registered: bool = False
    port_file: Path | None = None
    process: str = ""

    @property
    def expected(self) -> bool:
        """Whether somebody should listen there."""
        return self.registered or self.port_file is None


@dataclass(frozen=True)
class ServiceFacts:
    """What a service told.

    Attributes:
        endpoint: Where it was asked.
        answer: What came of it; OTHER is a service without sessions.
        service: What it told of itself; None if it did not.
        sessions: Its sessions.
        serving: What its health checking said; None if it has none.
        clock_offset: How far its clock is ahead of ours, surely, in seconds; 0 if not surely.
        owns_port_file: It is the service whose port is remembered there.
        refusal: Why no secure connection was made, in sentences.
    """

    endpoint: Endpoint
    answer: Answer
    service: ServiceInformation | None = None
    sessions: tuple[SessionInformation, ...] = ()
    serving: bool | None = None
    clock_offset: float = 0.0
    owns_port_file: bool = False
    refusal: str = ""

    @property
    def title(self) -> str:
        """The service and where it is, as findings name it."""
        return f"{self.name} at {self.endpoint.address}"

    @property
    def subject(self) -> str:
        """The title where a sentence begins with it."""
        return f"T{self.title[1:]}" if self.name == "the service" else self.title

    @property
    def again(self) -> str:
        """The service, and what starts it again where that is known."""
        port_file = self.endpoint.port_file
        return f"{self.name} again" + (f" (python -m {port_file.stem})" if port_file else "")

    @property
    def name(self) -> str:
        """The service, as findings name it."""
        known = self.endpoint.name != self.endpoint.address
        return self.endpoint.name if known else "the service"


@dataclass(frozen=True)
class Folder:
    """A data folder.

    Attributes:
        path: Where it is.
        free_bytes: What is free on its disk; None if that cannot be told.
        refusal: Why nothing can be written there; empty if something can.
    """

    path: str
    free_bytes: int | None
    refusal: str = ""


@dataclass(frozen=True)
class Machine:
    """This machine, and this process.

    Attributes:
        now: The clock.
        localhost: The addresses that `localhost` stands for.
        environment: The environment variables.
        library_version: The version of this library; empty if it is not known.
        grpc_version: The version of grpcio here.
    """

    now: datetime
    localhost: frozenset[str] = frozenset()
    environment: Mapping[str, str] = field(default_factory=dict)
    library_version: str = ""
    grpc_version: str = ""


@dataclass(frozen=True)
class Facts:
    """All that was seen."""

    machine: Machine
    discovery: DiscoveryFacts
    listeners: tuple[Listener, ...] = ()
    services: tuple[ServiceFacts, ...] = ()
    folders: tuple[Folder, ...] = ()
    journals: tuple[IdleJournal, ...] = ()
    damaged_journals: tuple[Path, ...] = ()
    spools: tuple[LeftSpool, ...] = ()

    def has_left_sessions(self, port_file: Path | None) -> bool:
        """Tell whether the service that remembers its port there left sessions in its journal."""
        names = {journal.path.with_suffix("") for journal in self.journals if journal.sessions}
        return port_file is not None and port_file.with_suffix("") in names
