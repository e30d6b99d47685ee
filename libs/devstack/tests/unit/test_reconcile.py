"""What the reconciliation lets pass, and what it finds."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from devstack.reconcile.compare import TOTAL, Books, compare

BAKERY, GROCER = "a-bakery", "b-grocer"


def quantities(loaves: int, goods: int) -> dict[str, int]:
    return {"loaves": loaves, "goods_amount": goods, "grants_amount": 700}


def outlet(outlet_id: str, loaves: int, goods: int, settlement: int, wallet: int = 0) -> dict[str, Any]:
    return {
        "outlet_id": outlet_id,
        "closed": True,
        "sales": quantities(loaves, goods)
        | {"redemptions": 3, "reversals": 0, "cash_amount": 0, "wallet_amount": wallet, "wallet_unpaid": 0},
        "entries": quantities(loaves, goods),
        "counted": quantities(loaves, goods),
        "settled": quantities(loaves, goods),
        "settlement_id": "s",
        "settlement_state": "calculated",
        "settlement_amount": settlement,
        "components_amount": settlement,
    }


def merchant(merchant_id: str, settled: int, captured: int = 0, refunded: int = 0) -> dict[str, Any]:
    booked = {"settled": settled, "captured": captured, "refunded": refunded}
    return {"merchant_id": merchant_id, "not_captured": 0, "not_refunded": 0, **booked}


def agreeing() -> dict[str, Any]:
    return {
        "outlets": [outlet(GROCER, 0, 5000, 5000, wallet=1810), outlet(BAKERY, 40, 0, -106)],
        "merchants": [merchant(BAKERY, -106), merchant(GROCER, 5000, 2000, 190)],
        "settlement_totals": {"amount": 4894, "rates": [{"amount": 5000}, {"amount": -106}]},
        "pot_proof": {"sound": True, "unproved": 0},
        "ledger_proof": {"sound": True},
    }


def test_a_day_that_agrees() -> None:
    result = compare(Books("2026-11-05", **agreeing()))
    assert result.agrees
    assert [row.outlet_id for row in result.rows] == [BAKERY, GROCER]
    assert (result.total.loaves, result.total.settlement, result.total.ledger_settlement) == (40, 4894, 4894)
    assert (result.total.wallet, result.total.ledger_wallet) == (1810, 1810)


CHANGES: list[tuple[list[Any], Any, str, str]] = [
    (["outlets", 1, "entries", "loaves"], 41, "difference", "loaves sold and moved in pots"),
    (["outlets", 0, "counted", "grants_amount"], 699, "open", "grants_amount sold and counted by closed days"),
    (["outlets", 0, "entries", "grants_amount"], 701, "difference", "grants_amount sold and moved in pots"),
    (["outlets", 0, "counted", "goods_amount"], 4999, "open", "goods_amount sold and counted by closed days"),
    (["outlets", 0, "settled", "goods_amount"], 5001, "difference", "goods_amount counted by closed days and settled"),
    (["outlets", 0, "components_amount"], 5001, "difference", "settlement and its components"),
    (["outlets", 1, "closed"], False, "open", "the day is not closed; sales"),
    (["outlets", 1, "settlement_state"], "waiting", "open", "the settlement waits for a rate; sales"),
    (["merchants", 0, "settled"], 106, "difference", "settlement and ledger"),
    (["merchants", 1, "captured"], 1999, "difference", "paid by wallets and ledger"),
    (["outlets", 0, "sales", "wallet_unpaid"], 10, "difference", "sold on wallets and not paid by them"),
    (["merchants", 1, "merchant_id"], "c-stranger", "difference", "sold nothing, but the ledger has"),
    (["settlement_totals", "amount"], 4895, "difference", "settlements of the day and of its outlets"),
    (["settlement_totals", "rates"], [], "difference", "settlements of the day and by rate"),
    (["pot_proof"], {"sound": False, "unproved": 2}, "difference", "pots that their entries do not prove"),
    (
        ["ledger_proof"],
        {"sound": False, "sum_of_balances": 1, "sum_of_entries": 0, "balances_off": 0, "holds_off": 0, "overdrawn": 0},
        "difference",
        "ledger proof: sum_of_balances",
    ),
]


@pytest.mark.parametrize(("path", "value", "kind", "what"), CHANGES, ids=[change[3] for change in CHANGES])
def test_one_piastre_is_found(path: list[Any], value: Any, kind: str, what: str) -> None:
    books = deepcopy(agreeing())
    place: Any = books
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    result = compare(Books("2026-11-05", **books))
    assert not result.agrees
    assert (kind, what) in {(finding.kind, finding.what) for finding in result.findings}
    assert all(finding.outlet_id == TOTAL or "-" in finding.outlet_id for finding in result.findings)
