"""Where discovery is looked for, as far as the environment decides."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from session_sharing.discovery import cluster_id, find_discovery, key_file_name, station_home
from session_sharing.discovery import location as location_module
from session_sharing.errors import InvalidRequestError


def test_variable_names_discovery_outright(monkeypatch):
    """The variable goes before NI's software and before any key file."""
    monkeypatch.setattr(location_module, "ni_key_file_folder", lambda: Path("never read"))
    place = find_discovery({"SESSION_SHARING_DISCOVERY": " bench-7:31763 "})
    assert place.address == "bench-7:31763"
    assert "SESSION_SHARING_DISCOVERY" in str(place.not_answering())


def test_mistyped_variable_is_named():
    """Who mistyped the variable is told which one it was."""
    with pytest.raises(InvalidRequestError, match="SESSION_SHARING_DISCOVERY"):
        find_discovery({"SESSION_SHARING_DISCOVERY": "bench-7"})


def test_home_is_the_users_own_unless_named():
    """Every user has a station of their own, in the place the platform has for it."""
    default = platformdirs.user_state_path("session-sharing", appauthor=False) / "discovery"
    assert station_home({}) == station_home({"LOCAL_STATION_HOME": ""}) == default
    named = Path("bench").absolute()
    assert station_home({"LOCAL_STATION_HOME": str(named)}) == named
    assert station_home({"LOCAL_STATION_HOME": "relative"}).is_absolute()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"ClusterId": "b"}, "b"),
        ({"NIDiscovery_ClusterId": "a", "ClusterId": "b"}, "a"),
        ({"NIDiscovery_ClusterId": "", "ClusterId": "b"}, "b"),
        ({"ClusterId": ""}, ""),
    ],
)
def test_cluster_id_is_read_as_ni_reads_it(environment, expected):
    """Both sides of a discovery name the same key file, NI's client among them."""
    assert cluster_id(environment) == expected


def test_key_file_is_named_by_the_cluster():
    """Clusters side by side have key files side by side."""
    assert key_file_name(None) == "DiscoveryService.json"
    assert key_file_name("bench-2") == "DiscoveryService_bench-2.json"
    assert key_file_name("") == "DiscoveryService_.json"


@pytest.mark.parametrize("cluster", ["../x", "a/b", "a\\b", "a:b", "a\0b", "a\nb", "..", " ", " a"])
def test_cluster_id_cannot_name_another_file(cluster):
    """A cluster id stays within the name of one file."""
    with pytest.raises(InvalidRequestError, match="cluster id"):
        key_file_name(cluster)
