"""What another program sees of the instruments of a floor: what is on, and open sessions."""

from __future__ import annotations

import grpc
import nidcpower
import nidmm

from tests.system.floor import Floor

SUPPLY = "niDCPower-SMU1/0"
SESSIONS = [
    (nidcpower, SUPPLY, "SMU1/0"),
    (nidcpower, "niDCPower-SMU1/1", "SMU1/1"),
    (nidmm, "niDMM-DMM1", "DMM1"),
]
"""Sessions that measurements with the project's pin maps make."""


def volts(floor: Floor, channel: str) -> float:
    """Return what a channel of a supply gives now, without changing anything."""
    with grpc.insecure_channel(floor.instruments.address) as server:
        options = nidcpower.GrpcSessionOptions(server, f"look at {channel}")
        with nidcpower.Session(channel, grpc_options=options) as session:
            return session.measure_multiple()[0].voltage


def open_sessions(floor: Floor) -> list[str]:
    """Return which sessions of measurements are open on the server of the drivers."""
    found = []
    with grpc.insecure_channel(floor.instruments.address) as channel:
        for driver, name, resource in SESSIONS:
            behavior = driver.SessionInitializationBehavior.ATTACH_TO_SERVER_SESSION
            options = driver.GrpcSessionOptions(channel, name, initialization_behavior=behavior)
            try:
                with driver.Session(resource, grpc_options=options):
                    found.append(name)
            except driver.errors.RpcError as error:
                if error.rpc_code is not grpc.StatusCode.FAILED_PRECONDITION:
                    raise
    return found
