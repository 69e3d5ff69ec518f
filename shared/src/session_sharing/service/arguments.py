"""The command line that all services share, with a TOML file behind it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from session_sharing.access import access_rules
from session_sharing.data_folders import default_data_folder
from session_sharing.discovery.address import is_port
from session_sharing.service.lifetime import GRACE_SECONDS, RECOVERY_GRACE_SECONDS
from session_sharing.service.network_arguments import add_network_options, network_options
from session_sharing.service.session_service import ServiceOptions

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


_ACCESS = "access"
"""The table of the configuration that says who may do what."""


def service_parser(name: str, description: str) -> argparse.ArgumentParser:
    """Return a parser with the options that every service has.

    Args:
        name: The name of the service, started with `python -m NAME`.
        description: What it does, for `--help`.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {name}", description=description, allow_abbrev=False
    )
    parser.add_argument(
        "--port",
        type=port_number,
        help="port; 0 takes any free one (default: that of the last run)",
    )
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="where the service keeps its data"
    )
    parser.add_argument(
        "--grace",
        type=_seconds,
        default=GRACE_SECONDS,
        metavar="SECONDS",
        help="how long a client that is gone keeps its sessions (default: %(default)s)",
    )
    parser.add_argument(
        "--recovery-grace",
        type=_seconds,
        default=RECOVERY_GRACE_SECONDS,
        metavar="SECONDS",
        help="how long it may take a client to come back after a restart of the service before it "
        "counts as gone (default: %(default)s)",
    )
    parser.add_argument(
        "--close-detached-after",
        type=_seconds,
        metavar="SECONDS",
        help="close a session that nobody holds so long after its last use, unless a client "
        "without identity opened it (default: never)",
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="TOML file with the same options as keys"
    )
    parser.add_argument("--verbose", "-v", action="store_true", help="log more")
    add_network_options(parser, port_number)
    return parser


def parse_with_config(
    parser: argparse.ArgumentParser,
    argv: Sequence[str] | None = None,
    *,
    tables: Collection[str] = (),
) -> argparse.Namespace:
    """Parse the command line; what it does not say is taken from the TOML file that it names.

    Relative paths in the file start at its folder, so that it means the same wherever the service
    is started. Wrong usage, also in the file, ends the process with exit code 2.

    Args:
        parser: From `service_parser`, with the service's own options added.
        argv: The arguments; those of the process by default.
        tables: The names of tables of the service's own that the file may hold. They are attributes
            of what is returned, as they stand in the file; empty where the file has none. One
            that every service may have is `access`, its `AccessRules`.
    """
    arguments = _parse(parser, argv, [*tables, _ACCESS])
    try:
        arguments.access = access_rules(arguments.access)
    except ValueError as error:
        parser.error(f"{arguments.config}: [{_ACCESS}] {error}")
    arguments.network = network_options(parser, arguments)
    return arguments


def _parse(
    parser: argparse.ArgumentParser, argv: Sequence[str] | None, tables: Collection[str]
) -> argparse.Namespace:
    arguments = parser.parse_args(argv)
    settings = {} if arguments.config is None else _read(parser, arguments.config)
    for name in tables:
        setattr(arguments, name, _table(parser, arguments.config, name, settings.pop(name, {})))
    if arguments.config is None:
        return arguments
    _refuse_other_tables(parser, arguments.config, settings, tables)
    from_file = _parse_settings(parser, arguments.config, settings)
    for name in tables:
        setattr(from_file, name, getattr(arguments, name))
    return parser.parse_args(argv, from_file)  # What it says itself wins.


def _read(parser: argparse.ArgumentParser, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))  # Windows editors add a mark.
    except (OSError, ValueError) as error:
        parser.error(f"cannot read the configuration {path}: {error}")


def _table(parser: argparse.ArgumentParser, path: Path, name: str, table: object) -> dict[str, Any]:
    if not isinstance(table, dict):
        parser.error(f"{path}: {name} must be a table")
    return table


def _refuse_other_tables(
    parser: argparse.ArgumentParser,
    path: Path,
    settings: Mapping[str, Any],
    tables: Collection[str],
) -> None:
    for name, value in settings.items():
        if isinstance(value, dict):
            inner = next((f".{key}" for key in value if isinstance(value[key], dict)), "")
            close = get_close_matches(name, tables, 1)
            hint = f"; did you mean [{close[0]}{inner}]?" if close else ""
            parser.error(f"{path}: there is no table [{name}{inner}]{hint}")


def _parse_settings(
    parser: argparse.ArgumentParser, path: Path, settings: Mapping[str, Any]
) -> argparse.Namespace:
    """Parse the options of a file; its paths start at its folder."""
    from_file, unknown = parser.parse_known_args(_as_arguments(parser, path, settings))
    if unknown:  # Without its value, which may be a secret that stands in the wrong place.
        name = unknown[0].partition("=")[0][2:].replace("-", "_")
        known = ", ".join(sorted(option for option in vars(from_file) if option != "config"))
        parser.error(f"{path}: there is no option {name!r}; there are {known}")
    folder = path.absolute().parent
    for option, value in vars(from_file).items():
        setattr(from_file, option, _starting_at(folder, value))
    return from_file


def _starting_at(folder: Path, value: Any) -> Any:  # noqa: ANN401 - of any option
    """Let paths start at a folder; absolute ones, and all other values, stay as they are."""
    if isinstance(value, list):
        return [_starting_at(folder, item) for item in value]
    return folder / value if isinstance(value, Path) else value


def _as_arguments(
    parser: argparse.ArgumentParser, path: Path, settings: Mapping[str, Any]
) -> list[str]:
    """Turn the content of a TOML file into arguments."""
    arguments: list[str] = []
    for key, value in settings.items():
        option = "--" + key.replace("_", "-")
        for item in value if isinstance(value, list) else [value]:
            arguments += _option(parser, path, option, item)
    return arguments


def _option(parser: argparse.ArgumentParser, path: Path, option: str, value: Any) -> list[str]:  # noqa: ANN401
    if isinstance(value, bool):
        return [option] if value else []
    if not isinstance(value, str | int | float):
        parser.error(f"{path}: {option[2:]} must be a text, a number, or a list of them")
    return [f"{option}={value}"]


def service_options(name: str, arguments: argparse.Namespace) -> ServiceOptions:
    """Return the options that every service has.

    Args:
        name: The name of the service.
        arguments: What `parse_with_config` returned.
    """
    folder = arguments.data_dir or default_data_folder(name)
    return ServiceOptions(
        arguments.port,
        Path(folder).absolute(),
        arguments.grace,
        arguments.recovery_grace,
        arguments.close_detached_after,
        arguments.network,
        arguments.access,
    )


def port_number(text: str) -> int:
    """Convert the argument of a `--port` option; 0 stands for any port.

    Raises:
        argparse.ArgumentTypeError: It is no port.
    """
    if text != "0" and not is_port(text):
        raise argparse.ArgumentTypeError("no port: write 0 to 65535")  # It may be a secret.
    return int(text)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError("a number of seconds, 0 or more")
    return seconds
