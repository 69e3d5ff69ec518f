"""Rows of a batch that are not as the protocol says."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from session_sharing.errors import InvalidRequestError
from session_sharing.records import RecordLimits, batch_to_records, batch_to_text
from session_sharing.records.model import MAX_NESTING

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, timezone.utc)
GOOD = '[0,"a",{"c":1},{"v":2.5}]'
DEEP = "[" * (MAX_NESTING + 1) + "]" * (MAX_NESTING + 1)


@pytest.mark.parametrize(
    "row",
    [
        "null",
        "1",
        '"four"',
        '{"a":1,"b":2,"c":3,"d":4}',
        "[]",
        '[0,"a",{}]',
        '[0,"a",{},{},null,null,null,null]',
        '["0","a",{},{}]',
        '[0.5,"a",{},{}]',
        '[true,"a",{},{}]',
        '[[],"a",{},{}]',
        '[253402300800000000,"a",{},{}]',
        '[-62135596800000001,"a",{},{}]',
        '[9223372036854775808,"a",{},{}]',
        f'[1{"0" * 400},"a",{{}},{{}}]',
        "[0,null,{},{}]",
        "[0,1,{},{}]",
        '[0,["a"],{},{}]',
        '[0,"",{},{}]',
        '[0,"a",[],{}]',
        '[0,"a",{},[]]',
        '[0,"a",null,{}]',
        '[0,"a",{},null]',
        '[0,"a",{},"{}"]',
        '[0,"a",{},{},[]]',
        '[0,"a",{},{},"x"]',
        '[0,"a",{},{},{"colour":"red"}]',
        '[0,"a",{},{},{"colour":null}]',
        '[0,"a",{},{},{"site":"0"}]',
        '[0,"a",{},{},{"site":1.0}]',
        '[0,"a",{},{},{"site":true}]',
        '[0,"a",{},{},{"site":2147483648}]',
        '[0,"a",{},{},{"pin":3}]',
        '[0,"a",{},{},{"run":{}}]',
        '[0,"a",{},{"v":1},null,{}]',
        '[0,"a",{},{"v":1},null,"/measurement_outputs/v"]',
        '[0,"a",{},{"v":1},null,["/measurement_outputs/v"]]',
        '[0,"a",{},{"v":"nan"},null,["/measurement_outputs/v"]]',
        '[0,"a",{},{"v":"NaN"},null,["/measurement_outputs/w"]]',
        '[0,"a",{},{"v":"NaN"},null,["/measurement_outputs/v","/measurement_outputs/v"]]',
        '[0,"NaN",{},{},null,["/measurement_name"]]',
        '[0,"a",{},{"v":9223372036854775808}]',
        '[0,"a",{},{"v":[-9223372036854775809]}]',
        '[0,"a",{"v":18446744073709551616},{}]',
        '[0,"a",{"v":{"w": 100000000000000000000000}},{}]',
        f'[0,"a",{{}},{{"v":{DEEP}}}]',
        *(
            f'[0,"a",{{}},{{"v":1}},null,null,{details}]'
            for details in (
                "[]",
                '"passed"',
                '{"verdict":"passed"}',
                '{"status":true}',
                '{"status":""}',
                '{"status":"' + "x" * 101 + '"}',
                '{"units":["v"]}',
                '{"units":{"v":1}}',
                '{"units":{"w":"V"}}',
                '{"limits":{"w":[0,1]}}',
                '{"limits":[0,1]}',
                '{"limits":{"v":0}}',
                '{"limits":{"v":[0]}}',
                '{"limits":{"v":[0,1,2]}}',
                '{"limits":{"v":[2,1]}}',
                '{"limits":{"v":[false,1]}}',
                '{"limits":{"v":["0",1]}}',
                f'{{"limits":{{"v":[0,1{"0" * 400}]}}}}',
            )
        ),
    ],
)
def test_one_bad_record_refuses_the_whole_batch(backend: str, row: str) -> None:
    """A record that is not as the protocol says is named by its index, and none is taken."""
    text = f"[{GOOD},{GOOD},{row},{GOOD}]".encode()
    told = []
    for convert in (batch_to_text, batch_to_records):
        with pytest.raises(InvalidRequestError, match=r"Record 2 of the batch") as caught:
            convert(text, 4, now=NOW, limits=RecordLimits())
        told.append((type(caught.value), str(caught.value)))
    assert told[0] == told[1]
    assert len(told[0][1]) < 600
