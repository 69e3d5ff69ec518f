"""What is wrong in a definition is said in one error: the file, the table and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from teststand_runner.definition import parse_definition, read_definition
from teststand_runner.errors import DefinitionError

HEAD = 'title = "T"\n[[sequence]]\nname = "MainSequence"\n'
STEP = f'{HEAD}[[sequence.main]]\nname = "It"\n'
MEASUREMENT = f'{STEP}measurement = "demo.M"\n'
WRONG = {
    "no TOML": ("title =", "no TOML"),
    "nested without end": ("x = " + "[" * 5000, "no TOML"),
    "long number": (f"x = {'1' * 5000}", "no TOML"),
    "long key": (f"{STEP}{'a.' * 50_000}b = 1", "line 6: a key has more than 16 parts"),
    "long header": (f'{STEP}["x"{" . a" * 50_000}]', "line 6: a key has more"),
    "long key within": (f"x = {{ {'a.' * 50_000}b = 1 }}", "line 1: a key has more"),
    "long key behind a text": (f"x = {{ y = ''''a'''', {'a.' * 50_000}b = 1 }}", "a key has"),
    "no title": ('[[sequence]]\nname = "M"', "title: this key is missing"),
    "no sequence": ('title = "T"', "sequence: there is no sequence"),
    "sequences in no array": ('title = "T"\nsequence = 3', "sequence: an array of tables"),
    "two of one name": (f'{HEAD}[[sequence]]\nname = "mainsequence"', "two sequences"),
    "key of the file": (f"x = 1\n{HEAD}", "x: this key means nothing here; there are: title"),
    "key of a sequence": (f"{HEAD}x = 1", r"sequence\[0\].x: this key means nothing"),
    "key of a step": (f"{STEP}label = true\nx = 1", r"sequence\[0\].main\[0\].x: this key"),
    "key of another kind": (f"{STEP}label = true\nthread = 'new'", r"main\[0\].thread: this key"),
    "no kind": (STEP, r"main\[0\]: a step has one of: .* this one has none"),
    "two kinds": (f'{STEP}label = true\nwait = "1"', "label and wait"),
    "no name": (f"{HEAD}[[sequence.main]]\nlabel = true", r"main\[0\].name: this key is missing"),
    "two lines of name": (f'{HEAD}[[sequence.main]]\nname = "a\\nb"', "a name of one line"),
    "two steps": (f'{STEP}label = true\n[[sequence.cleanup]]\nname = "It"', "two steps"),
    "text is none": (f"{STEP}wait = 1", r"main\[0\].wait: a text is expected"),
    "truth is none": (f'{STEP}label = true\nrecord = "no"', "record: true or false"),
    "mode": (f'{STEP}label = true\nmode = "skip"', '"skip" is none of: Normal, Skip'),
    "loop": (f"{STEP}label = true\nloop = {{ count = 3 }}", r"main\[0\].loop.while: .* missing"),
    "control character": (f'{STEP}statement = "\\u0007"', "XML cannot have"),
    "control character in a value": (
        'title = "T"\n[globals]\na = ["b", "x\\u0001y"]',
        r'globals.a: "x\\x01y" has characters that XML cannot have',
    ),
    "end of line that XML changes": ('title = "T"\n[globals]\na = "x\\r\\n"', "XML cannot have"),
    "control character in a key": (
        f'{STEP}python = "a.py"\nfunction = "f"\narguments = {{ "a\\u0001" = "1" }}',
        r"main\[0\].arguments.a\\x01: .* XML cannot have",
    ),
    "no such sequence": (f'{STEP}call = "Other"', 'no sequence "Other"; there are: MainSequence'),
    "no such step": (f'{STEP}wait_for = "X"', r"main\[0\].wait_for: there is no step"),
    "wait for no call": (f'{STEP}wait_for = "It"', "no step .* that calls a sequence"),
    "function": (f'{STEP}python = "a.py"', r"main\[0\].function: this key is missing"),
    "argument": (
        f'{STEP}python = "a.py"\nfunction = "f"\narguments = {{ a = 1 }}',
        r"main\[0\].arguments.a: a text",
    ),
    "interpreter": (
        f'{STEP}python = "a.py"\nfunction = "f"\ninterpreter = {{ scope = "x" }}',
        r"interpreter.scope: .* none of: thread",
    ),
    "type": (f'{MEASUREMENT}inputs = [{{ name = "a", type = "int" }}]', r"inputs\[0\].type: one"),
    "letter case of a type": (
        f'{MEASUREMENT}inputs = [{{ name = "a", type = "UInt32[]" }}]',
        "It is spelt Uint32",
    ),
    "no value": (f'{MEASUREMENT}inputs = [{{ name = "a", type = "Bool" }}]', "value: .* missing"),
    "members": (
        f'{MEASUREMENT}inputs = [{{ name = "a", type = "Enum", value = "0" }}]',
        "members: the members are missing",
    ),
    "two outputs": (
        f'{MEASUREMENT}outputs = [{{ name = "a", type = "Bool" }}, {{ name = "a" }}]',
        r"outputs\[1\].name: there are two outputs",
    ),
    "variable": ('title = "T"\n[globals]\n"a b" = 1', "globals.a b: a name has letters"),
    "variable twice": ('title = "T"\n[globals]\na = 1\nA = 2', "tell it apart"),
    "variable of TestStand": ('title = "T"\n[globals]\nResultList = 1', "TestStand makes"),
    "mixed array": ('title = "T"\n[globals]\na = [1, "b"]', "all of one type"),
    "date": ('title = "T"\n[globals]\na = 2020-01-01', "globals.a: a text, true"),
    "infinity": ('title = "T"\n[globals]\na = [1, inf]', "a finite number"),
    "too large": (f'title = "T"\n[globals]\na = 1{"0" * 400}', "a finite number"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(name: str) -> None:
    """Nothing in a definition is passed over, or taken for something else."""
    text, says = WRONG[name]
    with pytest.raises(Exception, match=says) as caught:
        parse_definition(text)
    assert caught.value.__class__.__module__ == "teststand_runner.errors"


def test_error_names_the_file(tmp_path: Path) -> None:
    """Of several files the user knows which one."""
    path = tmp_path / "wrong.toml"
    with pytest.raises(DefinitionError, match=r"wrong.toml: No such file"):
        read_definition(path)
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(DefinitionError, match=r"wrong.toml, offset 9: this is no text in UTF-8"):
        read_definition(path)
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(DefinitionError, match=r"wrong.toml: it is too large: 1048576 bytes"):
        read_definition(path)


def test_dots_in_texts_make_no_key_too_long() -> None:
    """Only keys are bounded, not what stands in expressions and in remarks."""
    dots = "a." * 50
    texts = (f'"{dots}"', f"'{dots}'", f'"""\n{dots}\\""""', f"'''\n{dots}''''", "[1.5, 2.5]")
    globals_ = "\n".join(f"v{index} = {each}  # {dots}" for index, each in enumerate(texts))
    read = parse_definition(f'title = "T"\n[globals]\n{globals_}\n[[sequence]]\nname = "M"')
    assert len(read.file_globals.properties) == len(texts)
