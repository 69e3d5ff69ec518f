"""A session service as it is hosted."""

from __future__ import annotations

from pathlib import Path

from session_sharing.service import hosting
from session_sharing.service.hosting import HostingOptions
from session_sharing.service.registrar import UNREGISTER_SECONDS
from session_sharing.service.session_service import SHUT_DOWN_SECONDS


def test_stages_of_the_shut_down_fit_into_its_time():
    """Unregistering and all three stages end before hosting goes on without them."""
    options = HostingOptions("any", None, Path())
    needed = UNREGISTER_SECONDS + 3 * SHUT_DOWN_SECONDS
    assert needed < options.stop_within * hosting._DRAINING
