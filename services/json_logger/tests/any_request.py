"""How the JSON logger is fuzzed: by both its doors."""

from __future__ import annotations

from session_sharing.testing.fuzz_target import Proper, Target
from session_sharing.testing.hostile_tree import HostileTree


def _arguments(tree: HostileTree) -> list[str]:
    return [
        *("--data-dir", str(tree.data), "--allow-root", str(tree.allowed)),
        *("--ack", "os", "--grace", "0.2", "--close-detached-after", "1"),
    ]


TARGETS = [
    Target(
        module="json_logger",
        ending=".ndjson",
        resources=("a.ndjson", "b.LOG?client=x", "{root}/data/a.ndjson", "{root}/allowed/c.txt"),
        arguments=_arguments,
        opening=[Proper("/json_logger.JsonLogger/InitializeFile", {"file_path": "a.ndjson"})],
    )
]
