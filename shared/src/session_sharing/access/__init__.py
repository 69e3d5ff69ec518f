"""Who calls a service, and what it may do: decided from certificates and lists, without I/O."""

from session_sharing.access.callers import Caller, caller_without_certificate
from session_sharing.access.certificates import caller_with_certificate
from session_sharing.access.methods import is_free, rights_for
from session_sharing.access.refusing import nobody_may, refusal
from session_sharing.access.rights import Right
from session_sharing.access.rules import LOCAL, AccessRules, access_rules

__all__ = [
    "LOCAL",
    "AccessRules",
    "Caller",
    "Right",
    "access_rules",
    "caller_with_certificate",
    "caller_without_certificate",
    "is_free",
    "nobody_may",
    "refusal",
    "rights_for",
]
