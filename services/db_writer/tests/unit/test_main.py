"""The command line, its TOML file, and what discovery is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from db_writer import DbWriterClient
from db_writer.service import main, waiting_command
from db_writer.service.config import ConfiguredDatabase, read_databases
from db_writer.service.spool import SpoolFile
from db_writer.service.spool.waiting import encoded
from services.db_writer.tests.unit.spool.spooling import entry, new_file
from session_sharing.records import RecordLimits
from session_sharing.service import ServiceOptions

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parents[2]
Started = tuple[ServiceOptions, Mapping[str, ConfiguredDatabase], RecordLimits]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> Started:
    """Run the command with these arguments; return what would have been started."""
    started: list[Started] = []
    monkeypatch.setattr(main, "run_writer", lambda *options: started.append(options) or 0)
    monkeypatch.setattr(main, "configure_logging", lambda **_: None)
    assert main.main([str(argument) for argument in arguments]) == 0
    return started[0]


def test_databases_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The file's tables are databases, its other keys options; the command line wins."""
    (tmp_path / "my.toml").write_text(
        "port = 1\nrecord_limit = 1000\n[databases.bench]\nurl = 'sqlite:///b.sqlite'\n"
    )
    monkeypatch.chdir(FOLDER)
    options, databases, limits = run(
        monkeypatch, "--config", tmp_path / "my.toml", "--port", 9, "--data-dir", tmp_path / "data"
    )
    assert (options.port, options.data_folder) == (9, tmp_path / "data")
    assert limits == RecordLimits(1000)
    assert databases["bench"].settings().url.database == str(tmp_path / "b.sqlite")


def test_wrong_database_exits_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong table ends the process before anything is started, naming file, key and reason."""
    file = tmp_path / "my.toml"
    file.write_text("[databases.line]\nurl = 'postgresql://me:s3cret@host/results'\n")
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, "--config", file)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{file}: databases.line.url: it holds a password" in err
    assert "password_env" in err
    assert "s3cret" not in err


def test_databases_that_cannot_be_opened_are_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing password, or driver, of one database keeps nothing from starting, and is told."""
    tables = {
        "line": {"url": "postgresql://h/n", "password_env": "NOT_THERE"},
        "file": {"url": "sqlite:///a.sqlite"},
    }
    databases = read_databases(tables, tmp_path)
    (told,) = main.warnings(databases)
    assert "databases.line.password_env" in told
    monkeypatch.setattr(main, "find_spec", lambda _: None)
    _, told = main.warnings(databases)
    assert "line needs psycopg" in told
    assert "session-sharing-db-writer[service,postgresql]" in told


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
def test_password_that_everybody_may_read_is_told_of(tmp_path: Path) -> None:
    """A file with a password is to be private; who runs the service learns when it is not."""
    table = {"url": "postgresql://me@h/n", "password_file": "secret.txt"}
    file = tmp_path / "secret.txt"
    databases = read_databases({"line": table}, tmp_path)
    assert "every user" not in " ".join(main.warnings(databases)), "it is not there"
    file.write_text("s3cret\n")
    file.chmod(0o640)
    assert "every user" not in " ".join(main.warnings(databases))
    file.chmod(0o644)
    told = " ".join(main.warnings(databases))
    assert "databases.line.password_file: every user of this machine may read" in told
    assert "s3cret" not in told


def test_check_opens_every_database_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` prints a line for each database, and exits 1 if one cannot be opened."""
    monkeypatch.setattr(main, "configure_logging", lambda **_: None)
    file = tmp_path / "my.toml"
    file.write_text("[databases.bench]\nurl = 'sqlite:///b.sqlite'\n")
    check = ["--config", str(file), "--data-dir", str(tmp_path / "data"), "--check"]
    assert main.main(check) == 0
    assert capsys.readouterr().out.splitlines() == ["DATABASE  RESULT", "bench     good"]
    assert (tmp_path / "b.sqlite").is_file()
    with file.open("a") as table:
        table.write("[databases.nowhere]\nurl = 'sqlite:///missing/b.sqlite'\n")
    assert main.main(check) == 1
    _, good, bad = capsys.readouterr().out.splitlines()
    assert good == "bench     good"
    assert bad.startswith("nowhere   ")
    assert "missing" in bad
    file.write_text("")
    assert main.main(check) == 0
    assert "No database is configured" in capsys.readouterr().out


def test_refused_records_are_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--refused` and `--retry-refused` look into the spools of the data folder, and end."""
    monkeypatch.setattr(main, "configure_logging", lambda **_: None)
    SpoolFile.make(tmp_path / "spool" / "line-0.sqlite3", "line").close()
    folder = ["--data-dir", str(tmp_path)]
    assert main.main([*folder, "--refused"]) == 0
    assert "No database refused a record" in capsys.readouterr().out
    assert main.main([*folder, "--refused", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main.main([*folder, "--retry-refused", "line"]) == 0
    assert "line refused no record" in capsys.readouterr().out
    assert main.main([*folder, "--retry-refused", "lime"]) == 1
    assert "there are: line" in capsys.readouterr().err
    (tmp_path / "spool" / "x-1.sqlite3").write_text("this is a text " * 100)
    assert main.main([*folder, "--refused"]) == 1
    assert "x-1.sqlite3" in capsys.readouterr().err
    assert main.main(["--data-dir", str(tmp_path / "none"), "--refused"]) == 1
    assert "There is no data folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [["--json"], ["--check", "--refused"], ["--refused", "--retry-refused", "x"]],
)
def test_commands_that_do_not_go_together(wrong: list[str]) -> None:
    """Of two commands none is left out unnoticed: that is wrong usage."""
    with pytest.raises(SystemExit) as ended:
        main.main(wrong)
    assert ended.value.code == 2


def test_waiting_records_are_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--waiting` shows the oldest of what waits, with `--json` all of it, by record."""
    monkeypatch.setattr(main, "configure_logging", lambda **_: None)
    monkeypatch.setattr(waiting_command, "MOST_SHOWN", 2)
    command = ["--data-dir", str(tmp_path), "--waiting"]
    with closing(new_file(tmp_path)) as spool:
        assert main.main(command) == 0
        assert "No record waits" in capsys.readouterr().out
        assert main.main([*command, "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == []
        for number in range(1, 41, 2):
            spool.put([encoded(entry(f"n{number}", f"n{number + 1}", first=number))])
        assert main.main(command) == 0
        header, first, second, more = capsys.readouterr().out.splitlines()
        assert header.split()[:4] == ["DATABASE", "ATTACHMENT", "RECORD", "MEASUREMENT"]
        assert (first.split()[:4], second.split()[:4]) == (
            ["line", "a", "1", "n1"],
            ["line", "a", "2", "n2"],
        )
        assert more == "38 records more; --json prints all."
        assert main.main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["record"]["measurement_name"] for one in told] == [f"n{n}" for n in range(1, 41)]
    assert [one["record_number"] for one in told] == [*range(1, 41)]


def test_service_config_says_what_discovery_is_told() -> None:
    """The `.serviceconfig` and the registration agree; the client looks for what they name."""
    (config,) = json.loads((FOLDER / "DbWriter.serviceconfig").read_text("utf-8"))["services"]
    told = main.DESCRIPTOR
    assert config["displayName"] == told.display_name
    assert config["serviceClass"] == told.service_class == DbWriterClient.SERVICE_CLASS
    assert config["providedInterfaces"] == list(told.provided_interfaces)
    assert [config["version"]] == list(told.versions)
    assert (FOLDER / config["path"]).is_file()
    assert DbWriterClient.PROVIDED_INTERFACE in told.provided_interfaces


def test_shipped_settings_are_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The shipped TOML changes nothing; its example is right when the marks are taken away."""
    shipped = FOLDER / "db_writer.toml"
    assert run(monkeypatch, "--config", shipped) == run(monkeypatch)
    lines = [line.removeprefix("# ") for line in shipped.read_text("utf-8").splitlines()]
    example = "\n".join(lines[lines.index("[databases.line]") :])
    (tmp_path / "my.toml").write_text(example)
    (tmp_path / "line.password").write_text("x")
    _, databases, _ = run(monkeypatch, "--config", tmp_path / "my.toml")
    assert databases.keys() == tomllib.loads(example)["databases"].keys() == {"line", "bench"}
    settings = [line for line in lines if line.partition(" = ")[0].isidentifier()]
    options = settings[: settings.index(next(line for line in settings if line[:3] == "url"))]
    keys = {line.partition(" = ")[0] for line in options}
    assert keys == {
        "port",
        "data_dir",
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
    kept = [line for line in options if not line.startswith(without_default)]
    (tmp_path / "kept.toml").write_text("\n".join(kept))
    assert run(monkeypatch, "--config", tmp_path / "kept.toml") == run(monkeypatch)
