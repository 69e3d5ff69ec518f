"""What importing the packages brings into a process."""

from __future__ import annotations

import subprocess
import sys

import pytest

NOT_FOR_CLIENTS = (
    "device_communication.ni",
    "device_communication.service",
    "grpc_health.v1",
    "grpc_reflection.v1alpha",
    "json_logger.ni",
    "json_logger.service",
    "local_station",
    "ni",
    "ni_measurement_plugin_sdk_service",
    "rich",
    "session_sharing.service",
    "session_sharing.testing",
)


@pytest.mark.parametrize("package", ["session_sharing", "json_logger", "device_communication"])
def test_clients_import_is_light(package: str) -> None:
    """A plug-in that imports a client gets neither NI's packages nor the server side with it."""
    program = f"import sys, {package}; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60
    )
    assert set(done.stdout.split()) & set(NOT_FOR_CLIENTS) == set()
