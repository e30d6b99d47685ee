"""The card's credential: whose it is, until when, and that card-service has signed it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis.ids import new_id
from chassis.sealing import Keyring
from chassis.signing import Signer, b64url, from_b64url, public_keys, verified
from supply_service.cards import credential as known
from supply_service.cards.credential import CredentialKeys, Remembered, Said

CARD, NOW = new_id(), datetime(2026, 11, 5, 10, 0, tzinfo=UTC)
CARD_SERVICE = Signer.of(Keyring.parse(f"k2:{'B' * 42}A,k1:{'C' * 42}A"))
BEFORE = Signer(CARD_SERVICE.keys, next(kid for kid in CARD_SERVICE.keys if kid != CARD_SERVICE.current))
KEYS = CredentialKeys(orjson.dumps(CARD_SERVICE.public_jwks()).decode(), None)


def credential(signer: Signer = CARD_SERVICE, **claims: object) -> str:
    whole = {"card": str(CARD), "exp": int((NOW + timedelta(days=60)).timestamp()), **claims}
    return signer.compact("unicard+jws", whole)


def test_it_holds_by_any_key_of_the_ring_until_it_is_over() -> None:
    for signer in (CARD_SERVICE, BEFORE):
        assert KEYS.holds(credential(signer), CARD, NOW)
    assert not KEYS.holds(credential(), CARD, NOW + timedelta(days=60))
    assert not KEYS.holds(credential(), new_id(), NOW)


def test_both_versions_hold_and_what_else_they_say_is_not_asked() -> None:
    """The sizes of version 2 are the terminal's: what it sold is judged by the register."""
    sizes = [{"month": "2026-11", "goods": 9, "bread": 9}]
    later = credential(v=2, services=[], sizes=sizes, last_month="2026-11", household="h", gov="03")
    assert KEYS.holds(later, CARD, NOW)
    assert KEYS.holds(credential(household="h", gov="03"), CARD, NOW)


def test_without_keys_nothing_holds() -> None:
    assert not CredentialKeys(None, None).holds(credential(), CARD, NOW)


def _altered() -> str:
    header, claims, signature = credential().split(".")
    longer = orjson.loads(from_b64url(claims)) | {"exp": 2**40}
    return f"{header}.{b64url(orjson.dumps(longer))}.{signature}"


def _unsigned() -> str:
    _, claims, _ = credential().split(".")
    return f"{b64url(orjson.dumps({'alg': 'none', 'kid': CARD_SERVICE.current}))}.{claims}."


def _named_as_ours() -> str:
    foreign = Signer.of(Keyring.parse(f"k1:{'D' * 42}A"))
    return credential(Signer({CARD_SERVICE.current: foreign.keys[foreign.current]}, CARD_SERVICE.current))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "...",
        "a.b.c",
        "ملح.ملح.ملح",
        _altered(),
        _unsigned(),
        _named_as_ours(),
        credential(Signer.of(Keyring.parse(f"k1:{'D' * 42}A"))),
        credential(exp=None),
        credential(exp="never"),
        CARD_SERVICE.compact("unicard+jws", {"card": str(CARD)}),
        f"{b64url(b'[]')}.{b64url(b'[]')}.{b64url(bytes(64))}",
    ],
)
def test_what_card_service_has_not_signed_is_none(given: str) -> None:
    assert not KEYS.holds(given, CARD, NOW)


def test_what_is_remembered_ends_by_its_card_its_day_and_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, checked = credential(), list[str]()

    def counted(compact: str, trusted: Mapping[str, Ed25519PublicKey]) -> Mapping[str, object]:
        checked.append(compact)
        return verified(compact, trusted)

    keys = CredentialKeys(orjson.dumps(CARD_SERVICE.public_jwks()).decode(), None)
    monkeypatch.setattr(known, "verified", counted)
    assert [keys.holds(shown, CARD, NOW) for _ in range(3)] == [True] * 3
    assert len(checked) == 1, "its signature is checked once"
    assert not keys.holds(shown, new_id(), NOW)
    assert not keys.holds(shown, CARD, NOW + timedelta(days=60))
    assert not keys.holds(_altered(), CARD, NOW)
    keys._trust(public_keys(Signer.of(Keyring.parse(f"k3:{'D' * 42}A")).public_jwks()["keys"]))
    assert not keys.holds(shown, CARD, NOW), "a key that is withdrawn takes what it signed with it"


def test_little_is_remembered() -> None:
    kept = Remembered(4)
    for number in range(100):
        kept.put(bytes([number]), Said(str(number), 0.0))
    assert [number for number in range(100) if kept.get(bytes([number]))] in ([97, 98, 99], [96, 97, 98, 99])
