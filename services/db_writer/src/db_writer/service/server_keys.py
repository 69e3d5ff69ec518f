"""What is the same for all configured names of one PostgreSQL database."""

from __future__ import annotations

import re

from sqlalchemy.engine import URL

from db_writer.service.settings import DatabaseSettings

_WORD = re.compile(r"(?:\\.|[^\s\\])+", re.DOTALL)
"""What stands between spaces in options; a backslash takes the meaning from what follows."""

_SETTING = re.compile(r"(?:-c|--)([^=]+)=(.*)", re.DOTALL)
_SCHEMA = re.compile(r'"(?:[^"]|"")*"|[^,\s]+')


def server_key(settings: DatabaseSettings) -> str:
    """Return the server, the database, and the schemas in which its tables are sought.

    Who logs in makes no difference. What the URL leaves open is as libpq, the client's library,
    finds it: in the environment, for example.
    """
    url, defaults = settings.url, _defaults()
    address = defaults.get("hostaddr")  # It is connected to, whatever the host is called.
    host = address or url.host or _in(url, "host") or defaults.get("host") or "localhost"
    port = url.port or _in(url, "port") or defaults.get("port") or "5432"
    if not host.startswith("/"):  # else the folder of a socket
        host = host.lower()
    options = settings.options.get("options") or _in(url, "options") or defaults.get("options")
    schemas = _schemas(str(options or ""))
    return f"{url.get_backend_name()}://{host}:{port}/{url.database}" + (
        f"?search_path={schemas}" if schemas else ""
    )


def _schemas(options: str) -> str:
    """Return the search path of a server's options, in one spelling; nothing if none is set."""
    words = [re.sub(r"\\(.)", r"\1", word, flags=re.DOTALL) for word in _WORD.findall(options)]
    path = ""
    for before, word in zip(["", *words], words, strict=False):
        setting = _SETTING.fullmatch(f"-c{word}" if before == "-c" else word)
        if setting and setting[1].replace("-", "_").lower() == "search_path":
            path = setting[2]  # The last one counts.
    return ",".join(map(_schema, _SCHEMA.findall(path)))


def _schema(name: str) -> str:
    """Return a schema's name as the server does: in small letters unless it is quoted."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def _in(url: URL, name: str) -> str:
    value = url.query.get(name)
    return value if isinstance(value, str) else ",".join(value or ())


def _defaults() -> dict[str, str]:
    """Return what libpq takes where nothing is said."""
    try:
        from psycopg.pq import Conninfo  # noqa: PLC0415 - an optional package
    except ImportError:  # Without it no database of this kind can be opened.
        return {}
    return {
        option.keyword.decode(): option.val.decode(errors="surrogateescape")
        for option in Conninfo.get_defaults()
        if option.val
    }
