"""What a credential says: its example made anew, its sizes by month, and when it is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from card_service.cards.examples import CARD
from card_service.credentials import claims
from card_service.credentials.examples import CREDENTIAL, CREDENTIAL_CLAIMS
from card_service.credentials.schemas import CredentialClaims
from card_service.envelopes import CredentialSigner, PrintedCodeSigner
from card_service.printing import codes
from card_service.printing.examples import CODE
from card_service.registry.months import Sizes
from chassis.clock import day_begins

RFC_8032_KEY = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
RING = {"ed25519-example": RFC_8032_KEY}
NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
TODAY = datetime(2026, 11, 5, 9, tzinfo=UTC)


def test_the_example_can_be_made_anew() -> None:
    assert CredentialSigner(RING, "ed25519-example").sign(CREDENTIAL_CLAIMS) == CREDENTIAL
    assert str(CredentialClaims.model_validate(CREDENTIAL_CLAIMS).card) == CARD
    assert len(CREDENTIAL) <= 2000, "what an uploaded sale may carry"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([(date(2026, 3, 1), 3, 4)], [("2026-11", 3, 4)]),
        ([(date(2026, 3, 1), 3, 4), (DECEMBER, 4, 5)], [("2026-11", 3, 4), ("2026-12", 4, 5)]),
        ([(DECEMBER, 1, 1)], [("2026-11", 0, 0), ("2026-12", 1, 1)]),
        ([(NOVEMBER, 2, 2), (date(2027, 2, 1), 1, 1)], [("2026-11", 2, 2)]),
        ([], [("2026-11", 0, 0)]),
    ],
    ids=["as before", "a child from December on", "counts from December on", "beyond its months", "counts nowhere"],
)
def test_sizes_are_said_by_month(steps: list[tuple[date, int, int]], said: list[tuple[str, int, int]]) -> None:
    found = claims.sizes([Sizes(month, goods, bread, 9) for month, goods, bread in steps], NOVEMBER, JANUARY)
    assert [(one["month"], one["goods"], one["bread"]) for one in found] == said


def test_who_counts_for_health_alone_is_no_change() -> None:
    steps = [Sizes(NOVEMBER, 2, 2, 2), Sizes(DECEMBER, 2, 2, 1)]
    assert len(claims.sizes(steps, NOVEMBER, JANUARY)) == 1


def test_it_is_over_with_its_last_month_and_is_the_same_all_month() -> None:
    assert claims.months_ahead(date(2026, 11, 30), 3) == (NOVEMBER, JANUARY)
    ends = {claims.ends(date(2026, 11, day), JANUARY, 365) for day in (1, 15, 30)}
    assert ends == {int(day_begins(date(2027, 2, 1)).timestamp())}
    assert claims.ends(date(2026, 11, 5), JANUARY, 30) == int(day_begins(date(2026, 12, 5)).timestamp())


def test_a_printed_code_is_read_and_nothing_else_is() -> None:
    printer = PrintedCodeSigner(RING, "ed25519-example")
    assert codes.read(printer, CODE, TODAY) == UUID(CARD)
    assert codes.read(printer, CODE, TODAY + timedelta(days=8 * 365)) is None, "it is over"
    other = PrintedCodeSigner({"ed25519-example": Ed25519PrivateKey.generate()}, "ed25519-example")
    assert codes.read(other, CODE, TODAY) is None, "another key"
    for text in ("", "a", "a.b.c", CREDENTIAL, f"{CODE[:-4]}AAAA", CODE.replace(".", ""), "\ud800.\udfff."):
        assert codes.read(printer, text, TODAY) is None
