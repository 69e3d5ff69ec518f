"""How the local station and the simulated instruments are fuzzed."""

from __future__ import annotations

from hypothesis import strategies as st
from nidcpower import nidcpower_pb2
from nidmm import nidmm_pb2

from services.local_station.tests.any_pin_map import (
    EVERYTHING,
    NAMES,
    NAMESPACE,
    pin_map_texts,
)
from session_sharing.testing.fuzz_target import Proper, Target
from session_sharing.testing.fuzzing import TEXTS, usually
from session_sharing.testing.hostile_tree import HostileTree

MAP = EVERYTHING.replace("<PinMap", f'<PinMap xmlns="{NAMESPACE}"', 1)
DISCOVERY = "/ni.measurementlink.discovery.v1.DiscoveryService"
PIN_MAP = "/ni.measurementlink.pinmap.v1.PinMapService"
MANAGEMENT = "/ni.measurementlink.sessionmanagement.v1.SessionManagementService"

_NUMBERS = st.integers(-(2**31), 2**31 - 1)
_INTERFACES = usually(["i.One", "i.Two"], TEXTS)
_VERSIONS = ["", "1.0.0", "1.0.0.0", "2.0.0"]
_STATION_HINTS = {
    "pin_map_id": usually(["map"], st.sampled_from(["other", ""]) | TEXTS),
    "pin_map_xml": usually([MAP], pin_map_texts().filter(str.isascii)),
    "pin_or_relay_names": usually(NAMES, TEXTS),
    "sites": usually([0, 1, -1], _NUMBERS),
    "instrument_type_id": usually(["", "niDMM", "niDCPower", "FileLogger"], TEXTS),
    "multiplexer_type_id": usually(["", "Matrix"], TEXTS),
    "timeout_in_milliseconds": st.sampled_from([0, 0, 0, 1, -1, -2, -(2**31), 2**31 - 1]),
    "Session.name": usually(["niDMM-DMM1", "FileLogger-log.ndjson", "Dev1", "x"], TEXTS),
    "registration_id": usually(["{registration_id}"], TEXTS),
    "provided_interface": _INTERFACES,
    "provided_interfaces": _INTERFACES,
    "service_class": usually(["c.A", "c.B"], TEXTS),
    "deployment_target": usually([""], TEXTS),
    "version": usually([*_VERSIONS, "0.0.1"], st.just("1.0") | TEXTS),
    "versions": usually(_VERSIONS, st.sampled_from(["0.0.1", "1.0", "١.٠.٠"]) | TEXTS),
    # No names that somebody would have to resolve: that may take as long as it takes.
    "ServiceLocation.location": usually(
        ["localhost", "127.0.0.1"], st.sampled_from(["::1", "[::1]", "", "\0", "x" * 300])
    ),
    "insecure_port": usually(
        ["{port}"], st.sampled_from(["1", "65535", "0", "65536", "", "http", "١", "9" * 30])
    ),
    "ssl_authenticated_port": usually([""], st.sampled_from(["1", "-1", "http"])),
}

_DESCRIPTION = {
    "display_name": "a service",
    "service_class": "c.A",
    "provided_interfaces": ["i.One"],
}
_STATION_OPENING = [
    Proper(f"{PIN_MAP}/UpdatePinMapFromXml", {"pin_map_id": "map", "pin_map_xml": MAP}),
    Proper(
        f"{DISCOVERY}/RegisterService",
        {
            "service_description": _DESCRIPTION,
            "location": {"location": "localhost", "insecure_port": "{port}"},
        },
    ),
    Proper(
        f"{MANAGEMENT}/ReserveSessions",
        {"pin_map_context": {"pin_map_id": "map"}, "instrument_type_id": "niDMM"},
    ),
]

_ATTRIBUTES = sorted(
    {*nidcpower_pb2.NiDCPowerAttribute.values(), *nidmm_pb2.NiDmmAttribute.values()}
)
_CHANNELS = usually(
    ["", "0", "DCPower1/0"],
    st.sampled_from(["D/0-2", "0,1,2", "-", "/", "D/9-0", "99999999999"]) | TEXTS,
)
_DCPOWER, _DMM = "/nidcpower_grpc.NiDCPower", "/nidmm_grpc.NiDmm"
_INSTRUMENT_HINTS = {
    "attribute_id": usually(_ATTRIBUTES, _NUMBERS),
    "Session.name": usually(["power", "meter"], TEXTS),
    "session_name": usually(["power", "meter"], TEXTS),
    "resource_name": usually(["DCPower1/0", "DMM1", "DCPower1"], TEXTS),
    "channel_name": _CHANNELS,
    "channels": _CHANNELS,
    "initialization_behavior": usually([0, 1, 2], _NUMBERS),
    "count": usually([1, 3], _NUMBERS),
    "array_size": usually([1, 3], _NUMBERS),
}
_INSTRUMENT_OPENING = [
    Proper(
        f"{_DCPOWER}/InitializeWithIndependentChannels",
        {"session_name": "power", "resource_name": "DCPower1/0"},
    ),
    Proper(f"{_DMM}/InitWithOptions", {"session_name": "meter", "resource_name": "DMM1"}),
]


def _home(tree: HostileTree) -> dict[str, str]:
    return {"LOCAL_STATION_HOME": str(tree.data / "station"), "SESSION_SHARING_DISCOVERY": ""}


TARGETS = [
    Target(
        module="local_station",
        arguments=lambda tree: [],
        environment=_home,
        hints=_STATION_HINTS,
        opening=_STATION_OPENING,
        typical={"Health.service": "", "pin_map_id": "map"},
        opens_names=False,
        path_fields=(),
    ),
    Target(
        module="local_station.instruments",
        arguments=lambda tree: [],
        environment=_home,
        hints=_INSTRUMENT_HINTS,
        opening=_INSTRUMENT_OPENING,
        typical={"Health.service": "", "NiDCPower.name": "power", "NiDmm.name": "meter"},
        opens_names=False,
        path_fields=(),
        may_refuse=True,
        lacking=b"is not simulated by local_station",
    ),
]
