"""The functions of NI-DCPower that start, stop and reset channels."""

from __future__ import annotations

from local_station.instruments.dcpower.opening import Sessions
from local_station.instruments.dcpower.session import Channel, PowerSession
from local_station.instruments.dcpower.source import source_of
from local_station.instruments.driver_error import DCPOWER_TIMEOUT, DriverError
from local_station.instruments.wire import Message, dcpower_messages, either


class SourcingFunctions:
    """Initiate, commit, abort, wait, reset, disable.

    No time passes in the simulation: what was initiated has settled and was measured.

    Args:
        sessions: The driver's sessions.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def _selected(self, request: Message) -> tuple[PowerSession, list[Channel]]:
        session = self._sessions.find(request.vi.name)
        return session, session.select(request.channel_name)

    def InitiateWithChannels(self, request: Message) -> Message:
        """Let channels run."""
        session, channels = self._selected(request)
        for channel in channels:  # All are found possible before the first one starts.
            source_of(channel.values)
        for channel in channels:
            session.apply(channel)
            channel.running = True
        return dcpower_messages.InitiateWithChannelsResponse()

    def CommitWithChannels(self, request: Message) -> Message:
        """Find out whether the channels could run."""
        for channel in self._selected(request)[1]:
            source_of(channel.values)
        return dcpower_messages.CommitWithChannelsResponse()

    def AbortWithChannels(self, request: Message) -> Message:
        """End the running of channels, also of such that do not run; outputs stay as they are."""
        for channel in self._selected(request)[1]:
            channel.running = False
        return dcpower_messages.AbortWithChannelsResponse()

    def WaitForEventWithChannels(self, request: Message) -> Message:
        """Return at once: in channels that run every event has happened, in others none will."""
        for channel in self._selected(request)[1]:
            if not channel.running:
                raise DriverError(
                    DCPOWER_TIMEOUT, f"{channel.name} was not initiated, so nothing will happen."
                )
        return dcpower_messages.WaitForEventWithChannelsResponse()

    def ConfigureApertureTime(self, request: Message) -> Message:
        """Set how long is measured."""
        for channel in self._selected(request)[1]:
            channel.values.put("aperture_time", request.aperture_time)
            channel.values.put("aperture_time_units", either(request, "units"))
        return dcpower_messages.ConfigureApertureTimeResponse()

    def ResetWithChannels(self, request: Message) -> Message:
        """Give channels their defaults, with their outputs off."""
        session, channels = self._selected(request)
        for channel in channels:
            session.reset(channel)
        return dcpower_messages.ResetWithChannelsResponse()

    def ResetDevice(self, request: Message) -> Message:
        """Reset all channels of the session."""
        self._reset_all(request)
        return dcpower_messages.ResetDeviceResponse()

    def ResetWithDefaults(self, request: Message) -> Message:
        """Reset all channels of the session."""
        self._reset_all(request)
        return dcpower_messages.ResetWithDefaultsResponse()

    def Disable(self, request: Message) -> Message:
        """Reset all channels, and disable their outputs."""
        for channel in self._reset_all(request):
            channel.values.put("output_enabled", value=False)
        return dcpower_messages.DisableResponse()

    def _reset_all(self, request: Message) -> tuple[Channel, ...]:
        session = self._sessions.find(request.vi.name)
        for channel in session.channels:
            session.reset(channel)
        return session.channels
