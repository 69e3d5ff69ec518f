"""Python steps for TestStand: NI-DMM sessions, from Setup to Cleanup. See README.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from teststand_modules.nidmm_sessions import STEPS


def create_nidmm_sessions(
    sequence_context: Any,  # noqa: ANN401 - a COM object
    pattern: str = "hold",
    pin_map_id: str | None = None,
    sites: Sequence[float] | None = None,
    reserve_timeout: float = 30.0,
) -> None:
    """Setup: open all NI-DMM sessions of the pin map, and register them for the measurements.

    Args:
        sequence_context: `ThisContext`.
        pattern: "hold" takes a session that is open, too, and closes only what this process opened;
            "detach and close" is NI's way: a session that is open is an error.
        pin_map_id: The id of the pin map; by default that of the step *Update Pin Map*.
        sites: The numbers of the sites; by default all.
        reserve_timeout: How long to wait for measurements that use them, in seconds.
    """
    STEPS.create(
        sequence_context,
        pattern=pattern,
        instrument_type=None,
        pin_map_id=pin_map_id,
        sites=sites,
        reserve_timeout=reserve_timeout,
    )


def destroy_nidmm_sessions(
    sequence_context: Any = None,  # noqa: ANN401 - a COM object
    reserve_timeout: float = 30.0,
) -> None:
    """Cleanup: close and unregister what this execution opened, and nothing else.

    Args:
        sequence_context: `ThisContext`; without it see README.md.
        reserve_timeout: How long to wait for measurements that use them, in seconds.
    """
    STEPS.destroy(sequence_context, reserve_timeout)
