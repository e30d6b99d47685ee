"""Secrets at rest: sealed, marked, and made again."""

from __future__ import annotations

import base64

import pytest

from api_gateway.sealing import Sealed, Vault
from chassis.sealing import Keyring, SealBroken

ONE, TWO = (f"k{number}:" + base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def vault(*entries: str) -> Vault:
    return Vault(Keyring.parse(",".join(entries)))


def test_what_is_sealed_opens_for_its_owner_only() -> None:
    sealed = vault(ONE).seal("key-1", b"private")
    assert vault(TWO, ONE).open("key-1", sealed) == b"private"
    for other, opener in (("key-2", vault(ONE)), ("key-1", vault(TWO))):
        with pytest.raises(SealBroken):
            opener.open(other, sealed)
    with pytest.raises(SealBroken):
        vault(ONE).open("key-1", Sealed("k1", sealed.value[:-1] + bytes([sealed.value[-1] ^ 1])))


def test_a_secret_is_recognised_by_its_mark() -> None:
    mark = vault(ONE).mark("ministry", "secret")
    assert vault(TWO, ONE).recognises("ministry", "secret", mark)
    assert not vault(ONE).recognises("ministry", "secret2", mark)
    assert not vault(ONE).recognises("ministr", "ysecret", mark)
    assert not vault(TWO).recognises("ministry", "secret", mark)


def test_the_same_occasion_gives_the_same_secret() -> None:
    first = vault(ONE).secret_for("client_secret", "bootstrap", "key-1")
    assert len(first.value) == 32
    assert vault(TWO, ONE).secret_for("client_secret", "bootstrap", "key-1", key=first.key) == first
    assert vault(ONE).secret_for("client_secret", "bootstrapk", "ey-1") != first
    assert vault(TWO).secret_for("client_secret", "bootstrap", "key-1") != first
    with pytest.raises(SealBroken):
        vault(TWO).secret_for("client_secret", "bootstrap", "key-1", key=first.key)


@pytest.mark.parametrize("text", ["", "k1", "k1:", "k1:short", f"{ONE},{ONE}", "k 1:" + ONE[3:], ONE[:-4]])
def test_rings_are_checked_and_never_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="key") as refusal:
        Keyring.parse(text)
    assert ONE[3:20] not in str(refusal.value)
