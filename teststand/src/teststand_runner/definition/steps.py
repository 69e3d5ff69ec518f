"""The steps of a definition, as the properties of steps in TestStand's files."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from teststand_runner.definition.common import settings_of
from teststand_runner.definition.ids import step_id
from teststand_runner.definition.kinds import (
    Kind,
    call_step,
    flow_step,
    label_step,
    measurement_step,
    pin_map_step,
    python_step,
    statement_step,
    thread_wait_step,
    wait_step,
)
from teststand_runner.definition.tables import Table
from teststand_runner.definition.tree import Plain, property_of
from teststand_runner.errors import quoted
from teststand_runner.model import Property

_WAIT_FOR = "wait_for"
_KINDS: Mapping[str, Callable[[Table], Kind]] = {
    "python": python_step,
    "measurement": measurement_step,
    "pin_map": pin_map_step,
    "statement": statement_step,
    "label": label_step,
    "flow": flow_step,
    "call": call_step,
    "wait": wait_step,
}
KEYS = (*_KINDS, _WAIT_FOR)
"""What a step has one of."""


class StepMaker:
    """Makes the steps of one sequence.

    Args:
        title: The title of the definition.
        sequence: The name of the sequence.
        groups: The tables of all its steps, by group.

    Raises:
        DefinitionError: Two steps have one name.
    """

    def __init__(self, title: str, sequence: str, groups: Mapping[str, list[Table]]) -> None:
        self._ids: dict[str, str] = {}
        self._calls: set[str] = set()
        for table in (each for tables in groups.values() for each in tables):
            name = table.name("name")
            if name in self._ids:
                text = f"there are two steps {quoted(name)} in the sequence; their ids follow from"
                raise table.wrong("name", f"{text} their names, so these have to differ.")
            self._ids[name] = step_id(title, sequence, name)
            if "call" in table:
                self._calls.add(name)

    def step(self, table: Table) -> Property:
        """Return a step.

        Raises:
            DefinitionError: A key is missing, unknown, or not what it has to be.
        """
        name = table.name("name")
        kind = self._kind(table)
        settings = settings_of(table, self._ids[name], post_expression=kind.statement)
        table.finish()
        assert isinstance(settings, Mapping)
        module: Mapping[str, Plain] = {"SData": kind.module} if kind.module is not None else {}
        within: Mapping[str, Plain] = {"TS": {**settings, **module}, **kind.own}
        return property_of(name, within, class_name="Step", type_name=kind.type_name)

    def _kind(self, table: Table) -> Kind:
        found = [key for key in KEYS if key in table]
        if len(found) != 1:
            has = " and ".join(found) or "none"
            raise table.wrong("", f"a step has one of: {', '.join(KEYS)}; this one has {has}.")
        if found[0] == _WAIT_FOR:
            return thread_wait_step(table, self._call_id(table))
        return _KINDS[found[0]](table)

    def _call_id(self, table: Table) -> str:
        name = table.name(_WAIT_FOR)
        if name not in self._calls:
            what = f"there is no step {quoted(name)} in this sequence that calls a sequence."
            raise table.wrong(_WAIT_FOR, what)
        return self._ids[name]
