"""A server among traps that is called by hostile clients: after each example all must be well."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType

import grpc
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from session_sharing.testing.any_calls import Round
from session_sharing.testing.fuzz_target import PASSWORD, Proper, Target
from session_sharing.testing.fuzzed_messages import asks_to_wait, filled, made, texts_of
from session_sharing.testing.hostile_client import HostileClient, Reply
from session_sharing.testing.hostile_tree import HostileTree
from session_sharing.testing.kept_secrets import KeptSecrets
from session_sharing.testing.loaded_messages import LoadedMessages
from session_sharing.testing.processes import ServerProcess
from session_sharing.testing.reflected import Method, methods_of, services_of
from session_sharing.testing.vital_signs import VitalSigns

ANSWERS = {
    grpc.StatusCode[name]
    for name in (
        *("OK", "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED"),
        *("FAILED_PRECONDITION", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "ABORTED"),
    )
}
"""The statuses of the contract, for whatever is wrong with a request, or with the world."""


class FuzzedServer:
    """A server process, the folders around it, and all that is to be held against it.

    As a context manager it starts and stops the server; used by one thread.

    Args:
        target: What it is.
        folder: An empty folder for all of it.

    Attributes:
        methods: Its RPCs, by their paths.
        vital_signs: How it is.
    """

    def __init__(self, target: Target, folder: Path) -> None:
        self.target = target
        self.tree = HostileTree(folder, target.ending)
        self._server = ServerProcess(
            target.module,
            ["--port", "0", *target.arguments(self.tree)],
            {"HOME": str(self.tree.elsewhere), **target.environment(self.tree)},
            folder=self.tree.elsewhere,
        )
        self.vital_signs = VitalSigns(self.address, self._server.process.pid)
        self._secrets = KeptSecrets([self.tree.secret, PASSWORD, *target.secrets])
        self._log_seen = 0
        with HostileClient(self.address) as client:
            self.services = services_of(client.channel)
        self.methods = methods_of(self.services)
        self.opening = target.first_calls(self.methods)

    @property
    def address(self) -> str:
        """Where it is."""
        return self._server.address

    def run(self, example: Round) -> None:
        """Make the calls of an example, and look at everything.

        Raises:
            AssertionError: Something is as it must never be; the text tells which call it was.
        """
        known = self._known()
        with HostileClient(self.address) as client:
            for proper in self.opening[: example.proper]:
                self.begin(client, proper, known, opens=self.target.opens_names)
            for call in example.calls:
                method = self.methods[call.path]
                self.send(client, method, [_data(each, known) for each in call.requests], known)
        self.check(example)

    def try_trap(self, name: str) -> None:
        """Open what must not be opened, by every door, and use it if it opens; look at everything.

        Raises:
            AssertionError: Something is as it must never be.
        """
        known = self._known()
        calls = [*self.target.first_calls(self.methods, name), *self.target.uses(self.methods)]
        with HostileClient(self.address) as client:
            for call in calls:
                self.begin(client, call, known)
        self.check(name)

    def _known(self) -> dict[str, str]:
        return {
            "root": str(self.tree.root),
            "port": str(self._server.port),
            "attachment_id": uuid.uuid4().hex,
        }

    def load(self, method: Method, *texts: str) -> list[Reply]:
        """Begin as a good client does, and call one RPC with something in every field.

        Args:
            method: Which RPC.
            texts: What stands in texts, in one call after the other.

        Raises:
            AssertionError: Something is as it must never be.
        """
        known = self._known()
        with HostileClient(self.address) as client:
            for proper in self.opening:
                self.begin(client, proper, known)
            requests = [
                LoadedMessages(text, self.target.good_values()).of(method) for text in texts
            ]
            replies = [self.send(client, method, [filled(r, known)], known) for r in requests]
        self.check((method.path, texts))
        return replies

    def begin(
        self, client: HostileClient, call: Proper, known: dict[str, str], *, opens: bool = False
    ) -> None:
        """Make a proper call, and remember what it answered.

        Args:
            client: Makes it.
            call: The call.
            known: What was answered before.
            opens: Whether it has to be answered with OK: else what follows would get nowhere.

        Raises:
            AssertionError: It is not, or something is as it must never be.
        """
        method = self.methods[call.path]
        data = made(method, call.fields, known)
        if not call.held:
            reply = self.send(client, method, [data], known)
            assert not opens or reply.status is grpc.StatusCode.OK, (method.path, reply.told)
            return
        self._learn(method, [client.hold(method, data)], known)

    def send(
        self,
        client: HostileClient,
        method: Method,
        requests: Sequence[bytes],
        known: dict[str, str] | None = None,
    ) -> Reply:
        """Make a call; look at its answer.

        Raises:
            AssertionError: The status is none of the contract, or the answer tells a secret.
        """
        waits = any(asks_to_wait(method, data) for data in requests)
        with self.vital_signs.watched():
            reply = client.send(method, requests, waits=waits)
        assert self._is_answer(method, reply), (
            f"{method.path}: {reply.status}, {reply.told!r}: {requests}"
        )
        self._secrets.check(method, requests, reply)
        self._learn(method, reply.answers, {} if known is None else known)
        return reply

    @cached_property
    def implemented(self) -> dict[str, Method]:
        """The RPCs that do more than to say that they are not there."""
        with HostileClient(self.address) as client:
            return {
                path: method
                for path, method in self.methods.items()
                if not self._is_lacking(self.send(client, method, [b""]))
            }

    def _is_lacking(self, reply: Reply) -> bool:
        if self.target.lacking and self.target.lacking in reply.told:
            return True
        return reply.status is grpc.StatusCode.UNIMPLEMENTED

    def check(self, after: object) -> None:
        """Look whether the server is well, and its surroundings as they were.

        Raises:
            AssertionError: They are not.
        """
        assert self._server.process.poll() is None, f"the server has ended after {after}"
        self.vital_signs.check(after)
        changes = self.tree.changes()
        assert not changes, f"outside of the server's folders {changes}, after {after}"
        self._check_log(after)

    def _is_answer(self, method: Method, reply: Reply) -> bool:
        if reply.ended_by_us or reply.status in ANSWERS:
            return True
        if reply.status is grpc.StatusCode.UNIMPLEMENTED:
            return method.path.startswith("/grpc.")  # The library's list of newer methods.
        return self.target.may_refuse and reply.status is grpc.StatusCode.UNKNOWN

    def _check_log(self, after: object) -> None:
        lines = self._server.log[self._log_seen :]
        self._log_seen += len(lines)
        self._secrets.check_log(lines, after)

    def _learn(self, method: Method, answers: Iterable[bytes], known: dict[str, str]) -> None:
        kind = GetMessageClass(method.answer)
        for answer in answers:
            for name, text in texts_of(kind.FromString(answer)):
                known[name] = text
                if self.target.opens_names:
                    self._secrets.learn(name, text)

    def __enter__(self) -> FuzzedServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.stop()
        if kind is None:
            self._check_log("the end")
            assert self._server.process.returncode == 0, "it did not end in order"


def _data(request: Message | bytes, known: Mapping[str, str]) -> bytes:
    return request if isinstance(request, bytes) else filled(request, known)
