"""Where files and folders of the repository are, on the web and on the site."""

from __future__ import annotations

from pathlib import Path


def url_of(base: str, root: Path, path: Path) -> str:
    """Return where a file or folder of the repository is on the web.

    Args:
        base: For example `https://example.com/owner/project/blob/main`.
        root: The folder of the repository.
        path: The file or folder.
    """
    return f"{base.rstrip('/')}/{path.relative_to(root).as_posix()}"


def readme_of(root: Path, folder: Path) -> str | None:
    """Return the page that tells of a folder, by its name for Sphinx; None without a README."""
    readme = folder / "README.md"
    return readme.relative_to(root).with_suffix("").as_posix() if readme.is_file() else None
