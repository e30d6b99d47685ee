"""What is sealed opens for its own row and with its own key only."""

from __future__ import annotations

import pytest

from chassis.ids import new_id
from chassis.sealing import Keyring, SealBroken, Vault

FIRST, SECOND = "a:" + "A" * 43, "b:" + "B" * 42 + "A"


def test_sealed_values_open_for_their_row_only() -> None:
    vault, row = Vault(Keyring.parse(FIRST)), new_id()
    sealed = vault.seal(row, b"E11.9")
    assert b"E11" not in sealed
    assert vault.open(row, sealed) == b"E11.9"
    for broken in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), b"", b"\x02" + sealed[1:]):
        with pytest.raises(SealBroken):
            vault.open(row, broken)
    with pytest.raises(SealBroken):
        vault.open(new_id(), sealed)


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    row = new_id()
    sealed = Vault(Keyring.parse(FIRST)).seal(row, b"x")
    both = Vault(Keyring.parse(f"{SECOND},{FIRST}"))
    assert both.open(row, sealed) == b"x"
    with pytest.raises(SealBroken):
        Vault(Keyring.parse(SECOND)).open(row, sealed)


@pytest.mark.parametrize("ring", ["", "a", "a:short", "a b:" + "A" * 43, f"{FIRST},{FIRST}"])
def test_a_faulty_ring_is_refused_without_repeating_it(ring: str) -> None:
    with pytest.raises(ValueError, match=r"^(a key|a key ring)") as refused:
        Keyring.parse(ring)
    assert "AAAA" not in str(refused.value)
