"""Finding the files that a sequence names, from the folder that it is in."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath


def find_file(folder: Path, name: str) -> Path | None:
    r"""Return where a file or folder is; None if it is nowhere.

    Both `\` and `/` part folders. Names are those of Windows: where there is none of the same
    case, one is found that differs in its case alone.

    Args:
        folder: Where relative paths begin.
        name: The path, relative or absolute.
    """
    given = PureWindowsPath(name)
    if not given.parts or "\0" in name:
        return None
    exact = folder / name if given.drive else folder.joinpath(given.as_posix())
    if _exists(exact):
        return exact.resolve()
    if given.drive:  # the file system of Windows has no regard to case anyway
        return None
    found: Path | None = Path(exact.anchor) if given.root else folder.resolve()
    for part in given.parts[1:] if given.root else given.parts:
        found = _below(found, part) if found is not None else None
    return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # Its name is too long, or a folder on the way cannot be read.
        return False


def _below(folder: Path, name: str) -> Path | None:
    if name in {".", ".."}:
        return folder if name == "." else folder.parent
    exact = folder / name
    if _exists(exact):
        return exact
    try:
        names = sorted(each.name for each in folder.iterdir())
    except OSError:
        return None
    return next((folder / each for each in names if each.lower() == name.lower()), None)
