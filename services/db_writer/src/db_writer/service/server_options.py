"""Which options of PostgreSQL's client library a configuration may set, and why not the others."""

from __future__ import annotations

from db_writer.service.passwords import KEPT_OUT

OF_THE_URL = frozenset({"dbname", "host", "hostaddr", "port", "user"})
"""What has its place in the URL, before the '?'."""

_MAY_BE_SET = (
    *("application_name", "channel_binding", "fallback_application_name"),
    *("gssdelegation", "gssencmode", "gsslib", "krbsrvname"),
    *("keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval"),
    *("load_balance_hosts", "max_protocol_version", "min_protocol_version"),
    *("options", "passfile", "require_auth", "requirepeer"),
    *("ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert", "sslcertmode"),
    *("sslcompression", "sslcrl", "sslcrldir", "sslkey", "sslmode", "sslnegotiation"),
    *("sslrootcert", "sslsni", "target_session_attrs", "tcp_user_timeout"),
)
"""None of them holds a secret, or leads to another database."""

_REASONS = {
    **dict.fromkeys(
        ("autocommit", "context", "cursor_factory", "prepare_threshold", "row_factory"),
        "cannot be chosen: the service relies on its own",
    ),
    # From there two names could mean one database unnoticed, and passwords get into errors.
    **dict.fromkeys(
        ("conninfo", "service", "servicefile"),
        "names an address that stands elsewhere; give it in the URL",
    ),
    "client_encoding": "cannot be chosen: the service speaks UTF-8",
    "connect_timeout": "is a key of its own, beside url: connect_timeout = 5.0",
}


def why_not(option: str) -> str:
    """Return why an option cannot be set, as the end of a sentence; empty if it can."""
    if "password" in option.lower():
        return KEPT_OUT
    if option in _MAY_BE_SET:
        return ""
    if option in _REASONS:
        return f"{option} {_REASONS[option]}"
    return f"{option} is none of the options that can be set: {', '.join(_MAY_BE_SET)}"
