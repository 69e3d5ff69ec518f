"""How the database writer is fuzzed: with a file, and a server that is away or there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from session_sharing.testing.fuzz_target import Target
from session_sharing.testing.hostile_tree import HostileTree

PASSWORD = "planted-of-the-line"
"""The password of the configured database, where it has none of its own."""

AWAY = make_url("postgresql://tester@127.0.0.1:1/measurements")
NAMES = ("b.db?client=x", "{root}/data/a.sqlite", "line", "line?client=y")

CONFIGURATION = """
[databases.line]
url = "{url}"
password_env = "LINE_PASSWORD"
connect_timeout = 2.0
spool_bytes = 4194304
"""


def target_with(url: URL, first: str = "a.sqlite") -> Target:
    """Return how a writer is fuzzed.

    Args:
        url: The database that its configuration names `line`.
        first: What is opened first.
    """
    password = url.password or PASSWORD
    place = (url.host, url.port, url.database, url.query)
    plain = URL.create("postgresql", url.username, None, *place).render_as_string()
    return Target(
        module="db_writer",
        ending=".sqlite",
        resources=(first, *NAMES),
        arguments=_arguments(CONFIGURATION.format(url=plain)),
        environment=lambda tree: {"LINE_PASSWORD": password},
        secrets=[password],
    )


def _arguments(configuration: str) -> Callable[[HostileTree], list[str]]:
    def arguments(tree: HostileTree) -> list[str]:
        config = Path(tree.data, "db_writer.toml")
        config.write_text(configuration, encoding="utf-8")
        return [
            *("--config", str(config), "--data-dir", str(tree.data)),
            *("--grace", "0.2", "--close-detached-after", "1"),
        ]

    return arguments


TARGETS = [target_with(AWAY)]
