"""NI's message of a session. Nothing else here imports NI's stubs."""

from __future__ import annotations

from ni.measurementlink.sessionmanagement.v1 import session_management_service_pb2 as messages
from ni.measurementlink.sessionmanagement.v1.client import SessionInformation


def session_to_wire(session: SessionInformation) -> messages.SessionInformation:
    """Return the message that NI's reservation is made of."""
    message = messages.SessionInformation(
        resource_name=session.resource_name,
        channel_list=session.channel_list,
        instrument_type_id=session.instrument_type_id,
        session_exists=session.session_exists,
        annotations=session.annotations or {},
    )
    message.session.name = session.session_name
    for mapping in session.channel_mappings:
        message.channel_mappings.add(
            pin_or_relay_name=mapping.pin_or_relay_name,
            site=mapping.site,
            channel=mapping.channel,
            multiplexer_resource_name=mapping.multiplexer_resource_name,
            multiplexer_route=mapping.multiplexer_route,
        )
    return message
