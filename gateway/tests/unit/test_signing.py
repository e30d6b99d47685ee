"""When which key signs and how long it stays published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_gateway.keys import thumbprint
from api_gateway.tokens.signing import SigningKey, is_due, is_pending, published, signer

START = datetime(2026, 11, 1, tzinfo=UTC)
LIFE = timedelta(seconds=610)


def key(seconds: int) -> SigningKey:
    at = START + timedelta(seconds=seconds)
    return SigningKey(f"key-{seconds}", b"", None, at, at)


def test_nobody_signs_without_a_key() -> None:
    with pytest.raises(LookupError):
        signer([], START)
    with pytest.raises(LookupError):
        signer([key(1)], START)


def test_a_key_that_waits_is_published_but_does_not_sign() -> None:
    keys = [key(-1000), key(60)]
    assert signer(keys, START).kid == "key--1000"
    assert [one.kid for one in published(keys, START, LIFE)] == ["key-60", "key--1000"]
    assert is_pending(keys, START)
    assert not is_due(keys, START, timedelta(seconds=1))


@given(
    starts=st.lists(st.integers(-5000, 5000), min_size=1, max_size=8, unique=True),
    age=st.integers(0, 610),
)
def test_no_good_token_ever_loses_its_key(starts: list[int], age: int) -> None:
    """Whoever signed a token up to its life ago is still published now."""
    keys = [key(start) for start in starts]
    signed_at = START - timedelta(seconds=age)
    if min(keys, key=lambda one: one.signs_from).signs_from > signed_at:
        return
    assert signer(keys, signed_at) in published(keys, START, LIFE)


def test_the_thumbprint_of_rfc_8037() -> None:
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
