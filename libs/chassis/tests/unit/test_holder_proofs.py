"""Holder's proofs: what a proof permits, by whose signature, and what is refused with which code."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from chassis.holder_proofs.form import Asked, HolderProof, KeyUnknown, opened, permits, sign
from chassis.holder_proofs.keys import ProofKeys
from chassis.holder_proofs.refusals import HolderProofExpired, HolderProofInvalid, HolderProofUnverifiable
from chassis.refusals import Refusal

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
CARD, TERMINAL = UUID(int=1), UUID(int=2)
PROOF = HolderProof(UUID(int=3), CARD, TERMINAL, "sale", 5520, "pin", "holder", NOW + timedelta(minutes=3))
SALE = Asked(CARD, TERMINAL, frozenset({"sale"}), 5520)
HOLD = Asked(CARD, TERMINAL, frozenset({"sale", "hold"}), 520)
PUBLIC = {"k1": KEY.public_key()}


def part(text: str, number: int) -> bytes:
    return base64.urlsafe_b64decode(text.split(".")[number] + "==")


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("proof", "asked", "refused"),
    [
        (PROOF, SALE, None),
        (PROOF, HOLD, None),  # the hold that pays a part of the sale shares its proof
        (PROOF, replace(SALE, amount=5521), "amount"),
        (PROOF, replace(SALE, card_id=UUID(int=9)), "card"),
        (PROOF, replace(SALE, terminal_id=UUID(int=9)), "terminal"),
        (PROOF, replace(SALE, purposes=frozenset({"visit"})), "purpose"),
        (replace(PROOF, purpose="hold"), SALE, "purpose"),
        (replace(PROOF, purpose="hold"), HOLD, None),
        (replace(PROOF, purpose="visit"), HOLD, "purpose"),
        (replace(PROOF, max_amount=0), replace(SALE, amount=0), None),
        (replace(PROOF, expires_at=NOW), SALE, "over"),
        (replace(PROOF, expires_at=NOW + timedelta(seconds=1)), SALE, None),
    ],
)
def test_what_a_proof_permits(proof: HolderProof, asked: Asked, refused: str | None) -> None:
    if refused is None:
        permits(proof, asked, NOW)
        return
    with pytest.raises(Refusal) as caught:
        permits(proof, asked, NOW)
    if refused == "over":
        assert isinstance(caught.value, HolderProofExpired)
    else:
        assert isinstance(caught.value, HolderProofInvalid)
        assert caught.value.extensions == {"mismatch": refused}


def test_a_proof_comes_out_as_it_was_signed() -> None:
    assert opened(sign(PROOF, "k1", KEY), PUBLIC) == PROOF


def test_another_key_is_unknown_and_anothers_signature_invalid() -> None:
    with pytest.raises(KeyUnknown):
        opened(sign(PROOF, "k2", KEY), PUBLIC)
    with pytest.raises(HolderProofInvalid):
        opened(sign(PROOF, "k1", OTHER), PUBLIC)


def test_no_claim_can_be_changed() -> None:
    token = sign(PROOF, "k1", KEY)
    head, _, signature = token.split(".")
    richer = orjson.loads(part(token, 1)) | {"max": 10**9}
    with pytest.raises(HolderProofInvalid):
        opened(f"{head}.{b64(orjson.dumps(richer))}.{signature}", PUBLIC)


@pytest.mark.parametrize("header", [{"typ": "unicard+jws"}, {"alg": "none"}, {"alg": "HS256"}])
def test_what_was_signed_as_something_else_is_no_proof(header: dict[str, str]) -> None:
    """A card's credential, signed with whatever key, opens nothing here."""
    token = sign(PROOF, "k1", KEY)
    head = b64(orjson.dumps(orjson.loads(part(token, 0)) | header))
    signed = f"{head}.{token.split('.')[1]}"
    with pytest.raises(HolderProofInvalid):
        opened(f"{signed}.{b64(KEY.sign(signed.encode()))}", PUBLIC)


@given(st.text(max_size=200))
def test_no_text_breaks_it(noise: str) -> None:
    with pytest.raises((HolderProofInvalid, KeyUnknown)):
        opened(noise, PUBLIC)


def test_without_keys_nothing_is_believed() -> None:
    with pytest.raises(HolderProofUnverifiable):
        ProofKeys(None, None).check(sign(PROOF, "k1", KEY), SALE)
