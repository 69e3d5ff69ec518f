"""Opening gRPC channels, with encryption or without: the one place where that is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import grpc

from session_sharing.tls.files import TlsFiles
from session_sharing.tls.reading import read_authorities, read_pair
from session_sharing.utc import utc_now

_Options: TypeAlias = "Sequence[tuple[str, int]]"


def open_channel(address: str, tls: TlsFiles | None, options: _Options) -> grpc.Channel:
    """Return a channel to a service; it connects when it is used.

    Args:
        address: host:port of the service: that of its encrypted port where there are files.
        tls: The files to encrypt with, which are read now; None for a channel without encryption.
        options: The channel's options.

    Raises:
        CertificateFileError: A file is missing, or cannot be used.
    """
    if tls is None:
        return grpc.insecure_channel(address, options=list(options))
    named = [("grpc.ssl_target_name_override", tls.server_name)] if tls.server_name else []
    return grpc.secure_channel(address, _credentials(tls), options=[*options, *named])


def _credentials(tls: TlsFiles) -> grpc.ChannelCredentials:
    authorities = read_authorities(tls.ca, utc_now())
    if tls.certificate is None or tls.key is None:
        return grpc.ssl_channel_credentials(authorities)
    pair = read_pair(tls.certificate, tls.key, server=False)
    return grpc.ssl_channel_credentials(authorities, pair.key, pair.chain)
