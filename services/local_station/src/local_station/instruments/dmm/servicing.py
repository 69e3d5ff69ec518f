"""The functions of NI-DMM."""

from __future__ import annotations

import math
from collections.abc import Sequence

from local_station.instruments.bench import Bench
from local_station.instruments.dmm.functions import DEFAULT_MODEL, MODELS
from local_station.instruments.dmm.session import MOST_READINGS, MeterSession
from local_station.instruments.driver_error import (
    DEVICE_NOT_FOUND,
    DMM_OVER_RANGE,
    DMM_TIMEOUT,
    VALUE_INVALID,
    DriverError,
    message_of,
)
from local_station.instruments.names import LONGEST_INSTRUMENT
from local_station.instruments.options import parse_options
from local_station.instruments.session_table import SessionTable
from local_station.instruments.wire import Message, dmm_messages, either

FINISHED_WITH_BACKLOG, FINISHED_WITHOUT, NO_ACQUISITION = 1, 2, 4
"""NI's numbers of the states of an acquisition."""

Sessions = SessionTable[MeterSession]


class MeterFunctions:
    """Opening, configuring and resetting.

    Args:
        sessions: The driver's sessions.
        bench: What new sessions measure.
    """

    def __init__(self, sessions: Sessions, bench: Bench) -> None:
        self._sessions = sessions
        self._bench = bench

    def InitWithOptions(self, request: Message) -> Message:
        """Open a session on one multimeter; a new one has nothing that could be reset."""

        def create() -> MeterSession:
            device = request.resource_name.strip()
            if not 0 < len(device) <= LONGEST_INSTRUMENT or "," in device:
                raise DriverError(DEVICE_NOT_FOUND, f"{device!r}: name one device.")
            options = parse_options(request.option_string, MODELS, DEFAULT_MODEL)
            self._bench.opened([device])
            return MeterSession(self._bench, device, options)

        name, new = self._sessions.open(
            request.session_name, request.initialization_behavior, create
        )
        return dmm_messages.InitWithOptionsResponse(vi={"name": name}, new_session_initialized=new)

    def GetErrorMessage(self, request: Message) -> Message:
        """Return what a code means."""
        return dmm_messages.GetErrorMessageResponse(error_message=message_of(request.error_code))

    def GetError(self, request: Message) -> Message:
        """Return that there is nothing to tell: errors are told in the answer of the call."""
        self._sessions.find(request.vi.name)
        return dmm_messages.GetErrorResponse()

    def ConfigureMeasurementDigits(self, request: Message) -> Message:
        """Set what is measured, in which range and to how many digits."""
        session = self._configured(request)
        session.set_digits(request.resolution_digits)
        return dmm_messages.ConfigureMeasurementDigitsResponse()

    def ConfigureMeasurementAbsolute(self, request: Message) -> Message:
        """Set what is measured, in which range and in which steps."""
        session = self._configured(request)
        session.set_resolution(request.resolution_absolute)
        return dmm_messages.ConfigureMeasurementAbsoluteResponse()

    def _configured(self, request: Message) -> MeterSession:
        session = self._sessions.find(request.vi.name)
        session.set_function(either(request, "measurement_function"))
        session.set_range(request.range)
        return session

    def ConfigureMultiPoint(self, request: Message) -> Message:
        """Set how many readings an acquisition has."""
        values = self._sessions.find(request.vi.name).values
        for name in ("trigger_count", "sample_count"):
            count = either(request, name)
            if not 0 <= count <= MOST_READINGS:
                raise DriverError(VALUE_INVALID, f"{name}: {count}; 0 to {MOST_READINGS:,}.")
            values.put(name, count)
        values.put("sample_trigger", either(request, "sample_trigger"))
        return dmm_messages.ConfigureMultiPointResponse()

    def Reset(self, request: Message) -> Message:
        """Forget all that was set."""
        self._sessions.find(request.vi.name).reset()
        return dmm_messages.ResetResponse()

    def ResetWithDefaults(self, request: Message) -> Message:
        """Forget all that was set."""
        self._sessions.find(request.vi.name).reset()
        return dmm_messages.ResetWithDefaultsResponse()

    def Disable(self, request: Message) -> Message:
        """End an acquisition."""
        self._sessions.find(request.vi.name).abort()
        return dmm_messages.DisableResponse()


class ReadingFunctions:
    """Read, fetch, and what is between.

    Args:
        sessions: The driver's sessions.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def Read(self, request: Message) -> Message:
        """Measure once."""
        readings = self._sessions.find(request.vi.name).take(1)
        return dmm_messages.ReadResponse(reading=readings[0], status=_status(readings))

    def ReadMultiPoint(self, request: Message) -> Message:
        """Measure as often as is asked for, if as much is configured."""
        session = self._sessions.find(request.vi.name)
        most = session.points or MOST_READINGS
        if not 0 < request.array_size <= most:
            raise DriverError(DMM_TIMEOUT, f"{request.array_size} readings; {most} are configured.")
        readings = session.take(request.array_size)
        return dmm_messages.ReadMultiPointResponse(
            reading_array=readings,
            actual_number_of_points=len(readings),
            status=_status(readings),
        )

    def Initiate(self, request: Message) -> Message:
        """Begin an acquisition, which is finished then: no time passes in the simulation."""
        self._sessions.find(request.vi.name).initiate()
        return dmm_messages.InitiateResponse()

    def Abort(self, request: Message) -> Message:
        """End an acquisition; nothing without one."""
        self._sessions.find(request.vi.name).abort()
        return dmm_messages.AbortResponse()

    def Fetch(self, request: Message) -> Message:
        """Return the next reading of an acquisition."""
        readings = self._sessions.find(request.vi.name).fetch(1)
        return dmm_messages.FetchResponse(reading=readings[0], status=_status(readings))

    def FetchMultiPoint(self, request: Message) -> Message:
        """Return the next readings of an acquisition."""
        readings = self._sessions.find(request.vi.name).fetch(request.array_size)
        return dmm_messages.FetchMultiPointResponse(
            reading_array=readings,
            actual_number_of_points=len(readings),
            status=_status(readings),
        )

    def ReadStatus(self, request: Message) -> Message:
        """Say what is left to be fetched."""
        left = self._sessions.find(request.vi.name).left
        state = FINISHED_WITH_BACKLOG if left else FINISHED_WITHOUT
        return dmm_messages.ReadStatusResponse(
            acquisition_backlog=left or 0,
            acquisition_status_raw=NO_ACQUISITION if left is None else state,
        )


def _status(readings: Sequence[float]) -> int:
    """Return the warning that goes with a reading that is not a number."""
    return DMM_OVER_RANGE if any(map(math.isnan, readings)) else 0
