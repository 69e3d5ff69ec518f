"""The client side: what a service's client and session constructor are made of."""

from session_sharing.client.constructor import SessionConstructor
from session_sharing.client.session import SessionClient

__all__ = ["SessionClient", "SessionConstructor"]
