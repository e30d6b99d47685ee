"""What a terminal is given as a card: an id, a printed code or a credential."""

from __future__ import annotations

import base64

import orjson
import pytest

from devstack.terminal.credential import CredentialRefused
from devstack.terminal.device import card_id

CARD = "0193a1c2-0000-7000-8000-000000000002"


def compact(kind: str, card: str) -> str:
    parts = (orjson.dumps({"alg": "EdDSA", "kid": "k", "typ": kind}), orjson.dumps({"card": card, "gov": "03"}), b"s")
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@pytest.mark.parametrize(
    "given", [CARD, compact("unicard+jws", CARD), compact("unicard-code+jws", "AZOhwgAAcACAAAAAAAAAAg")]
)
def test_each_names_the_card(given: str) -> None:
    assert card_id(given) == CARD


@pytest.mark.parametrize("given", ["a.b.c", compact("unicard-code+jws", "AZOh"), compact("unicard-code+jws", CARD)])
def test_what_is_neither_is_refused(given: str) -> None:
    with pytest.raises(CredentialRefused):
        card_id(given)
