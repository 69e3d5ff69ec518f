"""Answers to questions that people ask of the tables, in SQL; `docs/schema.md` explains them."""

from __future__ import annotations

from importlib.resources import files

__all__ = ["query", "query_names"]

_ENDING = ".sql"


def query_names() -> list[str]:
    """Return the names of all queries; one for one kind of database alone ends with its name."""
    names = [file.name for file in files(__name__).iterdir()]
    return sorted(name[: -len(_ENDING)] for name in names if name.endswith(_ENDING))


def query(name: str) -> str:
    """Return the SQL of a query.

    Args:
        name: One of `query_names`.

    Raises:
        KeyError: There is no such query.
    """
    if name not in query_names():
        raise KeyError(name)
    return files(__name__).joinpath(name + _ENDING).read_text("utf-8")
