"""The service side: everything about sessions that a service author does not write.

A service author writes a `ResourceDriver` (how to find, open and close a resource), a servicer
that embeds the messages of sessions by `SessionRpc`, and calls `run_service`. This package needs
the extra `service`.
"""

from session_sharing.data_folders import default_data_folder
from session_sharing.service.arguments import (
    parse_with_config,
    service_options,
    service_parser,
)
from session_sharing.service.chain import ChainLink
from session_sharing.service.conversion import Conversion
from session_sharing.service.driver import Located, ResourceDriver, explain, explain_use
from session_sharing.service.engine import SessionEngine
from session_sharing.service.file_claims import FileClaims
from session_sharing.service.file_locations import FileLocations, locate_anywhere
from session_sharing.service.file_names import FileKind
from session_sharing.service.folders import atomic_write_text, private_folder
from session_sharing.service.followers import Followers, first_of
from session_sharing.service.group_writer import GroupWriter, StoreError
from session_sharing.service.hosting import Hosted, HostingOptions, run, serve
from session_sharing.service.interceptor import ErrorInterceptor
from session_sharing.service.limit_options import add_limit_options, record_limits
from session_sharing.service.listening import Listening
from session_sharing.service.lock import ProcessLock
from session_sharing.service.logs import configure_logging
from session_sharing.service.network import NetworkOptions, Ports, ServerTls
from session_sharing.service.one_thread import Closable, OneThread
from session_sharing.service.one_thread_driver import OneThreadDriver
from session_sharing.service.operating import Operate, serve_operations
from session_sharing.service.recording import Brought, RecordingRpc
from session_sharing.service.rpc import SessionRpc
from session_sharing.service.session_service import ServiceOptions, SessionService, run_service
from session_sharing.service.threads import in_thread, tell_loop

__all__ = [
    "Brought",
    "ChainLink",
    "Closable",
    "Conversion",
    "ErrorInterceptor",
    "FileClaims",
    "FileKind",
    "FileLocations",
    "Followers",
    "GroupWriter",
    "Hosted",
    "HostingOptions",
    "Listening",
    "Located",
    "NetworkOptions",
    "OneThread",
    "OneThreadDriver",
    "Operate",
    "Ports",
    "ProcessLock",
    "RecordingRpc",
    "ResourceDriver",
    "ServerTls",
    "ServiceOptions",
    "SessionEngine",
    "SessionRpc",
    "SessionService",
    "StoreError",
    "add_limit_options",
    "atomic_write_text",
    "configure_logging",
    "default_data_folder",
    "explain",
    "explain_use",
    "first_of",
    "in_thread",
    "locate_anywhere",
    "parse_with_config",
    "private_folder",
    "record_limits",
    "run",
    "run_service",
    "serve",
    "serve_operations",
    "service_options",
    "service_parser",
    "tell_loop",
]
