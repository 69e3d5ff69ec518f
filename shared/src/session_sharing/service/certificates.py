"""The certificate of a server, which is renewed while it serves."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import grpc

from session_sharing.errors import CertificateFileError, SharingError
from session_sharing.information import clock
from session_sharing.service.network import ServerTls
from session_sharing.service.threads import in_thread
from session_sharing.tls import Certificate, read_authorities, read_pair
from session_sharing.utc import utc_now

LOOK_SECONDS = 2.0
"""How often is looked whether the files were renewed."""

_State = tuple[tuple[int, ...] | None, ...]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Loaded:
    """What was read, as gRPC takes it, and what the certificate says."""

    configuration: grpc.ServerCertificateConfiguration
    says: Certificate


class ServerCertificates:
    """Reads the files at the start, and again when they change; a bad renewal changes nothing.

    While it is bad, they are read at every look: a certificate may become valid, or its disk be
    there again, and no file changes.

    gRPC's threads ask at each handshake what to show: they read `_loaded`, which is replaced as a
    whole. All else belongs to the event loop: a task named `tls renewal` looks at the files every
    `LOOK_SECONDS`, in a thread, as disks may be slow.

    Args:
        files: The files.
        clock_now: Tells the time.
    """

    def __init__(self, files: ServerTls, clock_now: Callable[[], datetime] = utc_now) -> None:
        self._files = files
        self._now = clock_now
        self._loaded: _Loaded | None = None
        self._state: _State = ()
        self._bad_renewal = ""
        self._told: Sequence[str] = ()
        self._task: asyncio.Task[None] | None = None

    @property
    def says(self) -> Certificate:
        """What the certificate says that is shown now."""
        assert self._loaded is not None, "it was loaded"
        return self._loaded.says

    @property
    def problems(self) -> list[str]:
        """What is wrong, a sentence for people each; empty if nothing is."""
        problems = [self._bad_renewal] if self._bad_renewal else []
        if self._loaded is not None and self.says.is_expired(self._now()):
            problems.append(
                f"The certificate {self._files.certificate} expired at "
                f"{clock(self.says.not_after)}: no client can connect to the encrypted port any "
                "more; those that are connected go on. Renew it; a restart is not needed."
            )
        return problems

    async def load(self) -> None:
        """Read the files.

        Raises:
            CertificateFileError: One of them cannot be used, or the certificate is not valid now.
        """
        self._state, self._loaded = await in_thread("read certificates", self._read)
        if _is_open(self._files.key):
            _log.warning(
                "Other users may read the private key %s, and pass for this service with it. Let "
                "its owner alone read it: chmod 600",
                self._files.key,
            )

    def credentials(self) -> grpc.ServerCredentials:
        """Return what one port shows; each port needs its own, as it asks for itself.

        It is exchanged only where the files changed: measured with grpcio 1.85, the process dies if
        every handshake of a flood gets a new configuration.
        """
        assert self._loaded is not None, "it was loaded"
        given = self._loaded

        def renewed() -> grpc.ServerCertificateConfiguration | None:
            nonlocal given
            before, given = given, self._loaded or given
            return None if given is before else given.configuration

        return grpc.dynamic_ssl_server_credentials(
            given.configuration,
            renewed,  # type: ignore[arg-type]  # None says that nothing changed, as documented
            require_client_authentication=self._files.client_ca is not None,
        )

    def start(self) -> None:
        """Look at the files from now on."""
        self._task = asyncio.create_task(self._follow(), name="tls renewal")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Read the files if they changed, or were bad; what is wrong with them is logged once."""
        try:
            await self._renew()
        except SharingError as error:
            self._keep(error.message)
        except Exception as error:  # noqa: BLE001 - a defect here must not end the looking for ever
            if not self._bad_renewal:
                _log.warning("Looking at certificates failed by a defect", exc_info=True)
            self._keep(f"a defect ({type(error).__name__}), of which the log has the details.")
        problems = self.problems
        for problem in problems:
            if problem not in self._told:
                _log.error("%s", problem)
        self._told = problems

    def _keep(self, why: str) -> None:
        self._bad_renewal = (
            f"A renewed certificate cannot be used, so the one before it stays: {why}"
        )

    async def _renew(self) -> None:
        state = await in_thread("look at certificates", lambda: _state_of(self._files.paths))
        if state == self._state and not self._bad_renewal:
            return
        self._state = state
        await self.load()
        self._bad_renewal = ""
        _log.info(
            "Renewed: from now on the certificate %s is shown, valid until %s",
            self._files.certificate,
            clock(self.says.not_after),
        )

    def _read(self) -> tuple[_State, _Loaded]:
        state = _state_of(self._files.paths)
        now = self._now()
        pair = read_pair(self._files.certificate, self._files.key, server=True)
        _refuse_dates(self._files.certificate, pair.says, now)
        client_ca = self._files.client_ca
        authorities = None if client_ca is None else read_authorities(client_ca, now)
        configuration = grpc.ssl_server_certificate_configuration(
            [(pair.key, pair.chain)], authorities
        )
        return state, _Loaded(configuration, pair.says)


def _refuse_dates(path: Path, says: Certificate, now: datetime) -> None:
    if says.is_expired(now):
        raise CertificateFileError(
            f"The certificate {path} ({says.subject}) expired at {clock(says.not_after)}. Renew it."
        )
    if says.is_early(now):
        raise CertificateFileError(
            f"The certificate {path} ({says.subject}) is valid only from {clock(says.not_before)} "
            "on. Have one issued that is valid now, or set the clock of this machine."
        )


def _state_of(paths: Sequence[Path]) -> _State:
    """Return what changes when one of the files is written anew."""
    return tuple(map(_file_state, paths))


def _file_state(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _is_open(path: Path) -> bool:
    """Tell whether others than its owner may read a file; Windows tells by lists, not by this."""
    if sys.platform == "win32":
        return False
    try:
        return bool(stat.S_IMODE(os.stat(path).st_mode) & 0o077)  # noqa: PTH116 - follows links
    except OSError:
        return False
