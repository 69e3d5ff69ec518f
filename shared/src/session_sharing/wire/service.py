"""What a service tells of itself, on the wire."""

from __future__ import annotations

from session_sharing.service_information import ServiceInformation
from session_sharing.wire.generated import administration_pb2
from session_sharing.wire.session import (
    backlog_from_wire,
    backlog_to_wire,
    identity_from_wire,
    identity_to_wire,
    text_to_wire,
)
from session_sharing.wire.times import (
    moment_from_wire,
    moment_to_wire,
    seconds_from_wire,
    seconds_to_wire,
)


def service_to_wire(service: ServiceInformation) -> administration_pb2.GetServiceResponse:
    """Convert what a service tells of itself."""
    return administration_pb2.GetServiceResponse(
        process=identity_to_wire(service.process),
        library_version=service.library_version,
        python_version=service.python_version,
        grpc_version=service.grpc_version,
        instance_id=service.instance_id,
        started_at=moment_to_wire(service.started_at),
        now=moment_to_wire(service.now),
        grace_time=seconds_to_wire(service.grace_seconds),
        recovery_grace=seconds_to_wire(service.recovery_seconds),
        data_folder=text_to_wire(service.data_folder),
        free_bytes=service.free_bytes,
        problems=[text_to_wire(problem) for problem in service.problems],
        connected_clients=service.connected_clients,
        lost_clients=service.lost_clients,
        services=service.services,
        backlogs=[backlog_to_wire(backlog) for backlog in service.backlogs],
    )


def service_from_wire(message: administration_pb2.GetServiceResponse) -> ServiceInformation:
    """Convert what a service tells of itself.

    Raises:
        InvalidRequestError: A moment lies outside the years 1 to 9999.
    """
    return ServiceInformation(
        process=identity_from_wire(message.process),
        library_version=message.library_version,
        python_version=message.python_version,
        grpc_version=message.grpc_version,
        instance_id=message.instance_id,
        started_at=moment_from_wire(message.started_at),
        now=moment_from_wire(message.now),
        grace_seconds=seconds_from_wire(message.grace_time),
        recovery_seconds=seconds_from_wire(message.recovery_grace),
        data_folder=message.data_folder,
        free_bytes=message.free_bytes,
        problems=tuple(message.problems),
        connected_clients=message.connected_clients,
        lost_clients=message.lost_clients,
        services=tuple(message.services),
        backlogs=tuple(backlog_from_wire(backlog) for backlog in message.backlogs),
    )
