"""Secrets at rest: marked, and made again."""

from __future__ import annotations

import base64

import pytest

from api_gateway.sealing import Secrets
from chassis.sealing import Keyring, SealBroken, Sealed

ONE, TWO = (f"k{number}:" + base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def secrets(*entries: str) -> Secrets:
    return Secrets(Keyring.parse(",".join(entries)))


def test_a_secret_is_recognised_by_its_mark() -> None:
    mark = secrets(ONE).mark("ministry", "secret")
    assert secrets(TWO, ONE).recognises("ministry", "secret", mark)
    assert not secrets(ONE).recognises("ministry", "secret2", mark)
    assert not secrets(ONE).recognises("ministr", "ysecret", mark)
    assert not secrets(TWO).recognises("ministry", "secret", mark)


def test_the_same_occasion_gives_the_same_secret() -> None:
    first = secrets(ONE).secret_for("client_secret", "bootstrap", "key-1")
    assert len(first.value) == 32
    assert secrets(TWO, ONE).secret_for("client_secret", "bootstrap", "key-1", key=first.key) == first
    assert secrets(ONE).secret_for("client_secret", "bootstrapk", "ey-1") != first
    assert secrets(TWO).secret_for("client_secret", "bootstrap", "key-1") != first
    with pytest.raises(SealBroken):
        secrets(TWO).secret_for("client_secret", "bootstrap", "key-1", key=first.key)


@pytest.mark.parametrize("text", ["", "k1", "k1:", "k1:short", f"{ONE},{ONE}", "k 1:" + ONE[3:], ONE[:-4]])
def test_rings_are_checked_and_never_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="key") as refusal:
        Keyring.parse(text)
    assert ONE[3:20] not in str(refusal.value)


def test_what_earlier_versions_made_is_made_and_recognised() -> None:
    ring = ("k2:" + "B" * 42 + "A", "k1:" + "A" * 43)
    mark = bytes.fromhex("61f464b2553cd092322567bcff49ba2f3aa20482292105dea7566fe568899d40")
    assert secrets(*ring).recognises("ministry", "secret", Sealed("k2", mark))
    handed = secrets(*ring).secret_for("client_secret", "x").value.hex()
    assert handed == "bdd4078ebb6dbb1939c7f0d7b99d4d52ba3358abda2b4124b12053d4e32ec4a1"
