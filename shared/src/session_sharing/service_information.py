"""What a session service tells of itself: the same on both sides of the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from session_sharing.information import Backlog, ClientIdentity


@dataclass(frozen=True)
class ServiceInformation:
    """One run of a session service, as operators are told of it.

    Attributes:
        process: The program, host, process id and so on.
        library_version: The version of the session library; empty where it is not installed.
        python_version: The version of Python.
        grpc_version: The version of grpcio.
        instance_id: Differs after every start of the service.
        started_at: When it started, by its own clock.
        now: Its clock when it answered.
        grace_seconds: How long a client whose stream was lost keeps its attachments.
        recovery_seconds: How long clients have to come back after a restart of the service.
        data_folder: Where the service keeps its data.
        free_bytes: What is free on the disk of the data folder.
        problems: What is wrong now, a sentence for people each; empty if nothing is.
        connected_clients: How many clients hold a stream.
        lost_clients: How many hold something, and their stream is lost.
        services: The full names of the gRPC services that are offered.
        backlogs: What waits for resources, also for those on which no session is open.
    """

    process: ClientIdentity
    library_version: str
    python_version: str
    grpc_version: str
    instance_id: str
    started_at: datetime
    now: datetime
    grace_seconds: float
    recovery_seconds: float
    data_folder: str
    free_bytes: int
    problems: tuple[str, ...] = ()
    connected_clients: int = 0
    lost_clients: int = 0
    services: tuple[str, ...] = ()
    backlogs: tuple[Backlog, ...] = ()
