"""Requests that make no sense."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from local_station.discovery import probing
from local_station.discovery.activation import Activation
from local_station.discovery.catalogue import Catalogue
from local_station.discovery.directory import Directory
from local_station.discovery.lookup import Lookup
from local_station.discovery.probing import Health
from local_station.discovery.servicer import DiscoveryServicer
from local_station.discovery.wire import messages
from session_sharing.errors import InternalError, SharingError

TEXTS = st.text(max_size=8) | st.sampled_from(
    ["i.One", "c.A", "localhost", "1", "65535", "1.0.0", "1.0.0.0", "0.0.1", "", "\0", "١.٠.٠"]
)
DESCRIPTORS = st.builds(
    messages.ServiceDescriptor,
    display_name=TEXTS,
    description_url=TEXTS,
    provided_interfaces=st.lists(TEXTS, max_size=3),
    service_class=TEXTS,
    annotations=st.dictionaries(TEXTS, TEXTS, max_size=2),
    versions=st.lists(TEXTS, max_size=2),
)
LOCATIONS = st.builds(
    messages.ServiceLocation,
    location=TEXTS,
    insecure_port=TEXTS,
    ssl_authenticated_port=TEXTS,
)
ASKED = {"provided_interface": TEXTS, "service_class": TEXTS}
RESOLVED = {**ASKED, "deployment_target": st.just("") | TEXTS, "version": TEXTS}
REQUESTS = st.one_of(
    st.builds(messages.RegisterServiceRequest, service_description=DESCRIPTORS, location=LOCATIONS),
    st.builds(messages.UnregisterServiceRequest, registration_id=TEXTS),
    st.builds(messages.EnumerateServicesRequest, **ASKED),
    st.builds(messages.EnumerateActiveServicesRequest, **ASKED),
    st.builds(messages.ResolveServiceRequest, **RESOLVED),
    st.builds(messages.ResolveServiceWithInformationRequest, **RESOLVED),
)


async def _kept(entry):
    """Keep nothing."""


async def _answer(requests):
    directory, activation = Directory(), Activation(dict)
    lookup = Lookup(directory, Catalogue(), activation)
    servicer = DiscoveryServicer(directory, lookup, activation, _kept)
    for request in requests:
        method = getattr(servicer, request.DESCRIPTOR.name.removesuffix("Request"))
        try:
            answer = await method(request, None)
        except SharingError as error:
            assert not isinstance(error, InternalError)  # noqa: PT017 - either is right
        else:
            assert answer.IsInitialized()


@settings(max_examples=200, deadline=None)
@given(st.lists(REQUESTS, max_size=12))
def test_every_request_is_answered_or_refused(requests):
    """Whatever is sent, in whatever order, nothing but the errors of the contract comes back."""
    known = probing._known_at_once
    probing._known_at_once = lambda _: Health.ALIVE
    try:
        asyncio.run(_answer(requests))
    finally:
        probing._known_at_once = known
