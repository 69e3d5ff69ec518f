"""The command line that all services share, and the TOML file behind it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from session_sharing.access import AccessRules
from session_sharing.errors import InvalidRequestError
from session_sharing.service import NetworkOptions, ServerTls, ServiceOptions
from session_sharing.service.arguments import parse_with_config, service_options, service_parser
from session_sharing.service.lifetime import GRACE_SECONDS, RECOVERY_GRACE_SECONDS


def parser():
    """Return a service's parser, with options of its own."""
    parser = service_parser("json_logger", "Logs.")
    parser.add_argument("--allow-root", type=Path, action="append", default=[])
    return parser


@pytest.fixture
def config(tmp_path):
    """Write a TOML file and return how to name it on the command line."""

    def write(text: str, encoding: str = "utf-8") -> list[str]:
        (tmp_path / "service.toml").write_text(text, encoding)
        return ["--config", str(tmp_path / "service.toml")]

    return write


def test_defaults(tmp_path, monkeypatch):
    """Without arguments the port is that of the last run, and the data lie where they always do."""
    monkeypatch.setenv("SESSION_SHARING_DATA", str(tmp_path))
    options = service_options("json_logger", parse_with_config(parser(), []))
    assert (options.port, options.grace) == (None, GRACE_SECONDS)
    assert options.recovery_grace == RECOVERY_GRACE_SECONDS
    assert options.close_detached_after is None
    assert tmp_path in [options.data_folder, *options.data_folder.parents]


def test_lists_of_the_file_say_who_may_do_what(config):
    """The table [access] is of every service; without it everybody may."""
    text = 'grace = 1\n[access]\nattach = ["CN=station-*"]\nforce_close = []\n'
    options = service_options("json_logger", parse_with_config(parser(), config(text)))
    assert options.access == AccessRules(attach=("CN=station-*",), force_close=())
    options = service_options("json_logger", parse_with_config(parser(), []))
    assert options.access == AccessRules()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[access]\natach = []", "did you mean attach?"),
        ('[access]\nattach = ["station-7"]', "[access] attach: 'station-7' names nobody"),
        ("access = 7", "access must be a table"),
        ("[acces]\nattach = []", "did you mean [access]?"),
    ],
)
def test_list_that_is_none_ends_the_start(config, capsys, text, told):
    """A slip in [access] is wrong usage: it neither lets anybody in nor keeps anybody out."""
    with pytest.raises(SystemExit) as ended:
        parse_with_config(parser(), config(text))
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("access", "network", "good"),
    [
        (AccessRules(attach=("CN=a",)), NetworkOptions(), False),
        (AccessRules(look=("*",)), NetworkOptions(tls=ServerTls(Path("c"), Path("k"))), False),
        (AccessRules(look=("*",)), NetworkOptions(tls=ServerTls(*map(Path, "cka"))), True),
        (AccessRules(attach=("local",), force_close=()), NetworkOptions(), True),
    ],
)
def test_lists_need_what_shows_certificates(access, network, good):
    """Lists that could never let in whom they name are refused at the start."""
    options = ServiceOptions(None, Path(), network=network, access=access)
    with nullcontext() if good else pytest.raises(InvalidRequestError, match="--tls-client-ca"):
        options.check()


def test_command_line_wins_over_the_file(config, tmp_path):
    """What the file says counts, unless the command line says otherwise; lists are joined."""
    text = 'port = 1234\ngrace = 1.5\ndata_dir = "there"\nallow-root = ["a", "b"]\nverbose = true\n'
    text += "recovery_grace = 2\nclose_detached_after = 3\n"
    arguments = parse_with_config(parser(), [*config(text), "--port", "0", "--allow-root", "c"])
    options = service_options("json_logger", arguments)
    assert (options.port, options.grace) == (0, 1.5)
    assert (options.recovery_grace, options.close_detached_after) == (2.0, 3.0)
    assert options.data_folder == tmp_path / "there"
    assert arguments.allow_root == [tmp_path / "a", tmp_path / "b", Path("c")]
    assert arguments.verbose


def test_paths_of_the_file_start_at_its_folder(config, tmp_path, monkeypatch):
    """A file means the same wherever the service is started; absolute paths stay as they are."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    absolute = (tmp_path / "absolute").as_posix()
    config(f'data_dir = "data"\nallow_root = ["../logs", "{absolute}"]')
    arguments = parse_with_config(parser(), ["--config", "../service.toml"])
    assert service_options("json_logger", arguments).data_folder.resolve() == tmp_path / "data"
    allowed = [path.resolve() for path in arguments.allow_root]
    assert allowed == [tmp_path.parent / "logs", tmp_path / "absolute"]


def test_false_in_the_file_is_left_out(config):
    """A switch that the file turns off is off."""
    assert not parse_with_config(parser(), config("verbose = false")).verbose


def test_file_of_a_windows_editor(config):
    """A file that begins with a byte order mark is read like any other."""
    assert parse_with_config(parser(), config("port = 7", "utf-8-sig")).port == 7


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "65536"],
        ["--port", "-1"],
        ["--port", "http"],
        ["--grace", "-1"],
        ["--grace", "inf"],
        ["--grace", "nan"],
        ["--gra", "1"],
        ["--nonsense"],
        ["file.ndjson"],
        ["--config", "missing.toml"],
    ],
)
def test_wrong_usage_exits_2(arguments, capsys):
    """Wrong usage ends the process with exit code 2, and says what is wrong."""
    with pytest.raises(SystemExit) as ended:
        parse_with_config(parser(), arguments)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["port = 'x'", "port = 65536", "gr = 1", "[table]\nx = 1", "no toml", "grace = true"]
)
def test_wrong_file_exits_2(config, capsys, text):
    """A file that is no TOML, or says what no option is, is wrong usage too."""
    with pytest.raises(SystemExit) as ended:
        parse_with_config(parser(), config(text))
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_tables_of_the_service(config):
    """A service's own tables arrive as they stand in the file, beside the options."""
    text = 'grace = 2\n[databases.line]\nurl = "sqlite:///a"\n'
    arguments = parse_with_config(parser(), [*config(text), "--grace", "3"], tables=["databases"])
    assert arguments.databases == {"line": {"url": "sqlite:///a"}}
    assert arguments.grace == 3.0
    assert parse_with_config(parser(), [], tables=["databases"]).databases == {}


def test_table_that_is_none(config, capsys):
    """A table's name that something else has is wrong usage, which names file and key."""
    with pytest.raises(SystemExit) as ended:
        parse_with_config(parser(), config("databases = 1"), tables=["databases"])
    assert ended.value.code == 2
    assert "service.toml: databases must be a table" in capsys.readouterr().err


def test_misspelt_table(config, capsys):
    """A table whose name is nearly one of the service's is told as that."""
    with pytest.raises(SystemExit):
        parse_with_config(
            parser(), config("[database.line]\nurl = 's3cret'\n"), tables=["databases"]
        )
    told = capsys.readouterr().err
    assert "there is no table [database.line]; did you mean [databases.line]?" in told
    assert "s3cret" not in told


def test_secret_in_place_of_a_port(config, capsys):
    """What stands where a port should be is not repeated: it may be a password."""
    with pytest.raises(SystemExit):
        parse_with_config(parser(), config("port = 's3cret'"))
    told = capsys.readouterr().err
    assert "--port: no port" in told
    assert "s3cret" not in told


def test_value_of_an_unknown_option_is_not_repeated(config, capsys):
    """A secret in the wrong place of the file is not shown by the error about the place."""
    with pytest.raises(SystemExit):
        parse_with_config(parser(), config('pass_word = "s3cret"'))
    told = capsys.readouterr().err
    assert "service.toml: there is no option 'pass_word'; there are advertise, allow_root, " in told
    assert "s3cret" not in told
