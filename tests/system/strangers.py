"""Two users of one machine: whose services run, and a stranger who tries what they leave open."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from db_writer import DbWriterClient
from db_writer.service.config import read_databases
from db_writer.service.names import Databases
from db_writer.service.spools import Spools
from json_logger import JsonLoggerClient
from session_sharing.discovery.location import ADDRESS_VARIABLE, HOME_VARIABLE
from session_sharing.testing.processes import ServerProcess

OWNER, STRANGER = 64_101, 64_102
"""Numbers of users that need no name."""

PASSWORD = "pa55-of-the-database"
SECONDS = 20.0
_HERE = Path(__file__).resolve().parent
_BECOME = """
import os, sys
user = int(sys.argv[1])
os.setgroups([])
os.setresgid(user, user, user)
os.setresuid(user, user, user)
os.execv("/bin/sh", ["sh", "-c", sys.argv[2], "sh", *sys.argv[3:]])
"""
# Not by `user=` of subprocess: that forks the tests' process, which gRPC's threads do not survive.


def require_two_users() -> None:
    """Skip where a test cannot act as other users."""
    if sys.platform != "linux":
        pytest.skip("only on Linux root can be two ordinary users; Windows protects users' folders")
    if os.geteuid() != 0:
        pytest.skip("only root can become other users")


def as_stranger(script: str, *arguments: Path | str) -> subprocess.CompletedProcess[str]:
    """Run a script of the shell as the stranger; `$1` and so on are the arguments."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", _BECOME, str(STRANGER), script, *map(str, arguments)],
        cwd="/",
        capture_output=True,
        text=True,
        errors="replace",
        timeout=SECONDS,
        check=False,
    )


def files_below(*folders: Path) -> list[Path]:
    """Return all files below folders."""
    return sorted(each for folder in folders for each in folder.rglob("*") if not each.is_dir())


def contents(folder: Path) -> Mapping[str, bytes]:
    """Return what is in the files below a folder, by their paths."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in files_below(folder)}


class Premises:
    """What the owner has on a machine: services that run, and files of other kinds.

    Args:
        folder: Where it lies; everybody may enter it.
        stack: Ends the services.

    Attributes:
        private: Files that no service of the owner has anything to do with.
        shared: A folder that is open to all, and that the logger was told it may write to.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.home, self.logs = folder / "home", folder / "logs"
        self.databases, self.private = folder / "databases", folder / "private"
        self.shared = folder / "shared"
        for each in (self.home, self.logs, self.databases, self.private, self.shared):
            each.mkdir()
        (self.private / "secret.log").write_text("private\n")
        self.shared.chmod(0o1777)
        config = self._configure()
        self._give(folder)
        self.folder.chmod(0o755)
        self._stack = stack
        self.station = self._start("local_station")
        self.logger = self._start(
            *("json_logger", "--data-dir", str(self.logs / "data")),
            *("--allow-root", str(self.shared), "--verbose"),
        )
        self.writer = self._start(
            *("db_writer", "--data-dir", str(self.databases / "data")),
            *("--config", str(config), "--verbose"),
        )

    @property
    def services(self) -> list[ServerProcess]:
        """All services."""
        return [self.station, self.logger, self.writer]

    @property
    def kept(self) -> list[Path]:
        """The folders in which the services keep things."""
        return [self.home, self.logs / "data", self.databases / "data"]

    def log(self, resource: str) -> JsonLoggerClient:
        """Open a session on a log."""
        return JsonLoggerClient(resource, address=self.logger.address, wait=SECONDS)

    def database(self, resource: str) -> DbWriterClient:
        """Open a session on a database."""
        return DbWriterClient(resource, address=self.writer.address, wait=SECONDS)

    def _configure(self) -> Path:
        """Configure a server database that is away, but was reached once: it has a spool."""
        config = self.databases / "db_writer.toml"
        table = {"url": "postgresql://line@127.0.0.1:1/results", "password_env": "LINE_PASSWORD"}
        lines = [f'{key} = "{value}"' for key, value in table.items()]
        config.write_text("\n".join(["[databases.line]", *lines]) + "\n")
        data = self.databases / "data"
        data.mkdir(mode=0o700)
        Spools(data, Databases(data, read_databases({"line": table}, data))).prepare("line")
        return config

    def _start(self, module: str, *arguments: str) -> ServerProcess:
        path = os.pathsep.join([str(_HERE), *sys.path])
        environment = {
            "PYTHONPATH": path,
            "HOME": str(self.private),
            HOME_VARIABLE: str(self.home / "station"),
            ADDRESS_VARIABLE: "",
            "LINE_PASSWORD": PASSWORD,
        }
        command = [str(OWNER), module, "--port", "0", *arguments]
        return self._stack.enter_context(ServerProcess("user_program", command, environment))

    @staticmethod
    def _give(folder: Path) -> None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, OWNER, OWNER)


@contextmanager
def premises(folder: Path) -> Iterator[Premises]:
    """Have the services run, with some records in a log, a database and a spool."""
    with ExitStack() as stack:
        there = Premises(folder, stack)
        clients: Iterable[JsonLoggerClient | DbWriterClient] = [
            there.log("a.ndjson"),
            there.database("a.sqlite"),
            there.database("line"),
        ]
        for client in clients:
            stack.callback(client.detach)
            client.log("m", {"serial": "private-17"}, {"v": 1.0})
            client.flush()
        yield there
