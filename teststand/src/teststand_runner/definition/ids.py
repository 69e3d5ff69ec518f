"""Ids of steps, which stay the same as long as the names do: so that a sequence can be compared."""

from __future__ import annotations

import uuid

_NAMESPACE = uuid.UUID("6f2d8a0c-3b1e-4b57-9d4a-5c0e7f6b1a92")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BITS = 6
_CHARACTERS = 22


def step_id(title: str, sequence: str, step: str) -> str:
    """Return the id of a step as TestStand writes it.

    Args:
        title: What tells files apart.
        sequence: The name of its sequence.
        step: Its name, which no other step of the sequence has.
    """
    return encoded(uuid.uuid5(_NAMESPACE, "\0".join((title, sequence, step))))


def encoded(number: uuid.UUID) -> str:
    """Return an id as TestStand writes it.

    It is base64 of the 16 bytes as Windows has them in memory; only that the two bits that are left
    for the last character are its low ones.
    """
    bits = int.from_bytes(number.bytes_le, "big")
    head = bits >> 2
    characters = [_ALPHABET[bits & 3]]
    for _ in range(_CHARACTERS - 1):
        characters.append(_ALPHABET[head & 0x3F])
        head >>= _BITS
    return "ID#:" + "".join(reversed(characters))
