"""The blocks of a page, and what stands before them."""

from __future__ import annotations

import pytest

from tools.pages.blocks import blocks_of

PAGE = """\
# A page

Save this as `measure.py`,
in this folder:

```python
print("```")
```

1. In a list:

   ````sh any exit=2
   first

     second
   ````

```text
printed
```

It prints:

```text
more
```

| a | table |
```{toctree}
```
"""


def test_blocks_have_language_words_text_and_line() -> None:
    """A block is read as it is written, without the indentation of its list."""
    blocks = blocks_of(PAGE)
    assert [(block.language, block.words, block.line) for block in blocks] == [
        ("python", (), 6),
        ("sh", ("any", "exit=2"), 12),
        ("text", (), 18),
        ("text", (), 24),
        ("{toctree}", (), 29),
    ]
    assert blocks[0].text == 'print("```")\n'
    assert blocks[1].text == "first\n\n  second\n"
    assert blocks[4].text == ""


def test_what_stands_before_a_block() -> None:
    """A block knows the paragraph right before it, and the files that it names."""
    blocks = blocks_of(PAGE)
    assert blocks[0].before == "Save this as `measure.py`, in this folder:"
    assert blocks[0].file_names == ["measure.py"]
    assert [block.before for block in blocks[1:]] == ["1. In a list:", "", "It prints:", ""]


def test_whether_a_block_follows_another_one() -> None:
    """A block follows another one when nothing but its paragraph is between them."""
    assert [block.follows for block in blocks_of(PAGE)] == [False, True, True, True, False]


def test_an_open_block_is_refused() -> None:
    """A fence that nothing closes is told with its line, as all behind it would be code."""
    with pytest.raises(ValueError, match="line 2 is not closed"):
        blocks_of("text\n```sh any\nls\n``\n")
