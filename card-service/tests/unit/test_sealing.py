from __future__ import annotations

import base64
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OKPKey

from card_service.envelopes import CredentialSigner, EnvelopeBroken, PinEnvelope, ProofSigner, Typed
from card_service.sealing import MOBILE, NATIONAL_ID
from chassis.holder_proofs.form import HolderProof, opened
from chassis.sealing import Keyring, SealBroken, Vault, key_bytes


def key(fill: int) -> str:
    return base64.urlsafe_b64encode(bytes([fill]) * 32).rstrip(b"=").decode()


OLD, NEW = f"k1:{key(1)}", f"k2:{key(2)}"
VAULT = Vault(Keyring.parse(f"{NEW},{OLD}"), bytes(32))
OWNER = UUID(int=7)


@given(st.text(max_size=200))
def test_what_is_sealed_can_be_opened_and_is_not_readable(text: str) -> None:
    sealed = VAULT.seal(OWNER, text.encode(), NATIONAL_ID)
    assert VAULT.open(OWNER, sealed, NATIONAL_ID).decode() == text
    assert len(text) < 4 or text.encode() not in sealed
    assert VAULT.seal(OWNER, text.encode(), NATIONAL_ID) != sealed


def test_a_sealed_value_cannot_be_moved() -> None:
    sealed = VAULT.seal(OWNER, b"29001010300156", NATIONAL_ID)
    for purpose, owner in ((MOBILE, OWNER), (NATIONAL_ID, uuid4())):
        with pytest.raises(SealBroken):
            VAULT.open(owner, sealed, purpose)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_vault(noise: bytes) -> None:
    with pytest.raises(SealBroken):
        VAULT.open(OWNER, noise, NATIONAL_ID)


def test_an_older_key_still_opens_and_is_not_used_any_more() -> None:
    before = Vault(Keyring.parse(OLD), bytes(32))
    assert VAULT.open(OWNER, before.seal(OWNER, b"+201012345678", MOBILE), MOBILE) == b"+201012345678"
    with pytest.raises(SealBroken):
        before.open(OWNER, VAULT.seal(OWNER, b"+201012345678", MOBILE), MOBILE)


def test_fingerprints_depend_on_key_and_purpose() -> None:
    other = Vault(Keyring.parse(OLD), b"1" * 32)
    prints = {VAULT.fingerprint("1", NATIONAL_ID), VAULT.fingerprint("1", MOBILE), other.fingerprint("1", MOBILE)}
    assert len(prints) == 3
    assert all(len(one) == 32 for one in prints)


@pytest.mark.parametrize("text", ["", "k1", "k1:", "k1:abc", f"k 1:{key(1)}", f"{OLD},{OLD}", f":{key(1)}", "k1:****"])
def test_a_bad_ring_is_refused_without_showing_a_key(text: str) -> None:
    with pytest.raises(ValueError, match="a key") as caught:
        Keyring.parse(text)
    assert "abc" not in str(caught.value)


def test_a_key_is_32_bytes() -> None:
    assert key_bytes(key(3)) == bytes([3]) * 32
    with pytest.raises(ValueError, match="32 bytes"):
        key_bytes(key(3)[:-4])


PINS = PinEnvelope.of(Keyring.parse(f"p2:{key(9)},p1:{key(8)}"))
CARD = UUID(int=11)


def encrypt(content: object, envelope: PinEnvelope = PINS, **header: str) -> str:
    public = OKPKey.import_key(envelope.public_jwk)
    protected = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": envelope.public_jwk["kid"], **header}
    return jwe.encrypt_compact(protected, orjson.dumps(content), public, algorithms=["ECDH-ES", "A256GCM", "A128GCM"])


DEVICE = "0192f000-0000-7000-8000-000000000001"
GOOD = {
    "card_id": str(CARD),
    "pin": "2947",
    "device": DEVICE,
    "purpose": "sale",
    "max_amount": 5000,
    "nonce": "n" * 22,
    "at": 1796083200,
}


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in GOOD.items() if name not in names}


def test_a_pin_for_the_card_is_opened() -> None:
    assert PINS.open(encrypt(GOOD), CARD, DEVICE, "sale", 5000) == Typed("2947", "n" * 22, 1796083200)
    assert "d" not in PINS.public_jwk


def test_a_pin_for_an_older_key_is_opened() -> None:
    older = PinEnvelope.of(Keyring.parse(f"p1:{key(8)}"))
    assert PINS.open(encrypt(GOOD, older), CARD, DEVICE, "sale", 5000).pin == "2947"


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "a.b.c.d.e",
        "é",
        "x" * 3000,
        encrypt([]),
        encrypt(GOOD, kid="unknown"),
        encrypt(GOOD, enc="A128GCM"),
        encrypt(GOOD)[:-2] + "xx",
        *(encrypt(without(name)) for name in GOOD),
        encrypt(GOOD | {"card_id": str(UUID(int=12))}),
        encrypt(GOOD | {"pin": 2947}),
        encrypt(GOOD | {"device": "another"}),
        encrypt(GOOD | {"purpose": "hold"}),
        encrypt(GOOD | {"max_amount": 5001}),
        encrypt(GOOD | {"nonce": "short"}),
        encrypt(GOOD | {"nonce": "n" * 65}),
        encrypt(GOOD | {"at": "1796083200"}),
        encrypt(GOOD | {"at": True}),
        encrypt({"card_id": str(CARD), "pin": "2947"}),  # as they were before they were bound to an operation
    ],
)
def test_other_envelopes_are_refused(sent: str) -> None:
    with pytest.raises(EnvelopeBroken) as caught:
        PINS.open(sent, CARD, DEVICE, "sale", 5000)
    assert "2947" not in str(caught.value)


def test_proofs_are_signed_with_keys_of_their_own_and_checked_by_those_that_are_published() -> None:
    ring = Keyring.parse(f"s1:{key(5)},s0:{key(4)}")
    signer, before = ProofSigner.of(ring), ProofSigner.of(Keyring.parse(f"s0:{key(4)}"))
    expires = datetime(2027, 1, 1, tzinfo=UTC)
    proof = HolderProof(UUID(int=1), CARD, UUID(int=2), "sale", 5000, "pin", "holder", expires)
    public = {one["kid"]: Ed25519PublicKey.from_public_bytes(_b64(one["x"])) for one in signer.public_jwks()["keys"]}
    assert opened(signer.sign(proof), public) == opened(before.sign(proof), public) == proof
    assert public.keys().isdisjoint(one["kid"] for one in CredentialSigner.of(ring).public_jwks()["keys"])
    assert not any("d" in one for one in signer.public_jwks()["keys"])


def test_a_credential_is_checked_with_the_published_key() -> None:
    signer = CredentialSigner.of(Keyring.parse(f"s1:{key(5)},s0:{key(4)}"))
    said = {"card": str(CARD), "household": str(OWNER), "gov": "03", "exp": 1798761600}
    compact = signer.sign(said)
    header, claims, signature = (_b64(part) for part in compact.split("."))
    published = {jwk["kid"]: jwk for jwk in signer.public_jwks()["keys"]}
    assert len(published) == 2
    jwk = published[orjson.loads(header)["kid"]]
    Ed25519PublicKey.from_public_bytes(_b64(jwk["x"])).verify(signature, compact.rpartition(".")[0].encode())
    assert orjson.loads(claims) == said
    assert not any("d" in one for one in published.values())


def _b64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
