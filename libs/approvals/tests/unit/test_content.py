"""One text and one digest for what is the same."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from approvals.content import canonical, digest_of

plain = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(st.characters(codec="utf-8")))
contents = st.recursive(
    plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner)
)


def test_members_in_order_without_spaces_as_utf_8() -> None:
    text = canonical({"b": [1, True, None], "a": "كارت", "ab": {"d": 1, "c": 2}})
    assert text == '{"a":"كارت","ab":{"c":2,"d":1},"b":[1,true,null]}'
    assert digest_of(text) == hashlib.sha256(text.encode()).digest()


@given(contents)
def test_the_order_of_members_does_not_matter(content: JsonValue) -> None:
    def turned(part: JsonValue) -> JsonValue:
        if isinstance(part, dict):
            return {name: turned(inner) for name, inner in reversed(part.items())}
        return [turned(inner) for inner in part] if isinstance(part, list) else part

    assert canonical(turned(content)) == canonical(content)


@pytest.mark.parametrize("content", [0.5, {"a": [1, {"b": 2.0}]}, float("nan"), "\ud800", 2**70])
def test_what_has_no_one_text_is_refused(content: JsonValue) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(content)
