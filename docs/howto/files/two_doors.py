"""One log through both doors: NI's published contract, and this project's client."""

from __future__ import annotations

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from ni.measurementlink.discovery.v1.client import DiscoveryClient

from json_logger import JsonLoggerClient
from json_logger.ni import json_logger_pb2 as ni  # a program of NI's has stubs of its own
from json_logger.ni import json_logger_pb2_grpc as ni_grpc
from session_sharing import Behavior

found = DiscoveryClient().resolve_service("ni.logger.v1.json", "ni.logger.JSONLogService")
with grpc.insecure_channel(found.insecure_address) as channel:
    theirs = ni_grpc.JsonLoggerStub(channel)
    opened = theirs.InitializeFile(ni.InitializeFileRequest(file_path="moving.ndjson"))
    theirs.LogMeasurementData(
        ni.LogMeasurementDataRequest(
            session_name=opened.session_name,
            measurement_name="through NI's door",
            timestamp=Timestamp(seconds=1767323045),
            measurement_outputs={"voltage": "3.3"},
        )
    )
    with JsonLoggerClient("moving.ndjson", Behavior.ATTACH_TO_SERVER_SESSION) as ours:
        ours.log("through ours", {"range": 10}, {"voltage": 3.3})
        print("the same session:", ours.session_name == opened.session_name)
        for record in ours.read(last=2):
            print(record.measurement_name, record.outputs)
    theirs.CloseFile(ni.CloseFileRequest(session_name=opened.session_name))
