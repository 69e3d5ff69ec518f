"""Finding services on this machine: where discovery is, and what it knows."""

from session_sharing.discovery.client import DiscoveryConnection
from session_sharing.discovery.descriptions import (
    ActiveService,
    ServiceDescriptor,
    ServiceLocation,
)
from session_sharing.discovery.location import (
    DiscoveryPlace,
    cluster_id,
    discovery_address,
    discovery_is_named,
    find_discovery,
    key_file_name,
    refuse_foreign,
    station_home,
)
from session_sharing.discovery.resolve import resolve_address

__all__ = [
    "ActiveService",
    "DiscoveryConnection",
    "DiscoveryPlace",
    "ServiceDescriptor",
    "ServiceLocation",
    "cluster_id",
    "discovery_address",
    "discovery_is_named",
    "find_discovery",
    "key_file_name",
    "refuse_foreign",
    "resolve_address",
    "station_home",
]
