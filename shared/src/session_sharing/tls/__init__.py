"""Encrypted connections: which files they need, what is wrong with them, and why one failed.

Both sides use it, so it needs nothing but the standard library and grpc.
"""

from session_sharing.tls.certificate import Certificate
from session_sharing.tls.channel import open_channel
from session_sharing.tls.diagnosis import diagnose
from session_sharing.tls.files import TlsFiles, tls_from_environment
from session_sharing.tls.reading import Pair, read_authorities, read_pair

__all__ = [
    "Certificate",
    "Pair",
    "TlsFiles",
    "diagnose",
    "open_channel",
    "read_authorities",
    "read_pair",
    "tls_from_environment",
]
