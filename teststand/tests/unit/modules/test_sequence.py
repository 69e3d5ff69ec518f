"""What is read from TestStand's context, by the stand-in that is shipped."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from session_sharing.errors import PreconditionError
from teststand_modules.sequence import (
    execution_of,
    find_file,
    pin_map_of,
    run_of,
    set_pin_map,
)
from teststand_modules.testing import SequenceContext


def test_executions_are_told_apart():
    """Each execution has an id; a step without context, or a context without id, has none."""
    first, second = SequenceContext(), SequenceContext()
    assert execution_of(first) != execution_of(second)
    again = SequenceContext(execution=first.Execution)
    assert execution_of(again) == execution_of(first)
    assert execution_of(None) == execution_of(SimpleNamespace(Execution=SimpleNamespace())) == ""


def test_runs():
    """All that one execution logs has one run, and another execution another one."""
    assert run_of("1") == run_of("1") != run_of("2")
    assert run_of("") != run_of("")


def test_pin_map():
    """The id of the pin map is in the execution, for all of its steps."""
    context = SequenceContext()
    with pytest.raises(PreconditionError, match="Update Pin Map"):
        pin_map_of(context)
    set_pin_map(context, "the id")
    assert pin_map_of(SequenceContext(execution=context.Execution)) == "the id"


def test_files_are_found_from_the_sequence_file(tmp_path):
    """A relative path counts from the folder of the sequence file, with either separator."""
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "a.pinmap").touch()
    (tmp_path / "sequences").mkdir()
    context = SequenceContext(tmp_path / "sequences" / "a.seq")
    assert find_file(context, r"..\maps\a.pinmap") == str(
        (tmp_path / "maps" / "a.pinmap").resolve()
    )
    with pytest.raises(PreconditionError, match=r"b\.pinmap"):
        find_file(context, "b.pinmap")
