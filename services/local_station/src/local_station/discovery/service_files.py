"""Reading `.serviceconfig` files: services that can be started when somebody asks for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_station.discovery.versions import registered_version
from session_sharing.discovery import ServiceDescriptor
from session_sharing.errors import InvalidRequestError, TooLargeError

SUFFIX = ".serviceconfig"

MAX_BYTES = 32_768
"""How long a file may be: an answer has room for all of them."""


@dataclass(frozen=True)
class StaticService:
    """A service that a file describes, whether it runs or not.

    Attributes:
        descriptor: What it is; `versions` holds its one version.
        program: What starts it; None if it can only be started by hand.
        file: The file that describes it.
    """

    descriptor: ServiceDescriptor
    program: Path | None
    file: Path


def read_service_file(content: bytes, file: Path) -> list[StaticService]:
    """Read the services that a file describes.

    Args:
        content: Its content: JSON in UTF-8, with a byte-order mark or without.
        file: Its path, which the paths in it are relative to.

    Raises:
        TooLargeError: It is longer than 32 KiB.
        InvalidRequestError: It is not as it should be; the text names the file, and what is wrong.
    """
    if len(content) > MAX_BYTES:
        raise TooLargeError(
            f"{file} is longer than {MAX_BYTES} bytes.", size=len(content), limit=MAX_BYTES
        )
    try:
        document = json.loads(content.decode("utf-8-sig"))
        json.dumps(document, ensure_ascii=False).encode()  # Half a character cannot be sent.
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(f"{file} is no JSON in UTF-8: {error}.") from error
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, list) or not all(isinstance(each, dict) for each in services):
        raise InvalidRequestError(f'{file} is no object with a list of objects as "services".')
    try:
        return [_service(fields, file) for fields in services]
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{file}: {error.message}") from error


def _service(fields: Mapping[str, object], file: Path) -> StaticService:
    version = _text(fields, "version")
    descriptor = ServiceDescriptor(
        display_name=_required(fields, "displayName"),
        service_class=_required(fields, "serviceClass"),
        provided_interfaces=_interfaces(fields),
        versions=(registered_version([version]),),
        description_url=_text(fields, "descriptionUrl"),
        annotations=_annotations(fields.get("annotations", {})),
    )
    return StaticService(descriptor, _program(_text(fields, "path"), file), file)


def _program(path: str, file: Path) -> Path | None:
    if "\0" in path:
        raise InvalidRequestError('"path" has a null character in it.')
    return file.parent / path.replace("\\", "/") if path else None


def _interfaces(fields: Mapping[str, object]) -> tuple[str, ...]:
    """Return the interfaces; programs that are no measurements give one, by another key."""
    several = fields.get("providedInterfaces", [])
    if not isinstance(several, list) or not all(isinstance(each, str) for each in several):
        raise InvalidRequestError('"providedInterfaces" is no list of texts.')
    one = _text(fields, "providedInterface")
    interfaces = tuple(dict.fromkeys(filter(None, [*several, one])))
    if not interfaces:
        raise InvalidRequestError("A service has no providedInterfaces.")
    return interfaces


def _annotations(value: object) -> dict[str, str]:
    """Return annotations as NI's SDK registers them: what is no text becomes JSON."""
    if not isinstance(value, dict):
        raise InvalidRequestError('"annotations" is no object.')
    return {
        key: each if isinstance(each, str) else json.dumps(each, separators=(",", ":"))
        for key, each in value.items()
    }


def _required(fields: Mapping[str, object], key: str) -> str:
    value = _text(fields, key)
    if not value:
        raise InvalidRequestError(f'A service lacks "{key}".')
    return value


def _text(fields: Mapping[str, object], key: str) -> str:
    value = fields.get(key) or ""
    if not isinstance(value, str):
        raise InvalidRequestError(f'"{key}" is no text.')
    return value
