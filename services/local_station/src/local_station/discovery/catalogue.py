"""The services that can be started: what the `.serviceconfig` files of some folders describe."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local_station.discovery.model import Wanted
from local_station.discovery.service_files import (
    MAX_BYTES,
    SUFFIX,
    StaticService,
    read_service_file,
)
from session_sharing.errors import SharingError
from session_sharing.service.folders import anyone_may_write
from session_sharing.service.threads import in_thread

LOOK_SECONDS = 1.0
"""How old what was seen of the folders may be."""

MAX_FILES = 400
"""How many files are read: an answer has room for what is in them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Seen:
    """What a look at the folders gave.

    Attributes:
        services: The services, in the order of folders and file names.
        problems: What is wrong with folders and files, a sentence each.
    """

    services: list[StaticService] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Catalogue:
    """Knows which services files describe: those of the folders, and of the folders in these.

    Files may come and go while the station runs. One that cannot be used is told of in the log,
    once, and left out. Folders are looked at in a thread; the one event loop guards the rest.

    Args:
        folders: Where the files are. One that does not exist has none.
        now: Tells the time, in seconds.
    """

    def __init__(
        self, folders: Sequence[Path] = (), now: Callable[[], float] = time.monotonic
    ) -> None:
        self._folders = folders
        self._now = now
        self._seen = _Seen()
        self._good_until = float("-inf")
        self._look: asyncio.Task[None] | None = None

    async def matching(self, wanted: Wanted) -> list[StaticService]:
        """Return the services that are meant, whether they run or not."""
        if self._folders and self._now() >= self._good_until:
            self._look = self._look or asyncio.create_task(self._refresh(), name="read services")
            await asyncio.wait({self._look})  # It goes on if this caller is cancelled.
        return [one for one in self._seen.services if wanted.describes(one.descriptor)]

    async def _refresh(self) -> None:
        told = set(self._seen.problems)
        try:
            self._seen = await in_thread("read services", lambda: _look_at(self._folders))
        except (SharingError, OSError) as error:  # What was seen last counts.
            logger.warning("The folders of services could not be looked at: %s", error)
        finally:
            self._good_until = self._now() + LOOK_SECONDS
            self._look = None
        for problem in self._seen.problems:
            if problem not in told:
                logger.warning("Left out: %s", problem)


def _look_at(folders: Iterable[Path]) -> _Seen:
    """Read the files, in a blocking way."""
    seen = _Seen()
    for number, file in enumerate(_files(folders, seen.problems)):
        if number == MAX_FILES:
            seen.problems.append(f"{file} and what follows: {MAX_FILES} files are read, no more.")
            break
        try:
            if anyone_may_write(file) or anyone_may_write(file.parent):
                seen.problems.append(_open_to_all(file))
                continue
            with file.open("rb") as opened:
                content = opened.read(MAX_BYTES + 1)
            seen.services.extend(read_service_file(content, file))
        except OSError as error:
            seen.problems.append(f"{file} cannot be read ({error.strerror}).")
        except SharingError as error:
            seen.problems.append(error.message)
    return seen


def _open_to_all(file: Path) -> str:
    return (
        f"{file}, which every user of this machine may write: whoever does has the station start a "
        f"program. Take the right from them: chmod o-w {file} {file.parent}"
    )


def _files(folders: Iterable[Path], problems: list[str]) -> Iterator[Path]:
    """Yield the regular files of folders and their folders, each once."""
    known: set[Path] = set()
    for folder in folders:
        for file in (*_entries(folder, problems), *_one_deeper(folder, problems)):
            if file.suffix == SUFFIX and file not in known and stat.S_ISREG(_mode(file, problems)):
                known.add(file)
                yield file


def _one_deeper(folder: Path, problems: list[str]) -> Iterator[Path]:
    for entry in _entries(folder, []):
        if not entry.name.startswith(".") and stat.S_ISDIR(_mode(entry, problems)):
            yield from _entries(entry, problems)


def _mode(path: Path, problems: list[str]) -> int:
    """Return what an entry is, 0 if that cannot be told. Newer Pythons' `is_file` hides why."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:  # It went just now, or is a link to nothing.
        return 0
    except OSError as error:  # A link to an impossible name, or a folder that may not be entered
        problems.append(f"{path} cannot be looked at ({error.strerror}).")
        return 0


def _entries(folder: Path, problems: list[str]) -> list[Path]:
    try:
        return sorted(folder / name for name in os.listdir(folder))  # noqa: PTH208 - tells errors
    except FileNotFoundError:
        return []
    except OSError as error:
        problems.append(f"the folder {folder} cannot be read ({error.strerror}).")
        return []
