"""What a service tells of itself, over the wire and back."""

from __future__ import annotations

from datetime import datetime, timezone

from session_sharing.information import Backlog, ClientIdentity
from session_sharing.service_information import ServiceInformation
from session_sharing.wire.generated import administration_pb2
from session_sharing.wire.service import service_from_wire, service_to_wire

NOW = datetime(2026, 5, 4, 12, 30, 15, 123456, tzinfo=timezone.utc)


def test_everything_arrives() -> None:
    """What a service tells arrives as it was told."""
    told = ServiceInformation(
        process=ClientIdentity("json_logger", "here", 7, NOW, "ann", "boot"),
        library_version="1.2.3",
        python_version="3.12.1",
        grpc_version="1.80.0",
        instance_id="ab",
        started_at=NOW.replace(hour=1),
        now=NOW,
        grace_seconds=0.25,
        recovery_seconds=60.0,
        data_folder="/data",
        free_bytes=1 << 40,
        problems=("The disk is full.", "The database is away."),
        connected_clients=3,
        lost_clients=1,
        services=("a.B", "c.D"),
        backlogs=(Backlog("line", 3, 100, NOW, 1 << 30, 1, "It is away."), Backlog("other")),
    )
    sent = service_to_wire(told).SerializeToString()
    assert service_from_wire(administration_pb2.GetServiceResponse.FromString(sent)) == told


def test_names_without_encoding_do_not_end_the_answer() -> None:
    """A folder whose name is no text, as Linux has them, is told with its bad bytes replaced."""
    told = service_from_wire(administration_pb2.GetServiceResponse())
    odd = ServiceInformation(
        **{**vars(told), "data_folder": "/data\udcff", "problems": ("\udcff",)}
    )
    sent = service_to_wire(odd)
    assert (sent.data_folder, list(sent.problems)) == ("/data?", ["?"])
