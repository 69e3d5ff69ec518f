"""How the database writer is fuzzed: with a file, and a server that is away."""

from __future__ import annotations

from pathlib import Path

from session_sharing.testing.fuzz_target import Target
from session_sharing.testing.hostile_tree import HostileTree

PASSWORD = "planted-of-the-line"
"""The password of the configured database."""

CONFIGURATION = """
[databases.line]
url = "postgresql://tester@127.0.0.1:1/measurements"
password_env = "LINE_PASSWORD"
connect_timeout = 2.0
spool_bytes = 4194304
"""


def _arguments(tree: HostileTree) -> list[str]:
    config = Path(tree.data, "db_writer.toml")
    config.write_text(CONFIGURATION, encoding="utf-8")
    return [
        *("--config", str(config), "--data-dir", str(tree.data)),
        *("--grace", "0.2", "--close-detached-after", "1"),
    ]


TARGETS = [
    Target(
        module="db_writer",
        ending=".sqlite",
        resources=("a.sqlite", "b.db?client=x", "{root}/data/a.sqlite", "line", "line?client=y"),
        arguments=_arguments,
        environment=lambda tree: {"LINE_PASSWORD": PASSWORD},
        secrets=[PASSWORD],
    )
]
