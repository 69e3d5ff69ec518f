"""What NI's `reservation.initialize_session(...)` takes to open a session of ours."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

from session_sharing.client.halfway import mark
from session_sharing.client.session import SessionClient

C = TypeVar("C", bound=SessionClient)


class ReservedSession(Protocol):
    """What is used of NI's `SessionInformation`, taken by shape."""

    @property
    def resource_name(self) -> str:
        """The name of the instrument in the pin map."""
        ...


class SessionConstructor(Generic[C]):
    """Opens a client for a reserved session, when called with NI's `SessionInformation`.

    `reservation.initialize_sessions(...)` calls it once for each session. When one of these calls
    fails, the sessions that the others created are asked to close, also by the behaviour that else
    leaves them open: nothing stays behind of what failed half-way. A session that was used before
    that, by any call of its client, is not one of them: it is released by its behaviour.

    Args:
        client_type: The client class of the service.
        behavior: The number of the initialization behaviour; NI's enumeration is taken as well.
        **client_options: Further arguments of the client class.
    """

    def __init__(self, client_type: type[C], behavior: int = 0, **client_options: Any) -> None:  # noqa: ANN401
        self._client_type = client_type
        self._behavior = behavior
        self._client_options = client_options

    def __call__(self, session_info: ReservedSession) -> C:
        """Open the client on the resource that the pin map names.

        Raises:
            SharingError: The service cannot be reached, or refuses the session.
        """
        try:
            client = self._client_type(
                session_info.resource_name, self._behavior, **self._client_options
            )
        except BaseException as error:
            mark(error, self)
            raise
        client.constructor = self
        return client
