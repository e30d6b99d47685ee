"""The printed code and the sheets: the example made anew, how long cards are good, what a page holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OKPKey

from card_service.cards.examples import CARD, SIGNING_JWK
from card_service.cards.validity import expires_on
from card_service.printing import codes, sheets
from card_service.printing.examples import CODE, CODE_CLAIMS
from card_service.printing.models import Face
from chassis.signing import Signer

RFC_8032_KEY = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
SIGNER = Signer({"ed25519-example": Ed25519PrivateKey.from_private_bytes(RFC_8032_KEY)}, "ed25519-example")
FACE = Face("منى أحمد علي", "5099430012345671", "بورسعيد", "Port Said", date(2033, 11, 30), CODE)


def test_the_example_can_be_made_anew() -> None:
    """A card made on 5 November 2026 that is good for seven years."""
    assert codes.code(SIGNER, UUID(CARD), "03", expires_on(date(2026, 11, 5), 7)) == CODE
    opened = jws.deserialize_compact(CODE, OKPKey.import_key({k: str(v) for k, v in SIGNING_JWK.items()}), ["EdDSA"])
    assert opened.headers()["typ"] == codes.TYPE
    assert orjson.loads(opened.payload) == CODE_CLAIMS


def test_the_code_is_small_enough_for_a_symbol_that_terminals_read() -> None:
    """At most version 12 with error correction M: 65 modules, each more than 0.4 mm wide on the card."""
    import segno

    assert len(CODE) <= 287, "bytes of a version 12-M symbol"
    assert int(segno.make_qr(CODE, error="m", boost_error=False).version) <= 12
    assert sheets.CODE_MM / (65 + 2 * 4) > 0.4


@pytest.mark.parametrize(
    ("made", "years", "last"),
    [
        (date(2026, 11, 5), 7, date(2033, 11, 30)),
        (date(2024, 2, 29), 7, date(2031, 2, 28)),
        (date(2025, 2, 1), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 12, 31)),
    ],
)
def test_a_card_is_good_until_the_end_of_a_month(made: date, years: int, last: date) -> None:
    assert expires_on(made, years) == last


@pytest.mark.parametrize(("cards", "pages"), [(1, 2), (10, 2), (11, 4)])
def test_every_page_of_fronts_has_its_page_of_backs(cards: int, pages: int) -> None:
    made = sheets.pdf([FACE] * cards, datetime(2026, 11, 5, tzinfo=UTC))
    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") == pages
