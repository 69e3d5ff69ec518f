"""Where files that are resources may lie, and which spelling of a path is the canonical one."""

from __future__ import annotations

import os
import stat
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from session_sharing.errors import AccessDeniedError, ResourceNameError, ResourceNotFoundError
from session_sharing.service.driver import Located
from session_sharing.service.file_names import FileKind, check_file_name, check_share

_PC_CASE_SENSITIVE = 11
"""What macOS calls so in `unistd.h`; the module `os` has no name for it."""


class FileLocations:
    """Turns the names of files into canonical paths within the allowed folders.

    Immutable; all methods may be called from any thread, and may block on the file system.

    Args:
        kind: What kind of files they are.
        data_folder: Where relative names lie. It exists.
        roots: Further folders in which absolute names may lie; None if the service has no option
            `--allow-root`.
        own: Folders that the service keeps to itself: no name leads into them.
    """

    def __init__(
        self,
        kind: FileKind,
        data_folder: Path,
        roots: Sequence[Path] | None = None,
        own: Sequence[Path] = (),
    ) -> None:
        self._kind = kind
        self._takes_roots = roots is not None
        self._data_folder = _real(data_folder)
        self._roots = (self._data_folder, *map(_real, roots or ()))
        self._folder_texts = tuple(map(str, (data_folder, *(roots or ()), *self._roots)))
        self._own = tuple(map(_real, own))
        given = (data_folder, *(roots or ()))
        self._spellings = tuple(
            (Path(os.path.normpath(Path.cwd() / spelled)), real, _ignores_case(real))
            for spelled, real in zip(given, self._roots, strict=True)
        )

    def locate(self, resource: str) -> Located:
        """Find a file; its key is the same for all spellings of one file.

        Relative and absolute spellings, `..`, symbolic links and, where the file system ignores
        it, letter case make no difference. Its address is the path without links.

        Raises:
            ResourceNameError: No file of this kind can have the name, or something else has it.
            AccessDeniedError: It lies outside the allowed folders.
            ResourceNotFoundError: Its folder is missing.
        """
        name = check_file_name(resource, self._kind, windows=sys.platform == "win32")
        check_share(name, self._folder_texts)
        path = _real(self._data_folder / name)
        self._check_allowed(resource, path)
        self._check_parent(resource, path)
        self._check_kind(resource, path)
        return locate_anywhere(path)

    def check_again(self, address: str) -> None:
        """Make sure that a file which an earlier run of the service located may be opened still.

        Raises:
            AccessDeniedError: It lies outside the folders that are allowed now.
        """
        self._check_allowed(address, _real(Path(address)))

    def spell(self, resource: str) -> str:
        """Return one spelling of a file, by its name alone: its folder need not be there.

        It stays the same whatever becomes of the file and its folder, as links are not followed
        but those to the allowed folders themselves. So a file may have two.

        Raises:
            ResourceNameError: No file of this kind can have the name.
        """
        name = check_file_name(resource, self._kind, windows=sys.platform == "win32")
        path = Path(os.path.normpath(self._data_folder / name))
        for spelled, real, ignores_case in self._spellings:
            for root in (real, spelled):
                if root in path.parents:
                    inside = real / path.relative_to(root)
                    return _folded(inside) if ignores_case else str(inside)
        return str(path)

    def _check_allowed(self, resource: str, path: Path) -> None:
        if any(_is_within(path, own) for own in self._own):
            raise AccessDeniedError(
                f"{resource!r} lies in a folder that the service keeps to itself ({path.parent}). "
                "Choose a name outside it.",
                resource_name=resource,
            )
        if any(root in path.parents for root in self._roots):
            return
        way_out = f", or start the service with `--allow-root {path.parent}`"
        raise AccessDeniedError(
            f"The {self._kind.noun} would lie outside the folders that this service may use "
            f"({', '.join(map(str, self._roots))}): {resource!r} is {path}. Give a relative name"
            f"{way_out if self._takes_roots else ''}.",
            resource_name=resource,
        )

    def _check_parent(self, resource: str, path: Path) -> None:
        try:  # Not `is_dir`: newer Pythons say no where a folder above may not be entered.
            is_folder = stat.S_ISDIR(path.parent.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            is_folder = False
        if not is_folder:
            raise ResourceNotFoundError(
                f"The folder {path.parent} of the {self._kind.noun} {resource!r} does not exist. "
                "Create it first: the service does not, so that a misspelt name is noticed.",
                resource_name=resource,
            )

    def _check_kind(self, resource: str, path: Path) -> None:
        """Refuse what is there already and is no regular file, and links to other kinds."""
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            mode = stat.S_IFREG
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
            raise ResourceNameError(
                f"{resource!r} is {what} ({path}). Choose the name of a file.",
                resource_name=resource,
            )
        if not self._kind.has_ending(path.name):
            raise ResourceNameError(
                f"{resource!r} leads to {path}, which is no {self._kind.noun} by its ending. "
                f"{self._kind.rule}",
                resource_name=resource,
            )


def locate_anywhere(path: Path) -> Located:
    """Find a file that an operator names, wherever it lies; its key is as those of all others."""
    path = _real(path)
    return Located(key=fold_case(path), address=str(path))


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _is_within(path: Path, folder: Path) -> bool:
    """Return whether a path lies in a folder, in whatever letter case it is written there."""
    return fold_case(path).startswith(fold_case(folder) + os.sep)


def fold_case(path: Path) -> str:
    """Return one spelling for what the file system takes for the same, never for two files.

    Links are not resolved. In doubt two spellings stay two: opening the second is refused, because
    the file is open already. The other way round two files would become one.
    """
    if not _ignores_case(path.parent):
        return str(path)
    return _folded(path)


def _folded(path: Path) -> str:
    text = unicodedata.normalize("NFC", str(path)) if sys.platform == "darwin" else str(path)
    return "".join(map(_upper, text))


def _upper(character: str) -> str:
    """Fold a character as file systems do: one for one, and only what has a way back.

    So ß does not become SS, nor does the sign µ become the Greek letter.
    """
    upper = character.upper()
    return upper if upper.lower() == character <= "\uffff" else character


def _ignores_case(folder: Path) -> bool:
    """Return whether names in a folder differ by letter case only in looks.

    The answer must not change when a file is created, so it is the folder that is asked, not the
    file: by a name on the same file system. Where there is none, as at a mount point, it is no.
    """
    if sys.platform == "win32":
        return True
    if sys.platform == "darwin":
        return _macos_ignores_case(folder)
    for ancestor in (folder, *folder.parents):
        try:
            if ancestor.parent.stat().st_dev != folder.stat().st_dev:
                return False
            swapped = ancestor.with_name(ancestor.name.swapcase()) if ancestor.name else ancestor
            if swapped.name != ancestor.name:
                return swapped.samefile(ancestor)
        except OSError:
            return False
    return False


def _macos_ignores_case(folder: Path) -> bool:
    if sys.platform == "darwin":
        try:
            return os.pathconf(folder, _PC_CASE_SENSITIVE) == 0
        except OSError:
            return False
    return False
