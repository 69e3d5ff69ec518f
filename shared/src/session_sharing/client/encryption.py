"""Whether certificates, or the want of them, are why a service is not reached."""

from __future__ import annotations

import grpc

from session_sharing.errors import (
    AuthenticationError,
    CertificateFileError,
    InternalError,
    SharingError,
)
from session_sharing.tls import TlsFiles, diagnose
from session_sharing.wire.status import is_told


def why_not_encrypted(
    failure: grpc.RpcError, address: str, tls: TlsFiles | None
) -> grpc.RpcError | SharingError:
    """Return why a call failed, if certificates or encryption are the reason; else the failure.

    It asks the server itself, for some seconds at most: gRPC says only that it hung up, or that
    nobody listens at the last address of its host.

    Args:
        failure: What gRPC raised.
        address: host:port of the service.
        tls: The files of the client; None if it does not encrypt.
    """
    if is_told(failure) or not isinstance(failure, grpc.Call):
        return failure
    if failure.code() is not grpc.StatusCode.UNAVAILABLE:
        return failure
    return diagnose(address, tls) or failure


def trouble_of(failure: SharingError | None) -> str:
    """Return what a failure to connect says, if waiting alone mends it not; else nothing."""
    if isinstance(failure, (AuthenticationError, CertificateFileError, InternalError)):
        return failure.message
    return ""
