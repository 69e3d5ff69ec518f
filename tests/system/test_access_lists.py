"""The lists of [access] at every service of the project, as it is started by its command."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest

from session_sharing.access import is_free
from session_sharing.cli import main
from session_sharing.testing.every_method import every_method, status_of_call
from session_sharing.testing.processes import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
SESSION_SERVICES = sorted(
    package.parent.name
    for package in ROOT.glob("services/*/src/*/__main__.py")
    if package.parent.name != "local_station"  # It stands for NI's services, which ask nobody.
)
COMMON = {
    "session_sharing.v1.SessionClients/Connect",
    "session_sharing.v1.SessionAdministration/ListSessions",
    "session_sharing.v1.SessionAdministration/WatchSessions",
    "session_sharing.v1.SessionAdministration/GetService",
    "session_sharing.v1.SessionAdministration/CloseSession",
}


@pytest.mark.parametrize("module", SESSION_SERVICES)
def test_no_method_of_a_service_is_left_open(module, tmp_path, capsys):
    """Whom no list names calls nothing of any service, by no door; health may be asked."""
    config = tmp_path / "service.toml"
    config.write_text("[access]\nattach = []\nlook = []\nforce_close = []\n", "utf-8")
    arguments = ["--port", "0", "--data-dir", str(tmp_path / "data"), "--config", str(config)]
    unknown = {"SESSION_SHARING_DISCOVERY": "127.0.0.1:1"}
    with ServerProcess(module, arguments, unknown) as service:
        with grpc.insecure_channel(service.address) as channel:
            methods = every_method(channel)
            statuses = {method: status_of_call(channel, method) for method in methods}
        assert main(["list", "--address", service.address]) == 1
    free = {method for method in methods if is_free(method)}
    assert set(methods) - free > COMMON, "its own methods are told too"
    assert free == {
        name for name, code in statuses.items() if code is not grpc.StatusCode.UNAUTHENTICATED
    }
    assert "`look` in [access]" in capsys.readouterr().err
    assert any("to a program on this machine at ipv" in line for line in service.log)
