"""Who is who: the subject of a certificate, as the connection has proven it."""

from __future__ import annotations

import shutil
import uuid
from typing import Any

import grpc
import pytest

from session_sharing.errors import OtherCertificateError
from session_sharing.testing.memory import SERVICE, MemoryClient
from session_sharing.tls import open_channel, read_pair
from session_sharing.wire.generated import clients_pb2, session_pb2
from shared.tests.integration.access.door import LIMIT, until


def test_who_attached_is_told_by_its_certificate_also_after_a_restart(doors):
    """Listings, texts and the journal name the subject that the connection has proven."""
    doors.start()
    doors.attach("station-7").touch()
    told = [*doors.administer("").sessions()]
    doors.stop()
    doors.start()  # The client does not find it: it has other ports now.
    told += doors.administer("").sessions()
    assert len(told) == 2
    files = doors.tls("station-7")
    own = read_pair(files.certificate, files.key, server=False).says
    for session in told:
        assert session.created_by is not None
        subject = session.created_by.subject
        assert subject.startswith("CN=station-7,")
        assert subject == own.subject  # As errors spell it that name the file.
        assert [held.holder.subject for held in session.attachments] == [subject]
        assert f"[{subject}]" in session.holders()


def test_who_closes_by_force_is_told_by_its_certificate(doors):
    """The holders read who it was, whatever it says of itself."""
    doors.start()
    client = doors.attach("station-7")
    with doors.administer("operator") as administration:
        (session,) = administration.sessions()
        closed = administration.close_session(session.public_id, "maintenance", force=True)
    assert "[CN=operator," in closed.closed_by
    with pytest.raises(Exception, match=r"\[CN=operator,.*maintenance"):
        client.touch()


def stolen_calls(owner: MemoryClient) -> dict[str, tuple[Any, Any]]:
    """Return what can be called in a client's name by who knows all its ids: requests, answers."""
    link = owner._connection.link
    assert link is not None
    client_id, attachment = link.client_id, owner._attachment
    anew = {"resource_name": "data", "client_id": client_id, "attachment_id": uuid.uuid4().hex}
    return {
        f"{SERVICE}/Touch": (attachment, session_pb2.AttachmentReference),
        f"{SERVICE}/Follow": (attachment, session_pb2.AttachmentReference),
        f"{SERVICE}/Initialize": (
            session_pb2.InitializeRequest(**anew),
            session_pb2.InitializeResponse,
        ),
        f"{SERVICE}/Close": (
            session_pb2.ReleaseRequest(attachment=attachment, client_id=client_id),
            session_pb2.ReleaseResponse,
        ),
        "session_sharing.v1.SessionClients/Connect": (
            clients_pb2.ConnectRequest(
                client_id=client_id,
                identity=session_pb2.ClientIdentity(certificate_subject="CN=station-7"),
            ),
            clients_pb2.ConnectResponse,
        ),
    }


@pytest.mark.parametrize(
    ("owner", "thief"),
    [("station-7", "station-8"), ("station-7", ""), ("", "station-8")],
)
def test_stolen_ids_open_nothing_to_another_certificate(doors, owner, thief):
    """All ids of a client are of no use to another certificate, nor to none, nor the reverse."""
    doors.start()
    client = doors.attach(owner)
    channel = open_channel(doors.address(thief), doors.tls(thief), [])
    with channel:
        for method, (request, answer) in stolen_calls(client).items():
            call: Any = channel.unary_stream(
                f"/{method}", type(request).SerializeToString, answer.FromString
            )
            with pytest.raises(grpc.RpcError) as refused:
                next(call(request, timeout=LIMIT))
            assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED, method
            assert "Nothing was done" in refused.value.details()
    client.touch()
    client.close()
    assert doors.administer("").sessions() == []


def test_renewed_certificate_goes_on_and_one_of_another_subject_begins_anew(doors):
    """What was held by the old subject is lost to the new one, which is told so, and can attach."""
    doors.start()
    client = doors.attach("line-2")
    reconnect_with(doors, client, "line-2")
    client.touch()
    reconnect_with(doors, client, "line-3")
    with pytest.raises(OtherCertificateError, match=r"CN=line-2,.*CN=line-3,"):
        client.touch()
    with pytest.raises(OtherCertificateError):  # Nor is it given up in the other's name.
        client.close()
    with MemoryClient("other", address=doors.address("line-2"), tls=doors.tls("line-3")) as new:
        new.touch()


def reconnect_with(doors, client: MemoryClient, name: str) -> None:
    """Renew the files of the client `line-2` by those of a name, and have it connect with them."""
    files, renewed = doors.tls("line-2"), doors.tls(name)
    if name != "line-2":
        shutil.copy(renewed.key, files.key)
        shutil.copy(renewed.certificate, files.certificate)
    connection = client._connection
    last = connection.link
    assert last is not None
    last.cancel()
    until(lambda: connection.link is not last and connection.is_alive)
