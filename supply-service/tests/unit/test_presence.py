"""Which sales need the holder's proof: the examples of the rules, and each limit at its edge."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from supply_service.rules.account import Account
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.presence import Free, Gone, Had, exceeded, may_go_on
from supply_service.rules.sale import Sale

FREE = Free(40, 60, 10_000, 500, 60_000, 800, 90_000, 3, 25)
DAY = date(2026, 11, 5)
NOTHING = Gone()


def sale(loaves: int = 0, goods: int = 0, wallet: int = 0, flour: int = 0) -> Sale:
    account = Account(UUID(int=1), "03", 4, DAY, {}, {}, ())
    return Sale(account, DAY, loaves=loaves, goods=goods, wallet=wallet, flour=flour)


@pytest.mark.parametrize(
    ("wanted", "card", "terminal", "outlet", "limit"),
    [
        (sale(loaves=20), Had(), NOTHING, NOTHING, None),  # 20 loaves below the limit: sold
        (sale(wallet=5000), Had(), NOTHING, NOTHING, "wallet"),  # 50 of a wallet: `holder_proof_required`
        (sale(goods=100, wallet=1), Had(), NOTHING, NOTHING, "wallet"),
        (sale(loaves=40), Had(), NOTHING, NOTHING, None),
        (sale(loaves=41), Had(), NOTHING, NOTHING, "sale"),
        (sale(loaves=20), Had(40), NOTHING, NOTHING, None),  # parts of the day's bread
        (sale(loaves=21), Had(40), NOTHING, NOTHING, "card"),
        (sale(goods=100), Had(60), NOTHING, NOTHING, None),
        (sale(flour=25), Had(), NOTHING, NOTHING, None),
        (sale(flour=10), Had(flour=15), NOTHING, NOTHING, None),
        (sale(flour=10), Had(flour=16), NOTHING, NOTHING, "card"),
        (sale(goods=10_000), Had(), NOTHING, NOTHING, None),
        (sale(goods=10_001), Had(), NOTHING, NOTHING, "card"),
        (sale(goods=5_000), Had(goods=5_000), NOTHING, NOTHING, None),
        (sale(goods=5_000), Had(goods=5_001), NOTHING, NOTHING, "card"),
        (sale(loaves=20), Had(goods=10_000), NOTHING, NOTHING, None),
        (sale(loaves=20), Had(), Gone(480, 0), NOTHING, None),
        (sale(loaves=20), Had(), Gone(481, 0), NOTHING, "terminal"),
        (sale(loaves=20), Had(), Gone(0, 60_000), NOTHING, None),
        (sale(goods=100), Had(), Gone(0, 59_901), NOTHING, "terminal"),
        (sale(loaves=20), Had(), NOTHING, Gone(781, 0), "outlet"),
        (sale(goods=100), Had(), NOTHING, Gone(0, 89_901), "outlet"),
    ],
)
def test_which_limit_a_sale_without_a_proof_passes(
    wanted: Sale, card: Had, terminal: Gone, outlet: Gone, limit: str | None
) -> None:
    assert exceeded(wanted, card, terminal, outlet, FREE) == limit


@pytest.mark.parametrize(
    ("limit", "away", "goes_on"),
    [("sale", 0, True), ("card", 2, True), ("card", 3, False), ("terminal", 0, True), ("wallet", 0, False)],
)
def test_bread_and_goods_go_on_while_proofs_cannot_be_had_and_a_wallet_does_not(
    limit: str, away: int, goes_on: bool
) -> None:
    assert may_go_on(limit, Gone(0, 0, away), FREE) is goes_on


def test_the_limits_are_rows_and_a_familys_daily_bread_is_below_them(figures: FiguresByDay) -> None:
    free = figures.on(DAY).free
    assert free.loaves_by_sale >= 20
    assert free.loaves_by_terminal <= free.loaves_by_outlet
    assert free.goods_by_card <= free.goods_by_terminal <= free.goods_by_outlet
