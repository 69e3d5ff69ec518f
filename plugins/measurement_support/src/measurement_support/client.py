"""Calling a measurement plug-in, whatever it measures, as a sequence does."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any

import grpc

from measurement_support.finding import find_plug_in
from measurement_support.lost_connections import told
from measurement_support.parameters import Described, Parameters
from measurement_support.wire import (
    measurement_service_pb2,
    measurement_service_pb2_grpc,
    pin_map_context_pb2,
)
from session_sharing.client import ResolvingClient
from session_sharing.errors import InternalError

METADATA_SECONDS = 10.0
MEASURE_SECONDS = 120.0


class Call:
    """One run of a measurement, from its start on.

    A thread named `measurement NAME` reads the answers; methods may be called from any thread,
    and what they share is in the call and in a future, which guard themselves.

    Args:
        name: What is measured.
        stream: The stream of its answers.
        outputs: What the answers are made of.
        plug_in: Who answers, in words.
    """

    def __init__(self, name: str, stream: Any, outputs: Parameters, plug_in: str = "") -> None:  # noqa: ANN401
        self._plug_in = plug_in or name
        self._stream = stream
        self._outputs = outputs
        self._answer: Future[dict[str, Any]] = Future()
        threading.Thread(target=self._read, name=f"measurement {name}", daemon=True).start()

    def result(self, timeout: float | None = None) -> dict[str, Any]:
        """Wait for the end of the run; return its outputs by name, those of its last answer.

        Args:
            timeout: How long to wait, in seconds; by default as long as the run may take.

        Raises:
            concurrent.futures.TimeoutError: It did not end in this time. It goes on.
            grpc.RpcError: It failed; the status and the text are those that it gave. Of a
                connection that was lost, the text says to which plug-in, and what to do.
            InternalError: It ended without an answer.
        """
        return self._answer.result(timeout)

    def done(self) -> bool:
        """Tell whether the run has ended."""
        return self._answer.done()

    def cancel(self) -> None:
        """Cancel the run: `result` raises CANCELLED, and the plug-in ends when it notices."""
        self._stream.cancel()

    def _read(self) -> None:
        try:
            self._answer.set_result(self._last_answer())
        except grpc.RpcError as failure:
            self._answer.set_exception(told(failure, self._plug_in))
        except BaseException as error:  # noqa: BLE001 - handed over whole to the one who waits
            self._answer.set_exception(error)

    def _last_answer(self) -> dict[str, Any]:
        answers = deque(self._stream, maxlen=1)
        if not answers:
            raise InternalError("The measurement ended without an answer. See its log.")
        return self._outputs.decode(answers[0].outputs.value)


class MeasurementClient:
    """Calls one measurement plug-in, through version 2 of NI's interface.

    It is found by discovery, and asked for its metadata, when the client is made. Methods may be
    called from any thread: nothing changes after construction. Use it as a context manager, or
    `close()` it.

    Args:
        service_class: The class under which the plug-in is registered.
        version: Its version; the latest if empty.
        discovery_client: An NI `DiscoveryClient`; by default discovery is found as all clients of
            the project find it.
        timeout: How long the plug-in may take to tell its metadata, in seconds.

    Attributes:
        display_name: The measurement's name.

    Raises:
        SharingError: There is no station, or no such plug-in.
        grpc.RpcError: The plug-in does not answer.
    """

    def __init__(
        self,
        service_class: str,
        *,
        version: str = "",
        discovery_client: ResolvingClient | None = None,
        timeout: float = METADATA_SECONDS,
    ) -> None:
        address = find_plug_in(service_class, version, discovery_client)
        self._plug_in = f"The plug-in {service_class} at {address}"
        options = [("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", -1)]
        self._channel = grpc.insecure_channel(address, options)
        self._stub = measurement_service_pb2_grpc.MeasurementServiceStub(self._channel)
        try:
            self._read_metadata(service_class, timeout)
        except grpc.RpcError as failure:
            self.close()
            raise told(failure, self._plug_in) from failure
        except BaseException:
            self.close()
            raise

    def _read_metadata(self, service_class: str, timeout: float) -> None:
        request = measurement_service_pb2.GetMetadataRequest()
        metadata = self._stub.GetMetadata(request, timeout=timeout)
        signature = metadata.measurement_signature
        self.display_name = metadata.measurement_details.display_name
        self._type = f"type.googleapis.com/{signature.configuration_parameters_message_type}"
        self._defaults = signature.configuration_defaults.value
        self._configurations = Parameters(service_class, signature.configuration_parameters)
        self._outputs = Parameters(service_class, signature.outputs)

    @property
    def described_configurations(self) -> Sequence[Described]:
        """What the plug-in tells of its configurations."""
        return self._configurations.described

    @property
    def described_outputs(self) -> Sequence[Described]:
        """What the plug-in tells of its outputs."""
        return self._outputs.described

    @property
    def configurations(self) -> dict[str, Any]:
        """The names of the configurations, with their defaults."""
        return self._configurations.decode(self._defaults)

    @property
    def outputs(self) -> Sequence[str]:
        """The names of the outputs."""
        return self._outputs.names

    def measure(
        self,
        pin_map_id: str = "",
        sites: Sequence[int] = (),
        timeout: float | None = MEASURE_SECONDS,
        configurations: Mapping[str, object] | None = None,
        **by_name: object,
    ) -> dict[str, Any]:
        """Run the measurement; return its outputs by name.

        Args:
            pin_map_id: The id of a pin map that is registered; empty for none.
            sites: The sites to measure at; none to measure at all that the pin map has. A plug-in
                that looks up its pins by the SDK's `get_connections` wants them to be named.
            timeout: How long it may take, in seconds; None for as long as it likes.
            configurations: By display name, also names that are no identifiers, or parameters of
                this method. What belongs to an enumeration is a number or a name.
            **by_name: Further configurations; all that are not given have their defaults.

        Raises:
            TypeError: There is no such configuration, or a value is of another type.
            ValueError: A value is out of range.
            grpc.RpcError: The measurement failed; status and text are those that it gave.
        """
        return self.start(pin_map_id, sites, timeout, configurations, **by_name).result()

    def start(
        self,
        pin_map_id: str = "",
        sites: Sequence[int] = (),
        timeout: float | None = MEASURE_SECONDS,
        configurations: Mapping[str, object] | None = None,
        **by_name: object,
    ) -> Call:
        """Start the measurement, and do not wait for it; arguments are those of `measure`.

        Raises:
            TypeError: There is no such configuration, or a value is of another type.
            ValueError: A value is out of range.
        """
        request = measurement_service_pb2.MeasureRequest()
        request.configuration_parameters.type_url = self._type
        request.configuration_parameters.value = self._configurations.encode(
            {**(configurations or {}), **by_name}, self._defaults
        )
        where = pin_map_context_pb2.PinMapContext(pin_map_id=pin_map_id, sites=sites)
        request.pin_map_context.CopyFrom(where)
        stream = self._stub.Measure(request, timeout=timeout)
        return Call(self.display_name, stream, self._outputs, self._plug_in)

    def close(self) -> None:
        """Close the connection; runs that have not ended are cancelled."""
        self._channel.close()

    def __enter__(self) -> MeasurementClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
