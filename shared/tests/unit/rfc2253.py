"""Subjects as RFC 2253 writes them, made independently of the code under test."""

from __future__ import annotations

import re

from hypothesis import strategies as st

# As OpenSSL writes subjects: `\` before what separates, two digits for all that is not plain ASCII.
PLAIN = "abcXYZ019 .-_/:@#=*"


def rfc2253(value: str) -> str:
    """Write a value as it stands in a subject, independently of the code under test."""
    escaped = re.sub(r'([,+"\\<>;])', r"\\\1", value)
    if value[0] in " #":
        escaped = f"\\{escaped}"
    if value[1:].endswith(" "):
        escaped = f"{escaped[:-1]}\\ "
    return "".join(
        each
        if " " <= each <= "~"
        else "".join(f"\\{byte:02X}" for byte in each.encode("utf-8", "surrogatepass"))
        for each in escaped
    )


VALUES = st.text(st.sampled_from(PLAIN + ',+\\"<>;äß漢\n\x00\u202e'), min_size=1, max_size=8)
SUBJECTS = st.lists(VALUES, min_size=1, max_size=3).map(
    lambda values: ",".join(f"CN={rfc2253(value)}" for value in values)
)
