"""Sessions that several clients share, by NI's initialization behaviours."""

from __future__ import annotations

import grpc
import nidmm
import pytest
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from nidcpower import nidcpower_pb2, nidcpower_pb2_grpc
from nidcpower.errors import DriverError, RpcError

AUTO, NEW, ATTACH = 0, 1, 2
INVALID_SESSION = -1074130544


def test_who_made_a_session_closes_it(power):
    """By AUTO the second client attaches, and leaves the session open that the first one closes."""
    with power(name="shared") as first:
        first.voltage_level = 1.25
        with power(name="shared") as second:
            assert second.voltage_level == 1.25
        assert first.voltage_level == 1.25
    with pytest.raises(RpcError) as caught:
        power(name="shared", behavior=ATTACH)
    assert caught.value.rpc_code is grpc.StatusCode.FAILED_PRECONDITION


def test_who_attaches_resets_nothing(power, meter):
    """A reset is for who makes a session: nobody's output goes off because another attaches."""
    with power(name="kept") as first:
        first.voltage_level = 1.25
        with power(name="kept", reset=True):
            assert first.voltage_level == 1.25
    with meter(name="kept") as first:
        first.sample_count = 7
        with meter(name="kept", reset_device=True):
            assert first.sample_count == 7


def test_new_session_of_a_taken_name(power):
    """Who asks for a new session of a name that is taken is refused, in NI's words."""
    with power(name="taken", behavior=NEW):
        with pytest.raises(RpcError) as caught:
            power(name="taken", behavior=NEW)
        assert caught.value.rpc_code is grpc.StatusCode.ALREADY_EXISTS
        assert caught.value.description == (
            "Cannot initialize 'taken' when a session already exists."
        )


def test_session_that_another_client_closed(power):
    """Who uses a session that was closed gets NI's code, with a text that says what happened."""
    with power(name="closed") as first:
        second = power(name="closed", behavior=ATTACH)
        second.close()
        with pytest.raises(DriverError, match="no open session 'closed'") as caught:
            first.measure_multiple()
        assert caught.value.code == INVALID_SESSION
        power(name="closed", behavior=NEW)


def test_drivers_share_the_names(power, meter):
    """A session's name is taken for all drivers, as on NI's server, until it is closed."""
    with power(name="both"):
        with pytest.raises(nidmm.errors.RpcError) as caught:
            meter(name="both", behavior=NEW)
        assert caught.value.rpc_code is grpc.StatusCode.ALREADY_EXISTS
        for behavior in (AUTO, ATTACH):
            with pytest.raises(
                nidmm.errors.DriverError, match="a session of NI-DCPower"
            ) as refused:
                meter(name="both", behavior=behavior)
            assert refused.value.code == INVALID_SESSION
    with meter(name="both", behavior=NEW) as session:
        assert session.channel_count == 1


def test_garbage_is_refused(channel):
    """Impossible numbers and sizes get errors with codes of drivers, and the server goes on."""
    stub = nidcpower_pb2_grpc.NiDCPowerStub(channel)
    opened = stub.InitializeWithIndependentChannels(
        nidcpower_pb2.InitializeWithIndependentChannelsRequest(resource_name="Dev1")
    )
    stub.InitiateWithChannels(nidcpower_pb2.InitiateWithChannelsRequest(vi=opened.vi))
    requests = [
        (stub.FetchMultiple, nidcpower_pb2.FetchMultipleRequest(count=2**31 - 1)),
        (stub.FetchMultiple, nidcpower_pb2.FetchMultipleRequest(count=-1)),
        (stub.GetChannelName, nidcpower_pb2.GetChannelNameRequest(index=0)),
        (stub.Measure, nidcpower_pb2.MeasureRequest(channel_name="0", measurement_type_raw=9)),
        (stub.MeasureMultiple, nidcpower_pb2.MeasureMultipleRequest(channel_name="0-999999")),
        (stub.GetAttributeViReal64, nidcpower_pb2.GetAttributeViReal64Request(attribute_id=7)),
        # Of these, texts repeat what has no room in a status, or the list grows when expanded.
        (stub.MeasureMultiple, nidcpower_pb2.MeasureMultipleRequest(vi={"name": "x" * 1_000_000})),
        (stub.MeasureMultiple, nidcpower_pb2.MeasureMultipleRequest(channel_name="é" * 20_000)),
        (stub.MeasureMultiple, nidcpower_pb2.MeasureMultipleRequest(channel_name="0," * 300_000)),
        (stub.MeasureMultiple, nidcpower_pb2.MeasureMultipleRequest(channel_name="0," * 2_000)),
        (
            stub.GetChannelNameFromString,
            nidcpower_pb2.GetChannelNameFromStringRequest(index="0-23," * 10_000 + "0"),
        ),
    ]
    for call, request in requests:
        request.vi.name = request.vi.name or opened.vi.name
        with pytest.raises(grpc.RpcError) as caught:
            call(request)
        assert caught.value.code() is grpc.StatusCode.UNKNOWN
        assert int(dict(caught.value.trailing_metadata())["ni-error"]) < 0
    stub.Close(nidcpower_pb2.CloseRequest(vi=opened.vi))


def test_instrument_that_nobody_has_connected_is_told_once(power, meter, caplog):
    """Who opens a name that is mistyped finds in the log why it reads nothing but noise."""
    for resource in ("dmm1", "DMMM1", "dmmm1"):
        meter(resource).close()
    power("DCPower1/3, SMU7/0, SMU7/1").close()
    warnings = [text for text in caplog.messages if "no net of the circuit" in text]
    assert [text.partition(" ")[0] for text in warnings] == ["'DMMM1'", "'SMU7'"]
    assert "a load of 1000 ohms. They name 'dcpower1', 'dmm1' and 1 more." in warnings[0]


def test_reflection(channel):
    """Tools find out what is served."""
    services = ProtoReflectionDescriptorDatabase(channel).get_services()
    assert {"nidcpower_grpc.NiDCPower", "nidmm_grpc.NiDmm"} <= set(services)
