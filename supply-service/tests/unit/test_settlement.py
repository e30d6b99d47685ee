"""What a closed day comes to: rates of the day of the sale, by fuel and loaf type, rounded once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from policybook.book import PolicyBook, PolicyMissing
from supply_service.rules.settlement import Merchant, Part, components, levies

DIESEL = Merchant("bakery", "03", "diesel", "soft")
GAS = Merchant("bakery", "03", "gas", "soft")
GROCER = Merchant("grocer", "03", None, None)


def test_a_diesel_bakery_is_paid_and_a_gas_bakery_remits(book: PolicyBook) -> None:
    day = date(2025, 3, 10)
    paid = components(DIESEL, [Part(day, 725, 0)], book)
    assert [(part.rate, part.amount) for part in paid] == [(Decimal("5.38"), 3901)]  # 3900.5, half away from zero
    assert paid[0].legal_reference == "settlement from 7 October 2024"
    assert [part.amount for part in components(GAS, [Part(day, 725, 0)], book)] == [-1921]


def test_each_part_has_the_rate_of_its_own_day(book: PolicyBook) -> None:
    made = components(DIESEL, [Part(date(2025, 4, 13), 100, 0), Part(date(2025, 10, 28), 100, 0)], book)
    assert [(part.rate, part.amount) for part in made] == [(Decimal("5.38"), 538), (Decimal("11.59"), 1159)]


@pytest.mark.parametrize(
    ("merchant", "day"),
    [(DIESEL, date(2025, 10, 27)), (DIESEL, date(2025, 4, 14)), (GAS, date(2025, 4, 14)), (GAS, date(2026, 11, 5))],
    ids=["diesel, a day before Directive 21/2025", "diesel, Directive 9/2025", "gas, Directive 9/2025", "gas since"],
)
def test_a_day_whose_rate_was_not_found_waits(merchant: Merchant, day: date, book: PolicyBook) -> None:
    """3.12: no superseded rate is paid. Directive 9/2025 changed the rates on 14 April 2025."""
    with pytest.raises(PolicyMissing, match=r"bakery\.settlement"):
        components(merchant, [Part(day, 100, 0)], book)


def test_goods_are_reimbursed_to_the_piastre(book: PolicyBook) -> None:
    made = components(GROCER, [Part(date(2026, 11, 5), 0, 123_456), Part(date(2026, 11, 4), 0, -78)], book)
    assert [(part.kind, part.quantity, part.amount) for part in made] == [
        ("goods", 123_456, 123_456),
        ("goods", -78, -78),
    ]


def test_a_reversal_after_the_close_takes_back_what_it_had_brought(book: PolicyBook) -> None:
    day = date(2025, 3, 10)
    (sold,), (undone,) = (components(DIESEL, [Part(day, loaves, 0)], book) for loaves in (725, -725))
    assert sold.amount + undone.amount == 0


def test_nothing_is_settled_without_a_rate(book: PolicyBook) -> None:
    unknown = Merchant("bakery", "03", None, None)
    assert components(unknown, [Part(date(2026, 11, 5), 0, 0)], book) == []
    with pytest.raises(PolicyMissing, match=r"bakery\.settlement"):
        components(unknown, [Part(date(2026, 11, 5), 5, 0)], book)


def test_a_gas_bakery_owes_for_the_day_that_nobody_closed(book: PolicyBook) -> None:
    """3.12: 10,000 loaves of a gas bakery, while its rate was known."""
    assert [part.amount for part in components(GAS, [Part(date(2025, 3, 10), 10_000, 0)], book)] == [-26_500]


@pytest.mark.parametrize(
    ("loaf_type", "rate", "beside"), [("soft", "11.59", "0.75"), ("hard", "10.53", "0.83")], ids=["soft", "hard"]
)
def test_the_authority_is_paid_beside_the_bakery(loaf_type: str, rate: str, beside: str, book: PolicyBook) -> None:
    bakery, parts = Merchant("bakery", "03", "diesel", loaf_type), [Part(date(2025, 10, 28), 1_000, 0)]
    (own,), (levy,) = components(bakery, parts, book), levies(bakery, parts, book)
    assert (own.rate, own.amount) == (Decimal(rate), int(Decimal(rate) * 1_000))
    assert (levy.kind, levy.rate, levy.amount) == ("social_insurance", Decimal(beside), int(Decimal(beside) * 1_000))


def test_nobody_is_paid_beside_a_bakery_whose_rates_name_no_authority(book: PolicyBook) -> None:
    assert levies(DIESEL, [Part(date(2025, 3, 10), 1_000, 0)], book) == []
    assert levies(GAS, [Part(date(2026, 11, 5), 1_000, 0)], book) == []
    assert levies(DIESEL, [Part(date(2026, 11, 5), 0, 0)], book) == []


def test_what_was_allowed_of_a_dispute_has_the_rate_of_its_own_day(book: PolicyBook) -> None:
    (claimed,) = components(DIESEL, [Part(date(2025, 4, 13), 100, 0, claimed=True)], book)
    assert (claimed.rate, claimed.amount, claimed.claimed) == (Decimal("5.38"), 538, True)
