"""Records of every kind, for tests by hypothesis."""

from __future__ import annotations

from datetime import datetime, timezone

from hypothesis import strategies as st

from session_sharing.records import Limits, Record, RecordContext, Value

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def _nested(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.lists(inner) | st.dictionaries(TEXTS, inner)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), TEXTS)
VALUES = st.recursive(SCALARS, _nested, max_leaves=8)
BOUNDS = st.floats(allow_nan=False, allow_infinity=False)
LIMITS = st.builds(Limits, BOUNDS) | st.builds(Limits, high=BOUNDS) | st.just(Limits())
LIMITS |= st.tuples(BOUNDS, BOUNDS).map(lambda bounds: Limits(*sorted(bounds)))
MOMENTS = st.datetimes(
    datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.timezones() | st.just(timezone.utc)
).filter(lambda moment: moment.utcoffset() is not None)
CONTEXTS = st.builds(
    RecordContext,
    **dict.fromkeys(
        ("serial_number", "pin", "step", "station", "operator", "run", "program"),
        st.none() | TEXTS,
    ),
    site=st.none() | st.integers(-(2**31), 2**31 - 1),
)


@st.composite
def records(draw: st.DrawFn, names: st.SearchStrategy[str] = TEXTS) -> Record:
    """Return records of names like these."""
    outputs = draw(st.dictionaries(TEXTS, VALUES, max_size=4))
    some = st.sampled_from(sorted(outputs)) if outputs else st.nothing()
    return Record(
        draw(names),
        draw(st.dictionaries(TEXTS, VALUES, max_size=3)),
        outputs,
        draw(MOMENTS),
        draw(st.none() | CONTEXTS),
        draw(st.none() | st.text(st.sampled_from("passed "), min_size=1)),
        draw(st.none() | st.dictionaries(some, TEXTS)),
        draw(st.none() | st.dictionaries(some, LIMITS)),
    )


def shown(record: Record) -> str:
    """Return all of a record, in UTC, with what == does not see: NaN, and the sign of zero."""
    moment = record.timestamp and record.timestamp.astimezone(timezone.utc)
    context = record.context and record.context.fields_set
    units = sorted((record.units or {}).items())
    limits = sorted((name, of.low, of.high) for name, of in (record.limits or {}).items())
    return repr((record.measurement_name, record.configurations, record.outputs, record.status)) + (
        f"{moment} {context or None} {units} {limits}".replace("-0.0", "0.0")
    )
