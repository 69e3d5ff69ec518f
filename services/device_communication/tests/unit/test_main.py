"""The command line, its TOML file, and what discovery is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from device_communication.client import DeviceCommunicationClient
from device_communication.service import main
from session_sharing.service import ServiceOptions

FOLDER = Path(__file__).parents[2]
Started = tuple[ServiceOptions, Sequence[Path], float]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> Started:
    """Run the command with these arguments; return what would have been started."""
    started: list[Started] = []

    def start(options: ServiceOptions, roots: Sequence[Path], limit: float) -> int:
        started.append((options, roots, limit))
        return 0

    monkeypatch.setattr(main, "run_devices", start)
    monkeypatch.setattr(main, "configure_logging", lambda **_: None)
    assert main.main([str(argument) for argument in arguments]) == 0
    return started[0]


def test_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The options of all services arrive, and those of this one."""
    arguments = ["--port", 7, "--data-dir", tmp_path, "--grace", "0.5", "--call-limit", "2.5"]
    options, roots, limit = run(monkeypatch, *arguments, "--allow-root", "a", "--allow-root", "b")
    assert options == ServiceOptions(7, tmp_path, 0.5)
    assert (list(roots), limit) == ([Path("a"), Path("b")], 2.5)
    _, roots, limit = run(monkeypatch)
    assert (list(roots), limit) == ([], 10.0)


@pytest.mark.parametrize("limit", ["0", "-1", "inf", "nan", "3601", "soon"])
def test_limits_that_are_none_exit_2(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """Without a limit a device that hangs would never be noticed."""
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, f"--call-limit={limit}")
    assert ended.value.code == 2


def test_shipped_settings_are_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The shipped TOML changes nothing, and neither do the defaults that it shows."""
    shipped = FOLDER / "device_communication.toml"
    assert run(monkeypatch, "--config", shipped) == run(monkeypatch)
    lines = [line[2:] for line in shipped.read_text("utf-8").splitlines() if " = " in line]
    without_default = ("port", "data_dir", "close_detached_after", "tls_")
    kept = [line for line in lines if not line.startswith(without_default)]
    assert len(kept) == 8
    (tmp_path / "my.toml").write_text("\n".join(kept), "utf-8")
    assert run(monkeypatch, "--config", tmp_path / "my.toml") == run(monkeypatch)


def test_service_config_says_what_discovery_is_told() -> None:
    """The `.serviceconfig` and the registration agree; the client looks for what they name."""
    text = (FOLDER / "DeviceCommunication.serviceconfig").read_text("utf-8")
    (config,) = json.loads(text)["services"]
    told = main.DESCRIPTOR
    assert config["displayName"] == told.display_name
    assert config["serviceClass"] == told.service_class == DeviceCommunicationClient.SERVICE_CLASS
    assert config["providedInterfaces"] == list(told.provided_interfaces)
    assert [config["version"]] == list(told.versions)
    assert DeviceCommunicationClient.PROVIDED_INTERFACE in told.provided_interfaces
    assert {"ni.device_control.v1.service", "DeviceCommunication.DeviceCommunication"} < set(
        told.provided_interfaces
    )


def test_start_scripts_start_it() -> None:
    """What a station starts lies beside the file; `start.bat` has the line ends of Windows."""
    batch, shell = (FOLDER / "start.bat").read_bytes(), (FOLDER / "start.sh").read_bytes()
    assert batch.count(b"\n") == batch.count(b"\r\n") > 0
    assert b"-m device_communication --config" in batch
    assert b"-m device_communication --config" in shell
