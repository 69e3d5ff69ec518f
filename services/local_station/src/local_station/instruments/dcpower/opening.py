"""The functions of NI-DCPower that open sessions and tell about them."""

from __future__ import annotations

from collections.abc import Callable

from local_station.instruments.bench import Bench
from local_station.instruments.dcpower.session import PowerSession, make_channels
from local_station.instruments.driver_error import (
    CHANNEL_UNKNOWN,
    DEVICE_NOT_FOUND,
    DriverError,
    message_of,
)
from local_station.instruments.names import (
    channels_of_resource,
    check_number,
    expanded,
    listed,
)
from local_station.instruments.options import parse_options
from local_station.instruments.session_table import SessionTable
from local_station.instruments.wire import Message, dcpower_messages

MODELS = {
    **dict.fromkeys(("4051", "4135", "4136", "4137", "4138", "4139", "4151", "4190"), 1),
    **dict.fromkeys(("4112", "4130", "4132", "4154"), 2),
    **dict.fromkeys(("4110", "4113"), 3),
    **dict.fromkeys(("4140", "4141", "4142", "4143", "4144", "4145", "4147"), 4),
    "4162": 12,
    "4163": 24,
}
"""How many channels each model has."""

DEFAULT_MODEL = "4163"
"""Of who names none: that with the most channels, as a resource name may have any."""

Sessions = SessionTable[PowerSession]


class OpeningFunctions:
    """Initialize*, GetChannelName* and error texts.

    Args:
        sessions: The driver's sessions.
        bench: What new sessions drive.
    """

    def __init__(self, sessions: Sessions, bench: Bench) -> None:
        self._sessions = sessions
        self._bench = bench

    def InitializeWithIndependentChannels(self, request: Message) -> Message:
        """Open a session on channels, also of several instruments."""
        name, new = self._open(request, request.resource_name, independent=True)
        return dcpower_messages.InitializeWithIndependentChannelsResponse(
            vi={"name": name}, new_session_initialized=new
        )

    def InitializeWithChannels(self, request: Message) -> Message:
        """Open a session on channels of one instrument, which then have no prefix."""
        resource, channels = request.resource_name.strip(), request.channels.strip()
        whole = f"{resource}/{channels}" if channels else resource
        name, new = self._open(request, whole, independent=False)
        return dcpower_messages.InitializeWithChannelsResponse(
            vi={"name": name}, new_session_initialized=new
        )

    def _open(self, request: Message, resource: str, *, independent: bool) -> tuple[str, bool]:
        name, new = self._sessions.open(
            request.session_name,
            request.initialization_behavior,
            self._creating(resource, request.option_string, independent=independent),
        )
        if request.reset and new:  # To who attaches, all but the name is ignored.
            session = self._sessions.find(name)
            for channel in session.channels:
                session.reset(channel)
        return name, new

    def _creating(
        self, resource: str, option_string: str, *, independent: bool
    ) -> Callable[[], PowerSession]:
        def create() -> PowerSession:
            options = parse_options(option_string, MODELS, DEFAULT_MODEL)
            found = channels_of_resource(resource, MODELS[options.model])
            if not independent and len({instrument for instrument, _ in found}) > 1:
                raise DriverError(DEVICE_NOT_FOUND, f"{resource!r} has several instruments.")
            self._bench.opened(dict.fromkeys(instrument for instrument, _ in found))
            return PowerSession(self._bench, make_channels(found, options, independent=independent))

        return create

    def GetChannelName(self, request: Message) -> Message:
        """Return the name of a channel, by its number from 1."""
        session = self._sessions.find(request.vi.name)
        return dcpower_messages.GetChannelNameResponse(
            channel_name=_name(session, request.index - 1)
        )

    def GetChannelNameFromString(self, request: Message) -> Message:
        """Return the names of channels, by ranges of numbers from 0."""
        session = self._sessions.find(request.vi.name)
        names: list[str] = []
        for part in listed(request.index):
            names += [_name(session, int(number)) for number in expanded(part)]
            check_number(names)
        return dcpower_messages.GetChannelNameFromStringResponse(channel_name=",".join(names))

    def ErrorMessage(self, request: Message) -> Message:
        """Return what a code means."""
        return dcpower_messages.ErrorMessageResponse(error_message=message_of(request.error_code))

    def GetError(self, request: Message) -> Message:
        """Return that there is nothing to tell: errors are told in the answer of the call."""
        self._sessions.find(request.vi.name)
        return dcpower_messages.GetErrorResponse()


def _name(session: PowerSession, number: int) -> str:
    if not 0 <= number < len(session.channels):
        raise DriverError(CHANNEL_UNKNOWN, f"The session has {len(session.channels)} channels.")
    return session.channels[number].name
