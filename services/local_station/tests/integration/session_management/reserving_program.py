"""Reserves the session of a pin for as long as it takes; says so, and keeps it until killed."""

from __future__ import annotations

import sys

import grpc
from ni.measurementlink.sessionmanagement.v1.client import PinMapContext, SessionManagementClient

address, pin = sys.argv[1:]
with grpc.insecure_channel(address) as channel:
    client = SessionManagementClient(grpc_channel=channel)
    with client.reserve_session(PinMapContext("map", None), pin, timeout=-1):
        print("reserved", flush=True)
        sys.stdin.read()
