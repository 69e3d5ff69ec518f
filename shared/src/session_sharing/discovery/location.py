"""Where the discovery service of this machine is found.

Three places are asked, in this order: the environment, NI's software on Windows, the key file of a
running local station. Nothing here writes, empties or deletes a key file: that is for its owner.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from session_sharing.discovery.address import answers, is_port, split_address
from session_sharing.discovery.lock_files import process_in
from session_sharing.discovery.ni_software import ni_key_file_folder, read_shared
from session_sharing.errors import AccessDeniedError, InvalidRequestError, NoStationError

ADDRESS_VARIABLE = "SESSION_SHARING_DISCOVERY"
"""Names the discovery service outright, as host:port."""

HOME_VARIABLE = "LOCAL_STATION_HOME"
"""Names the folder of the local station, instead of the one for this user."""

START_STATION = "Start one: python -m local_station"
"""What to do where no station is running."""

START_NI_SOFTWARE = "NI's software starts it: open InstrumentStudio or TestStand."
"""What to do on a machine with NI's software, where no discovery service is running."""


@dataclass(frozen=True)
class DiscoveryPlace:
    """An address at which discovery should answer.

    Attributes:
        address: host:port.
        told_by: What named the address, for the text of errors.
        how_to_start: What to do if nobody answers there.
        key_file: The key file that named the address, None if it was something else.
    """

    address: str
    told_by: str = ""
    how_to_start: str = START_STATION
    key_file: Path | None = None

    def not_answering(self) -> NoStationError:
        """Make the error for an address at which nobody answers."""
        return NoStationError(
            f"No discovery service is running: nobody answers at {self.address}{self._named_by}. "
            f"{self.how_to_start}"
        )

    def silent(self) -> NoStationError:
        """Make the error for an address at which an answer was awaited in vain."""
        process = "" if self.key_file is None else process_in(self.key_file.with_suffix(".lock"))
        which = f"Its lock names {process}. " if process else ""
        return NoStationError(
            f"The discovery service at {self.address}{self._named_by} does not answer: it is "
            f"frozen, or badly overloaded. {which}Let it go on, or end its process, and start it "
            "again. `python -m session_sharing doctor` looks closer."
        )

    @property
    def _named_by(self) -> str:
        return f" (named by {self.told_by})" if self.told_by else ""


def discovery_address() -> str:
    """Return the host:port of a discovery service that accepts connections now.

    Raises:
        NoStationError: None is running; the text says how to start one.
        AccessDeniedError: The station's folder or key file belongs to somebody else.
        InvalidRequestError: The environment names something that is no address.
    """
    place = find_discovery()
    if not answers(place.address):
        raise place.not_answering()
    return place.address


def discovery_is_named() -> bool:
    """Tell whether the environment names the discovery service outright."""
    return bool(os.environ.get(ADDRESS_VARIABLE, "").strip())


def find_discovery(environment: Mapping[str, str] | None = None) -> DiscoveryPlace:
    """Find the discovery service, without asking whether it answers.

    Args:
        environment: The environment variables; those of the process if None.

    Raises:
        NoStationError: Nothing tells of a running one; the text says how to start one.
        AccessDeniedError: The station's folder or key file belongs to somebody else.
        InvalidRequestError: The environment names something that is no address.
    """
    environment = os.environ if environment is None else environment
    named = environment.get(ADDRESS_VARIABLE, "").strip()
    if named:
        return _named_outright(named)
    ni_folder = ni_key_file_folder()
    name = key_file_name(cluster_id(environment))
    if ni_folder is not None:
        return _read_key_file(ni_folder / name, START_NI_SOFTWARE)
    home = station_home(environment)
    refuse_foreign(home)
    return _read_key_file(home / name, START_STATION, own=True)


def station_home(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder in which a local station keeps its key file; it need not exist."""
    environment = os.environ if environment is None else environment
    named = environment.get(HOME_VARIABLE, "")
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_state_path("session-sharing", appauthor=False) / "discovery"


def cluster_id(environment: Mapping[str, str] | None = None) -> str | None:
    """Return the cluster id, None if there is none.

    NI's client reads it in the same way: an empty `NIDiscovery_ClusterId` counts as unset, an empty
    `ClusterId` does not.
    """
    environment = os.environ if environment is None else environment
    return environment.get("NIDiscovery_ClusterId") or environment.get("ClusterId")


def key_file_name(cluster: str | None) -> str:
    """Return the name of the key file of a cluster.

    Raises:
        InvalidRequestError: The cluster id cannot be part of a file's name.
    """
    if cluster is None:
        return "DiscoveryService.json"
    strange = any(each in '/\\:*?"<>|' or not each.isprintable() for each in cluster)
    # An empty one is a cluster of its own, as NI's client has it.
    if strange or (cluster and not _is_name(cluster)):
        raise InvalidRequestError(
            f"The cluster id {cluster!r} cannot be part of a file's name. "
            "Use letters, digits, '-' and '_' in NIDiscovery_ClusterId or ClusterId."
        )
    return f"DiscoveryService_{cluster}.json"


def _is_name(cluster: str) -> bool:
    """Tell whether a cluster id can be told from others: it has more than signs and blanks."""
    return cluster == cluster.strip() and any(map(str.isalnum, cluster))


def refuse_foreign(path: Path) -> None:
    """Refuse a folder or file of another user, who could send this user's data anywhere.

    Windows protects the folders of a user by itself, so nothing is asked there.

    Raises:
        AccessDeniedError: Another user owns it.
    """
    try:
        found = path.stat()
    except OSError:  # not there, or not for us to see: reading it will tell
        return
    _refuse_owner(path, found)


def _refuse_owner(path: Path, found: os.stat_result) -> None:
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        raise AccessDeniedError(
            f"{path} belongs to another user (number {found.st_uid}), so what it says about "
            f"discovery is not trusted. Set {HOME_VARIABLE} to a folder of your own, or name the "
            f"service in {ADDRESS_VARIABLE}=host:port."
        )


def _named_outright(address: str) -> DiscoveryPlace:
    try:
        split_address(address)
    except InvalidRequestError as error:
        raise InvalidRequestError(f"The environment variable {ADDRESS_VARIABLE}: {error}") from None
    advice = f"Start it, or unset {ADDRESS_VARIABLE} to use the local station."
    return DiscoveryPlace(address, f"the environment variable {ADDRESS_VARIABLE}", advice)


def _read_key_file(path: Path, how_to_start: str, *, own: bool = False) -> DiscoveryPlace:
    """Read a key file; if it has to be this user's own, the very file that is read is asked."""

    def check(opened: os.stat_result) -> None:
        if own:
            _refuse_owner(path, opened)

    try:
        port = str(json.loads(read_shared(path, check))["InsecurePort"])
    except FileNotFoundError:
        raise NoStationError(
            f"No discovery service is running: there is no {path}. {how_to_start}"
        ) from None
    except PermissionError as error:
        raise AccessDeniedError(f"{path} cannot be read: {error.strerror}.") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoStationError(
            f"The key file {path} cannot be understood ({error!r}), so discovery cannot be found. "
            f"{how_to_start}"
        ) from error
    if not is_port(port):
        raise NoStationError(
            f"The key file {path} names the port {port!r}, which is none. {how_to_start}"
        )
    return DiscoveryPlace(f"localhost:{port}", f"the key file {path}", how_to_start, path)
