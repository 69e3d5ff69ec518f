"""Aids for trying the code modules without TestStand."""

from teststand_modules.testing.sequence_context import SequenceContext

__all__ = ["SequenceContext"]
