"""The client side: what a service's client and session constructor are made of."""

from session_sharing.client.constructor import SessionConstructor
from session_sharing.client.group import RecordGroup
from session_sharing.client.logs import LogsRecords
from session_sharing.client.operating import OperatingClient
from session_sharing.client.reading import check_last
from session_sharing.client.receipts import Receipt
from session_sharing.client.recording import RecordingClient
from session_sharing.client.session import WAIT_SECONDS, SessionClient
from session_sharing.discovery.resolve import ResolvingClient

__all__ = [
    "WAIT_SECONDS",
    "LogsRecords",
    "OperatingClient",
    "Receipt",
    "RecordGroup",
    "RecordingClient",
    "ResolvingClient",
    "SessionClient",
    "SessionConstructor",
    "check_last",
]
