"""The operators: how they are written and how tightly they bind."""

from __future__ import annotations

_LEVELS = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)

LEVEL = {operator: level for level, row in enumerate(_LEVELS) for operator in row}
"""Operators with two operands: the higher, the tighter. Equal ones go from left to right."""

TIGHTEST = len(_LEVELS)
"""Tighter than any operator with two operands."""

SPELLINGS = {"<>": "!=", "mod": "%", "and": "&", "or": "|", "xor": "^", "not": "~"}
"""Other spellings of operators; the words in lower case."""

UNARY = frozenset({"+", "-", "!", "~"})
COUNTS = frozenset({"++", "--"})
ASSIGNMENTS = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "<<=", ">>="})

SYMBOLS = sorted(
    {*LEVEL, *UNARY, *COUNTS, *ASSIGNMENTS, "<>", "..", *"()[]{}.,?:"}, key=len, reverse=True
)
"""All that is neither a name nor a constant; what is longer comes first."""
