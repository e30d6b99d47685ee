"""Personal data at rest."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from chassis.sealing import Keyring, SealBroken, Vault, key_bytes
from notify_service.messages.sealed_columns import Contact, Sent, Waiting
from notify_service.templates.facts import NoFacts


def key(letter: str) -> str:
    return base64.urlsafe_b64encode(letter.encode() * 32).decode()


def vault(ring: str, lookup: str = "z") -> Vault:
    return Vault(Keyring.parse(ring), key_bytes(key(lookup)))


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_for_its_row_alone(plain: bytes) -> None:
    keeper, row = vault(f"k1:{key('a')}"), new_id()
    sealed = keeper.seal(row, plain)
    assert keeper.open(row, sealed) == plain
    assert len(plain) < 4 or plain not in sealed
    with pytest.raises(SealBroken):
        keeper.open(new_id(), sealed)


@given(st.binary(max_size=80))
def test_rubbish_is_unreadable_and_nothing_else(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        vault(f"k1:{key('a')}").open(new_id(), sealed)


def test_keys_turn_over() -> None:
    row = new_id()
    old = vault(f"k1:{key('a')}").seal(row, b"x")
    both = vault(f"k2:{key('b')},k1:{key('a')}")
    assert both.open(row, old) == b"x"
    with pytest.raises(SealBroken):
        vault(f"k1:{key('a')}").open(row, both.seal(row, b"x"))


@pytest.mark.parametrize("ring", ["", "k1", "k1:short", f"k1:{key('a')},k1:{key('b')}", f"a b:{key('a')}"])
def test_a_bad_ring_is_refused_without_repeating_it(ring: str) -> None:
    with pytest.raises(ValueError, match="key") as refusal:
        Keyring.parse(ring)
    assert not ring or ring not in str(refusal.value)


def test_numbers_are_found_by_a_keyed_hash() -> None:
    ring = f"k1:{key('a')}"
    assert vault(ring).fingerprint("+201012345678") == vault(ring).fingerprint("+201012345678")
    assert vault(ring, "y").fingerprint("+201012345678") != vault(ring).fingerprint("+201012345678")


def test_contents_survive_and_are_not_taken_for_one_another() -> None:
    keeper, row = vault(f"k1:{key('a')}"), new_id()
    waiting = Waiting(NoFacts(), "+201012345678")
    assert Waiting.open(keeper, row, waiting.seal(keeper, row)) == waiting
    assert Waiting.open(keeper, row, Waiting(NoFacts()).seal(keeper, row)).number is None
    sent = Sent("رصيد", "+201012345678")
    assert Sent.open(keeper, row, sent.seal(keeper, row)) == sent
    assert Contact.open(keeper, row, Contact(None, "منى").seal(keeper, row)) == Contact(None, "منى")
    with pytest.raises(SealBroken):
        Waiting.open(keeper, row, sent.seal(keeper, row))
    with pytest.raises(SealBroken):
        Sent.open(keeper, row, waiting.seal(keeper, row))
