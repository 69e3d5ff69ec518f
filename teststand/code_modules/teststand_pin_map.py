"""Python step for TestStand: have an execution use a pin map."""

from __future__ import annotations

from typing import Any

from teststand_modules import steps


def update_pin_map(pin_map_path: str, sequence_context: Any) -> str:  # noqa: ANN401 - a COM object
    """Register a pin map, as the step *Update Pin Map* does; all steps of the execution use it.

    Args:
        pin_map_path: Its path; a relative one is searched from the folder of the sequence file.
        sequence_context: `ThisContext`.

    Returns:
        The id of the pin map.
    """
    return steps.update_pin_map(pin_map_path, sequence_context)
