"""What tests of session sharing, here and in other packages, have in common."""

from session_sharing.testing.registry_driver import Call, RegistryDriver

__all__ = ["Call", "RegistryDriver"]
