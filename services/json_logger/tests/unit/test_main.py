"""The command line, its TOML file, and what discovery is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from json_logger.client import JsonLoggerClient
from json_logger.service import main
from session_sharing.records import AckLevel, RecordLimits
from session_sharing.service import ServiceOptions

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parents[2]
Started = tuple[ServiceOptions, Sequence[Path], AckLevel, RecordLimits]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> Started:
    """Run the command with these arguments; return what would have been started."""
    started: list[Started] = []

    def start(
        options: ServiceOptions, roots: Sequence[Path], level: AckLevel, limits: RecordLimits
    ) -> int:
        started.append((options, roots, level, limits))
        return 0

    monkeypatch.setattr(main, "run_logger", start)
    monkeypatch.setattr(main, "configure_logging", lambda **_: None)
    assert main.main([str(argument) for argument in arguments]) == 0
    return started[0]


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without options: the last port, five seconds of grace, on disk, and no further folders."""
    options, roots, level, limits = run(monkeypatch)
    assert limits == RecordLimits()
    assert (options.port, options.grace, list(roots)) == (None, 5.0, [])
    assert level is AckLevel.DISK
    assert options.data_folder.is_absolute()


def test_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each option arrives; folders may be repeated, and a relative data folder is made absolute."""
    monkeypatch.chdir(tmp_path)
    arguments = ["--port", 7, "--data-dir", "data", "--allow-root", "a", "--allow-root", "b"]
    arguments += ["--record-limit", "1000", "--request-limit", "2000"]
    options, roots, level, limits = run(
        monkeypatch, *arguments, "--ack", "os", "--grace", "0.5", "-v"
    )
    assert limits == RecordLimits(1000, 2000)
    assert options == ServiceOptions(7, tmp_path / "data", 0.5)
    assert list(roots) == [Path("a"), Path("b")]
    assert level is AckLevel.OS


def test_environment_names_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SESSION_SHARING_DATA decides where the data lie unless an option does."""
    monkeypatch.setenv("SESSION_SHARING_DATA", str(tmp_path))
    options, *_ = run(monkeypatch)
    assert tmp_path in (options.data_folder, options.data_folder.parent)
    options, *_ = run(monkeypatch, "--data-dir", tmp_path / "other")
    assert options.data_folder == tmp_path / "other"


def test_command_line_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The file's keys are the options; what the command line says wins, and folders add up."""
    config = tmp_path / "my.toml"
    config.write_text(
        'port = 1\nack = "os"\ngrace = 2\ndata_dir = "/file"\nallow_root = ["a", "b"]\n'
        "verbose = true\n"
    )
    options, roots, level, _ = run(monkeypatch, "--config", config)
    assert (options.port, options.grace, level) == (1, 2.0, AckLevel.OS)
    assert options.data_folder == Path("/file").absolute()
    assert list(roots) == [tmp_path / "a", tmp_path / "b"]
    arguments = ["--port", 9, "--ack", "disk", "--config", config, "--allow-root", "c"]
    options, roots, level, _ = run(monkeypatch, *arguments)
    assert (options.port, options.grace, level) == (9, 2.0, AckLevel.DISK)
    assert list(roots) == [tmp_path / "a", tmp_path / "b", Path("c")]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--ack", "paper"],
        ["--port", "x"],
        ["--port", "70000"],
        ["--port", "-1"],
        ["--grace", "-1"],
        ["--grace", "inf"],
        ["--grace", "nan"],
        ["--unknown"],
        ["a.ndjson"],
        ["--config", "missing.toml"],
        ["--record-limit", "2001", "--request-limit", "2000"],
        ["--request-limit", "2000"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Wrong usage ends the process with 2 before anything is started, and says what is wrong."""
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, *arguments)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage: python -m json_logger" in err


@pytest.mark.parametrize(
    "content",
    ["no TOML", "port = 'x'", "unknown = 1", "[port]\nx = 1", "ack = 'paper'", "\xff"],
)
def test_wrong_file_exits_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str) -> None:
    """A wrong configuration file is wrong usage as well."""
    (tmp_path / "my.toml").write_text(content, "latin-1")
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, "--config", tmp_path / "my.toml")
    assert ended.value.code == 2


def test_service_config_says_what_discovery_is_told() -> None:
    """The `.serviceconfig` and the registration agree; the client looks for what they name."""
    (config,) = json.loads((FOLDER / "JsonLogger.serviceconfig").read_text("utf-8"))["services"]
    told = main.DESCRIPTOR
    assert config["displayName"] == told.display_name
    assert config["serviceClass"] == told.service_class
    assert config["providedInterfaces"] == list(told.provided_interfaces)
    assert [config["version"]] == list(told.versions)
    assert (FOLDER / config["path"]).is_file()
    assert told.service_class == JsonLoggerClient.SERVICE_CLASS
    assert JsonLoggerClient.PROVIDED_INTERFACE in told.provided_interfaces


def test_shipped_settings_are_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The shipped TOML changes nothing; each commented line is an option with its default."""
    shipped = FOLDER / "json_logger.toml"
    assert run(monkeypatch, "--config", shipped) == run(monkeypatch)
    lines = shipped.read_text("utf-8").splitlines()
    settings = [line[2:] for line in lines if line.startswith("# ") and " = " in line]
    keys = tomllib.loads("\n".join(settings)).keys()
    assert keys == {
        "port",
        "data_dir",
        "allow_root",
        "ack",
        "grace",
        "recovery_grace",
        "close_detached_after",
        "record_limit",
        "request_limit",
        "tls_certificate",
        "tls_key",
        "tls_client_ca",
        "tls_port",
        "tls_only",
        "bind",
        "insecure_bind",
        "advertise",
        "verbose",
    }
    without_default = ("port", "data_dir", "close_detached_after", "tls_")
    kept = [line for line in settings if not line.startswith(without_default)]
    (tmp_path / "my.toml").write_text("\n".join(kept))
    assert run(monkeypatch, "--config", tmp_path / "my.toml") == run(monkeypatch)
