"""NI's door, where clients have certificates: each uses what it initialized itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest

from json_logger import JsonLoggerClient
from services.json_logger.tests.ni_client import NiClient
from services.json_logger.tests.support import DEADLINE, local_logger, names_of, refused
from session_sharing.client.administration import Administration
from session_sharing.testing.certificates import Authority
from session_sharing.tls import TlsFiles

DENIED = grpc.StatusCode.PERMISSION_DENIED


class Door:
    """A logger with a plain and an encrypted port, and clients of NI's contract."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._authority = Authority(folder)
        self._stack = stack
        network = self._authority.server(client_ca=self._authority.file)
        self.logger = stack.enter_context(local_logger(folder, network=network))

    def tls(self, name: str) -> TlsFiles:
        """Return the files of a client."""
        issued = self._authority.issue(name, f"{name}.example")
        return TlsFiles(self._authority.file, issued.certificate, issued.key)

    def client(self, name: str) -> NiClient:
        """Connect with a certificate of this name; without name by the plain port."""
        if name:
            client = NiClient(self.logger.encrypted_address, self.tls(name))
        else:
            client = NiClient(self.logger.address)
        self._stack.callback(client.disconnect)
        return client


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """Start a logger that knows its clients by their certificates."""
    with ExitStack() as stack:
        yield Door(tmp_path, stack)


def test_session_is_used_by_the_certificate_that_initialized_it(door: Door, tmp_path: Path) -> None:
    """A stolen session name is of no use through this door, whichever door the session is from."""
    owner, other, plain = (door.client(name) for name in ("station-7", "station-8", ""))
    session, _ = owner.initialize("ni.log")
    with JsonLoggerClient(
        "ours.log",
        address=door.logger.encrypted_address,
        tls=door.tls("station-7"),
        wait=DEADLINE,
    ) as ours:
        for name in (session, ours.session_name):
            for thief in (other, plain):
                with refused(DENIED, "not initialized", "Nothing was done"):
                    thief.log(name)
                with refused(DENIED, "not initialized", "Nothing was done"):
                    thief.close_file(name)
    with Administration(door.logger.address) as administration:
        (told,) = administration.sessions()
    assert told.created_by is not None
    assert "a client without identity [CN=station-7," in str(told.created_by)
    assert other.initialize("ni.log") == (session, False)
    other.log(session, "invited")
    other.close_file(session)
    owner.log(session, "owner")
    owner.close_file(session)
    assert names_of(tmp_path / "data" / "ni.log") == ["invited", "owner"]
