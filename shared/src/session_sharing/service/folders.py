"""Folders and small files of a service: private to its user, and written whole or not at all."""

from __future__ import annotations

import logging
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from session_sharing.errors import AccessDeniedError, PreconditionError, UnavailableError
from session_sharing.service.files import SYSTEM_FILES, Files, plain, write_all

_PATIENCE = 2.0 if sys.platform == "win32" else 0.0  # seconds
_PAUSE = 0.01  # seconds

_Result = TypeVar("_Result")

_log = logging.getLogger(__name__)


def private_folder(path: Path) -> Path:
    """Create a folder that only this user may enter, missing parents likewise; return `path`.

    Folders that exist keep their mode: who made them chose it.

    Raises:
        AccessDeniedError: The folder may not be created.
        PreconditionError: Something else has the name of the folder, or of one above it.
        UnavailableError: The storage does not let itself be written.
    """
    try:
        # Path.mkdir(parents=True) would give the parents the default mode: each is made by itself.
        missing = [folder for folder in path.parents if not folder.exists()]
        for folder in (*reversed(missing), path):
            folder.mkdir(mode=0o700, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise PreconditionError(
            f"{path} cannot be a folder: something else is in its place. "
            "Move that away, or choose another folder."
        ) from error
    except PermissionError as error:
        raise AccessDeniedError(
            f"The folder {path} cannot be created: {error.strerror}. "
            "Choose another folder, or ask its owner for the right to write there."
        ) from error
    except OSError as error:
        raise UnavailableError(
            f"The folder {path} cannot be created: {error.strerror}. "
            "Check the disk or share, or choose another folder."
        ) from error
    return path


def anyone_may_write(path: Path) -> bool:
    """Return whether every user of this machine may write to a file, or put files into a folder.

    On Windows it is False: there the rights are lists, and a user's own folders are closed.

    Raises:
        OSError: It cannot be looked at.
    """
    return sys.platform != "win32" and bool(path.stat().st_mode & stat.S_IWOTH)


def warn_if_open_to_all(folder: Path) -> None:
    """Log that strangers may exchange the files of a folder, if so; its mode is left as it is."""
    try:
        is_open = anyone_may_write(folder)
    except OSError as error:
        _log.warning("The folder %s cannot be looked at: %s", folder, error.strerror)
        return
    if is_open:
        _log.warning(
            "Every user of this machine may write in %s: they can exchange, delete and lock files "
            "there, those of this service too. Take the right from them: chmod o-w %s",
            folder,
            folder,
        )


def atomic_write_text(
    path: Path, text: str, *, sync: bool = True, files: Files = SYSTEM_FILES
) -> None:
    """Write a small file so that every reader, and every crash, sees the old text or the new one.

    The file has mode 0600 where there are modes. Encoding UTF-8, line ends as they are.

    Args:
        path: The file.
        text: What will be in it.
        sync: Whether that must hold for power cuts as well. It costs milliseconds, or more.
        files: What writes it.

    Raises:
        OSError: The file could not be written; the old one is untouched.
    """
    content = text.encode()
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = files.open(temporary, plain(os.O_WRONLY | os.O_CREAT | os.O_EXCL), 0o600)
    try:
        try:
            write_all(files, descriptor, content)
            if sync:  # Without it a power cut can leave the new name with no content.
                files.sync(descriptor)
        finally:
            files.close(descriptor)
        patiently(lambda: files.replace(temporary, path))
    except BaseException:
        files.unlink(temporary)
        raise


def patiently(action: Callable[[], _Result]) -> _Result:
    """Do something with a file; on Windows again and again, up to two seconds, while it is refused.

    Windows refuses to replace or to open a file as long as somebody else, often a virus scanner,
    has it open in a way that forbids it. Elsewhere a refusal is final.

    Raises:
        PermissionError: It was refused to the end.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return action()
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE)
