"""How device communication is fuzzed: by both its doors."""

from __future__ import annotations

from session_sharing.testing.fuzz_target import RESOURCE_FIELDS, Proper, Target
from session_sharing.testing.hostile_tree import HostileTree

MAP = """Register Name,Register Address,Default Data,Access,Width
CONFIG,0x00,12,RW,8
"""


def _arguments(tree: HostileTree) -> list[str]:
    (tree.data / "map.csv").write_text(MAP, encoding="utf-8")
    return [
        *("--data-dir", str(tree.data), "--allow-root", str(tree.allowed)),
        *("--grace", "0.2", "--close-detached-after", "1"),
    ]


TARGETS = [
    Target(
        module="device_communication",
        ending=".csv",
        resources=("Device1", "Device2?client=x", " device1 "),
        arguments=_arguments,
        path_fields=(*RESOURCE_FIELDS, "register_map", "register_map_path"),
        beside={"protocol": 1, "register_map": "map.csv"},
        opening=[
            Proper(
                "/DeviceCommunication.DeviceCommunication/Initialize",
                {"resource_name": "Device1", "protocol": 1, "register_map_path": "map.csv"},
            )
        ],
        typical={
            "Health.service": "",
            "register_name": "CONFIG",
            "register_map": "map.csv",
            "register_map_path": "map.csv",
            "reset": False,
        },
    )
]
