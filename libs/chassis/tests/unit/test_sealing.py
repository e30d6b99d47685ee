"""The vault: what is sealed opens for what it was bound to, and what was sealed before still opens."""

from __future__ import annotations

from uuid import UUID

import pytest

from chassis.sealing import Keyring, SealBroken, Sealed, Vault

RING = Keyring.parse("k2:" + "B" * 42 + "A,k1:" + "A" * 43)
OWNER = UUID(int=7)
PRIVATE = Sealed("k2", bytes.fromhex("df8168e5ea14cdd072b64cc4bd4c4c885b6723514bfe28a4d2c4662ff456fe89f5b11c"))


@pytest.mark.parametrize(
    ("purpose", "plain", "stored"),
    [
        (
            b"national_id",
            b"29001010300156",
            "01026b323f1b0da0fff1056a1727b54cb6fbf011b3e06258c84da9a1f2c981a1a3723549ff3daef3b8d89ffe448d",
        ),
        (b"", b"text", "01026b32e600050954b18f468bb5ae98250d68af16cab176e7c7572658d598fe68973e43"),
        (b"", b"E11.9", "01026b32c30f2b7e9c6db412e4756b4e9d7721b285a5233edd870393e024b0613034da9f52"),
    ],
)
def test_what_earlier_versions_stored_opens(purpose: bytes, plain: bytes, stored: str) -> None:
    assert Vault(RING).open(OWNER, bytes.fromhex(stored), purpose) == plain
    with pytest.raises(SealBroken):
        Vault(RING).open(OWNER, bytes.fromhex(stored), b"other")


def test_a_signing_key_that_an_earlier_version_stored_opens() -> None:
    assert Vault(RING.derived(b"unicard gateway seal")).decrypt(b"kid-1", PRIVATE) == b"private"


def test_a_key_of_one_purpose_is_derived_as_before() -> None:
    derived = RING.derived(b"unicard health fingerprint")
    assert derived.current == "k2"
    assert derived.keys["k1"].hex() == "f24a63158e347784b0e091d38c6bbd72c282e62106c554f0c1b9a9fa1c68dbd9"


def test_what_earlier_versions_fingerprinted_is_found() -> None:
    vault = Vault(RING, bytes(32))
    national_id = "b4c3bbfa258b789814e9665c618972db42addad251705db9d40ad80c13f15c3f"
    number = "c9dbf43f604a65b19c8a8b5b2ab3df65d84c51910931c0c512f4a5049d2e624e"
    assert vault.fingerprint("29001010300156", b"national_id").hex() == national_id
    assert vault.fingerprint("+201012345678").hex() == number
    with pytest.raises(ValueError, match="without a key"):
        Vault(RING).fingerprint("+201012345678")


def test_the_key_kept_beside_is_the_current_one() -> None:
    vault = Vault(RING)
    sealed = vault.encrypt(b"kid", b"private")
    assert sealed.key == "k2"
    assert vault.decrypt(b"kid", sealed) == b"private"
    for bound, other in (
        (b"kid2", sealed),
        (b"kid", Sealed("k1", sealed.value)),
        (b"kid", Sealed("k3", sealed.value)),
        (b"kid", Sealed("k2", sealed.value[:-1] + bytes([sealed.value[-1] ^ 1]))),
    ):
        with pytest.raises(SealBroken):
            vault.decrypt(bound, other)
