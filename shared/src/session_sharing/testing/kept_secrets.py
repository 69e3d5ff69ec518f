"""What a server may never tell, or to one client only; and where it is looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from session_sharing.testing.hostile_client import Reply
from session_sharing.testing.reflected import Method, fields_below

SECRET_FIELDS = ("session_name", "client_id")
"""What is told to one client alone; who has it can do what that client can."""

SHORTEST_SECRET = 16
"""Shorter texts under these names were made by the client."""

MOST_TOLD = 200
"""How many of the secrets that were told last are looked for: each look takes time."""

LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z [A-Z]+ |[IWE]\d{4} |WARNING: All log messages before")
"""How lines of a log begin: the server's own, and those of gRPC's core."""


class KeptSecrets:
    """Looks for secrets in answers and in the log. Used by one thread.

    Args:
        planted: What may never be told, not even to who sent it.
    """

    def __init__(self, planted: Sequence[str]) -> None:
        self._planted = list(planted)
        self._told: dict[str, None] = {}

    def learn(self, name: str, text: str) -> None:
        """Note what a client was told under a name, if others may not be told it."""
        if name in SECRET_FIELDS and len(text) >= SHORTEST_SECRET:
            self._told[text] = None
            if len(self._told) > MOST_TOLD:
                del self._told[next(iter(self._told))]

    def check(self, method: Method, requests: Sequence[bytes], reply: Reply) -> None:
        """Look at what came back.

        Raises:
            AssertionError: There is a secret in it that the client did not send itself.
        """
        told = b"\n".join([reply.told, *reply.answers])
        sent = b"\n".join(requests)
        for secret in map(str.encode, self._planted):
            assert secret not in told, f"{method.path} told a secret: {told!r} for {requests}"
        if set(SECRET_FIELDS) & set(fields_below(method.answer)):
            told = reply.told  # The answer is where a client is told its own.
        for secret in map(str.encode, self._told):
            assert secret not in told or secret in sent, (
                f"{method.path} told what another client was told alone: {told!r} for {requests}"
            )

    def check_log(self, lines: Sequence[str], after: object) -> None:
        """Look at lines of the log.

        Raises:
            AssertionError: There is a secret in one, or a defect, or it was forged by a client.
        """
        for line in lines:
            assert LINE.match(line), f"a defect, or a forged line: {line!r}, after {after}"
            assert "defect of the service" not in line, f"{line}, after {after}"
            leaked = [one for one in (*self._planted, *self._told) if one in line]
            assert not leaked, f"the log tells {leaked}: {line}, after {after}"
