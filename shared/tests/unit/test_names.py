"""Resource names and their aliases."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_sharing.errors import ResourceNameError
from session_sharing.names import ResourceName, may_hold_password, parse_resource_name

ALIASES = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=32)
RESOURCES = st.text(min_size=1).filter(lambda text: text.strip() and "?" not in text)


@given(RESOURCES)
def test_a_name_without_alias_is_kept_as_it_is(text: str) -> None:
    """Without a `?` the name is the resource, unchanged, with no alias."""
    assert parse_resource_name(text) == ResourceName(text, "")


@given(RESOURCES, ALIASES)
def test_an_alias_is_no_part_of_the_resource(resource: str, alias: str) -> None:
    """`?client=NAME` ends the name; NAME counts without regard to case."""
    parsed = parse_resource_name(f"{resource}?client={alias}")
    assert parsed == ResourceName(resource, alias.lower())
    assert parse_resource_name(f"{resource}?CLIENT={alias.upper()}") == parsed


@pytest.mark.parametrize(
    "suffix",
    [
        "",
        "client",
        "client=",
        "client=" + "x" * 33,
        "client=a b",
        "client=a.b",
        "client=ä",
        "clıent=a",
        "client=ſ",
        "client=a\n",
        " client=a",
        "client =a",
        "client=a&client=b",
        "client=a?client=b",
        "user=a",
    ],
)
def test_nothing_else_may_follow_a_question_mark(suffix: str) -> None:
    """Whatever is no alias is INVALID_ARGUMENT, saying what may stand there."""
    with pytest.raises(ResourceNameError) as caught:
        parse_resource_name(f"results.log?{suffix}")
    assert "'?client=NAME'" in caught.value.message
    assert caught.value.resource_name == f"results.log?{suffix}"


@pytest.mark.parametrize(
    "text",
    [
        "pg://me:s3cret@host/db?sslmode=require",
        "me:s3cret@host?x",
        "u:s3cret@host?x",
        "host=a PassWord=s3cret?x",
        "Server=a;Pwd = s3cret?x",
        "postgresql://me:s3cret@host/results",
        "postgresql://me:s3cret@host/results.sqlite?client=a",
        "sqlite:///s3cret.sqlite",
        "me:s3cret@host.log",
        "host=h dbname=d password=s3cret",
    ],
)
def test_what_may_hold_a_password_is_not_repeated(text: str) -> None:
    """Who gives the address of a server for a name finds no password of it in the refusal."""
    assert may_hold_password(text)
    with pytest.raises(ResourceNameError, match="address of a server") as caught:
        parse_resource_name(text)
    assert "s3cret" not in caught.value.message + caught.value.resource_name


@pytest.mark.parametrize(
    "text", ["C:/Users/me@home/a.log", "d:\\me@home.log", "me@home.log", "pwd.log", "5 V @ 3 A.log"]
)
def test_what_is_a_file_may_be_repeated(text: str) -> None:
    """File names are no addresses, and stay in the errors about them."""
    assert not may_hold_password(text)


@pytest.mark.parametrize("text", ["", " ", "\t\n", "?client=a", "  ?client=a"])
def test_an_empty_name_is_refused(text: str) -> None:
    """A name of nothing, with or without an alias, is INVALID_ARGUMENT with an example."""
    with pytest.raises(ResourceNameError, match="is empty") as caught:
        parse_resource_name(text)
    assert caught.value.resource_name == text


@given(st.text())
def test_any_text_is_taken_apart_or_refused(text: str) -> None:
    """No text leads to anything but a name or the one error; what is taken lacks nothing."""
    try:
        parsed = parse_resource_name(text)
    except ResourceNameError:
        return
    assert text == parsed.resource or text.startswith(parsed.resource + "?")
