"""The service as a process: it is killed in the midst of work, and started again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import grpc

from device_communication import DeviceCommunicationClient, Protocol
from services.device_communication.tests.contract import I2C, UART, ContractClient
from services.device_communication.tests.support import DEADLINE, MAP, refused
from session_sharing.testing.processes import ServerProcess


def start(data: Path) -> ServerProcess:
    """Start the service where it was; its standard input has ended from the beginning."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return ServerProcess("device_communication", ["--data-dir", str(data)], environment)


def test_story_of_a_process(tmp_path: Path) -> None:
    """After `kill -9` sessions of both doors go on under their names, with settings and state.

    A client merely waits. Nothing is reset again. Asked to stop, the process ends with 0.
    """
    (tmp_path / "map.csv").write_text(MAP)
    server = start(tmp_path)
    wish = {"protocol": Protocol.I2C, "register_map": "map.csv", "reset": True}
    client = DeviceCommunicationClient("DUT", address=server.address, wait=DEADLINE, **wish)
    ni = ContractClient(server.address)
    session = ni.initialize("NI device", UART).session_name
    client.write_register("WIDE", 0xDEADBEEF)
    client.write_gpio_port(3, 0xFF, 0xA5)
    ni.call("WriteGpioChannel", session_name=session, port=1, channel=2, state=True)
    server.kill()
    with start(tmp_path) as again:
        assert again.address == server.address
        assert client.read_register("WIDE") == 0xDEADBEEF
        assert client.read_gpio_port(3) == 0xA5
        other = ContractClient(again.address)
        assert other.call("ReadGpioPort", session_name=session, port=1, mask=255).state == 4
        found = other.initialize("dut", I2C, register_map_path="map.csv", reset=True)
        assert (found.session_name, found.new_session) == (client.session_name, False)
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "'UART'", "'SPI'"):
            other.initialize("NI device")
        client.close()
        ni.close()
        other.close()
        assert again.stop() == 0
    assert any("Register maps that clients name lie in" in line for line in again.log)
