"""Looking up what sentences and tables have in code."""

from __future__ import annotations

import pytest

from tools.pages.sentences import span_problems, spans_of

UNKNOWN = "_".join(["SESSION", "SHARING", "UNKNOWN"])  # not as one word, which would be found
PAGE = """\
A `first` and ``a `second` ``, a [`link`](place.md).

```sh any
echo `block`
```

| `a \\| b` | [not `one`] |
"""


def test_spans_are_those_of_sentences_and_tables() -> None:
    """Code in sentences and tables is found; that of blocks and links is looked up elsewhere."""
    assert spans_of(PAGE) == ["first", "a `second` ", "a | b", "one"]


@pytest.mark.parametrize(
    "span",
    [
        "python -m json_logger --port N",
        "python -m session_sharing close",
        "nox -s new_service",
        "python -m",
        "python run.py",
        "py -m json_logger",
        r".venv\Scripts\python.exe -m json_logger",
        "--data-dir DIR",
        "systemctl --user stop",
        "SESSION_SHARING_DATA",
        "SESSION_SHARING_*",
        "services/NAME/README.md",
        "services/*/README.md",
        "tests/any_request.py",
        "docs/_build/html",
        "x --",
    ],
)
def test_what_exists(span: str) -> None:
    """What a sentence may name: all of the project, a pattern, and what the reader puts in."""
    assert span_problems(span) == []


@pytest.mark.parametrize(
    ("span", "problem"),
    [
        ("python -m json_logger --prot N", "has no option --prot"),
        ("py -m json_logger --prot", "has no option --prot"),
        (r".venv\Scripts\python.exe -m json_logger --prot", "has no option --prot"),
        (".venv/bin/python -m json_loger", "there is no module json_loger"),
        ("py run.py test", "there is no session test;"),
        ("nox -l -s test", "there is no session test;"),
        ("--prot N", "no program of the project has the option --prot"),
        (f"{UNKNOWN}=1", f"nothing reads the variable {UNKNOWN}"),
        ("services/json_loger/start.sh", "is not in the repository"),
    ],
)
def test_what_does_not(span: str, problem: str) -> None:
    """Who renames what a sentence names, or mistypes it there, is told."""
    (found,) = span_problems(span)
    assert problem in found
