"""Steps that make a pin map that of the execution."""

from __future__ import annotations

from pathlib import Path

import grpc

from session_sharing.discovery import resolve_address
from session_sharing.errors import SharingError
from teststand_runner.errors import quoted
from teststand_runner.expressions.scope import insert
from teststand_runner.model import UpdatePinMap
from teststand_runner.results import Value
from teststand_runner.running.bounds import BEYOND, within
from teststand_runner.running.done import Done
from teststand_runner.running.errors import StepFailedError
from teststand_runner.running.evaluating import text_in
from teststand_runner.running.frames import PIN_MAP_VARIABLE
from teststand_runner.running.rpc import text_of
from teststand_runner.running.step_context import StepContext
from teststand_runner.running.wire import pin_map_service_pb2, pin_map_service_pb2_grpc
from teststand_runner.special_files import is_special

SERVICE = "ni.measurementlink.pinmap.v1.PinMapService"
MAX_BYTES = 8 * 1024 * 1024
"""Of a pin map: the local station takes no larger one."""

_SECONDS = 30.0


def run_pin_map(context: StepContext, action: UpdatePinMap) -> Done:
    """Register a pin map, and note its id in the run-time variables of the execution.

    Raises:
        StepFailedError: It is not found, not valid, or the pin map service is away or too slow.
        StepStoppedError: The execution ended meanwhile.
        ExpressionError: Its path cannot be evaluated.
    """
    name = text_in(context.scope, action.path, "The path of the pin map")
    path = context.find(name)
    if path is None:
        folder = context.frame.shared.path.parent
        raise StepFailedError(f"There is no pin map {quoted(name)} from {folder} on.")
    pin_map_id = _registered(context, path)
    insert(context.frame.shared.run_time_variables, PIN_MAP_VARIABLE, pin_map_id)
    return Done(values=(Value("Pin map", "Out", "String", pin_map_id),))


def _registered(context: StepContext, path: Path) -> str:
    seconds = min(_SECONDS, context.step_timeout)
    late = (
        f"The pin map service has not registered {path} within {seconds:g} s. See what "
        "`python -m session_sharing doctor` says of the station."
    )
    return within(seconds, context.halt, lambda: _register(path, seconds + BEYOND), late=late)


def _register(path: Path, seconds: float) -> str:
    try:
        # By NI's convention, the path is the id.
        request = pin_map_service_pb2.UpdatePinMapFromXmlRequest(
            pin_map_id=str(path), pin_map_xml=_read(path)
        )
        with grpc.insecure_channel(
            resolve_address(SERVICE, SERVICE), [("grpc.enable_http_proxy", 0)]
        ) as channel:
            stub = pin_map_service_pb2_grpc.PinMapServiceStub(channel)
            return stub.UpdatePinMapFromXml(request, timeout=seconds).pin_map_id
    except (OSError, UnicodeDecodeError) as error:
        raise StepFailedError(f"The pin map {path} cannot be read: {error}") from error
    except SharingError as error:
        raise StepFailedError(str(error)) from error
    except grpc.RpcError as error:
        raise StepFailedError(f"The pin map {path} was refused: {text_of(error)}") from error


def _read(path: Path) -> str:
    """Return the text of a pin map.

    Raises:
        StepFailedError: It is no regular file, or too large.
        OSError: It cannot be read.
        UnicodeDecodeError: It is no text in UTF-8.
    """
    if is_special(path):
        raise StepFailedError(f"The pin map {path} is a pipe or a device: name a regular file.")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise StepFailedError(f"The pin map {path} has more than {MAX_BYTES} bytes.")
    return data.decode("utf-8-sig")
