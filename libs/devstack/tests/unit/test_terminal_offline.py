"""What a terminal sells while it has no network: once a day in Cairo, at the prices it has printed."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devstack.terminal.chain import verify
from devstack.terminal.configuration import Configuration
from devstack.terminal.credential import CredentialRefused
from devstack.terminal.device import AlreadySold, NotItsSale, Terminal, bread, goods
from devstack.terminal.hotlist import HotList
from devstack.terminal.keys import DeviceKey
from devstack.terminal.signed import NotGood
from devstack.terminal.store import Identity, Store
from devstack.terminal.wire import Wire

CARD = "0193a1c2-0000-7000-8000-000000000002"
KEY = Ed25519PrivateKey.generate()
MIDNIGHT = datetime(2026, 11, 5, 22, tzinfo=UTC)  # in Cairo the 6th begins
AT, EXP = (int((MIDNIGHT + timedelta(days=days)).timestamp()) for days in (-1, 3))
CONTENT: dict[str, Any] = {
    "terminal": "t", "at": AT, "exp": EXP,
    "terms": [
        {
            "from": "2026-11-05", "price_list": "a" * 64, "programmes": ["bread", "goods"],
            "spell": {"sales": 4, "amount": 9000, "hours": 72},
            "household": {"days_per_draw": [[1, 3]], "loaves_per_day": None, "loaves_unproven": 100},
        }
    ],
}  # fmt: skip


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def compact() -> str:
    claims = {"card": CARD, "household": "h", "gov": "03", "exp": datetime(2027, 1, 1, tzinfo=UTC).timestamp()}
    signed = f"{b64(orjson.dumps({'alg': 'EdDSA', 'kid': 'k'}))}.{b64(orjson.dumps(claims))}"
    return f"{signed}.{b64(KEY.sign(signed.encode()))}"


def terminal(folder: Path, at: datetime) -> Terminal:
    store = Store(folder)
    if not store.known():
        keys = {"k": b64(KEY.public_key().public_bytes_raw())}
        identity = Identity("t", DeviceKey.generate().secret(), "http://127.0.0.1:1", governorate="03", offline=True)
        identity.credential_keys = keys
        identity.price_lists = {"a" * 64: {"bread": {"loaf": 20}, "goods": {"oil": 3000}}}
        store.save(identity)
        store.save_configuration(Configuration(CONTENT))
        store.save_hot_list(HotList(keys=("k",), position="p", at=AT, exp=EXP))
    return Terminal(store, Wire("http://127.0.0.1:1"), now=at)


def test_a_new_day_in_cairo_sells_again_and_the_same_day_does_not(tmp_path: Path) -> None:
    """23:30 and 00:30 in Cairo are one day by UTC; 00:30 and 23:30 of one day in Cairo are two."""
    terminal(tmp_path, MIDNIGHT - timedelta(minutes=30)).sell_offline(compact(), [bread(15)])
    terminal(tmp_path, MIDNIGHT + timedelta(minutes=30)).sell_offline(compact(), [bread(15)])
    for later in (timedelta(minutes=40), timedelta(hours=23, minutes=30)):
        with pytest.raises(AlreadySold):
            terminal(tmp_path, MIDNIGHT + later).sell_offline(compact(), [bread(15)])


def test_what_was_sold_with_the_network_or_is_uploaded_counts(tmp_path: Path) -> None:
    at = MIDNIGHT + timedelta(hours=10)
    answer: dict[str, Any] = {
        "redemption_id": "r", "card_id": CARD, "business_day": "2026-11-06", "lines": [{"programme": "bread"}],
        "occurred_at": at.isoformat(),
    }  # fmt: skip
    machine = terminal(tmp_path, at)
    machine.store.record({"kind": "redemption", "answer": answer})
    with pytest.raises(AlreadySold):
        machine.sell_offline(compact(), [bread(5)])
    machine.sell_offline(compact(), [goods("oil", 1)])
    machine.journal.confirm(1)
    with pytest.raises(AlreadySold):
        machine.sell_offline(compact(), [goods("oil", 1)])
    machine.store.record({"kind": "reversal", "answer": {"redemption_id": "r"}})
    assert machine.sell_offline(compact(), [bread(5)])["sequence"] == 2


def test_a_sale_says_what_its_receipt_says(tmp_path: Path) -> None:
    machine = terminal(tmp_path, MIDNIGHT)
    sale = machine.sell_offline(compact(), [bread(15)])
    assert (sale["price_list"], sale["lines"][0]["amount"]) == ("a" * 64, 300)
    unknown = machine.sell_offline(compact(), [goods("no_such_item", 1)])
    assert "price_list" not in unknown
    assert "amount" not in unknown["lines"][0]


@pytest.mark.parametrize(
    ("changed", "lines", "reason"),
    [
        ({"cards": frozenset({CARD})}, [bread(5)], "hot card"),
        ({"exp": int(MIDNIGHT.timestamp())}, [bread(5)], "hot list over"),
        ({}, [bread(101)], "beyond the household's floor"),
        ({}, [goods("oil", 4)], "beyond the spell"),
        ({}, [goods("oil", 1, "bread_points")], "not sold here"),
    ],
    ids=["a hot card", "an old list", "too many loaves", "more than a spell's amount", "what the outlet does not sell"],
)
def test_what_is_beyond_what_was_signed_is_not_sold(
    tmp_path: Path, changed: dict[str, Any], lines: list[Any], reason: str
) -> None:
    machine = terminal(tmp_path, MIDNIGHT)
    machine.store.save_hot_list(replace(machine.store.hot_list(), **changed))
    with pytest.raises(NotGood, match=reason):
        machine.sell_offline(compact(), lines)
    assert machine.journal.pending() == []


def test_a_spell_has_so_many_sales_and_the_next_day_as_many_again(tmp_path: Path) -> None:
    machine = terminal(tmp_path, MIDNIGHT)
    content = {**CONTENT, "terms": [{**CONTENT["terms"][0], "spell": {"sales": 1, "amount": 9000, "hours": 72}}]}
    machine.store.save_configuration(Configuration(content))
    machine.sell_offline(compact(), [bread(5)])
    with pytest.raises(NotGood, match="beyond the spell"):
        machine.sell_offline(compact(), [goods("oil", 1)])
    terminal(tmp_path, MIDNIGHT + timedelta(days=1)).sell_offline(compact(), [goods("oil", 1)])


@pytest.mark.parametrize(("hours", "sold"), [(72, True), (73, False)])
def test_a_spell_lasts_so_many_hours_after_the_last_upload(tmp_path: Path, hours: int, sold: bool) -> None:
    machine = terminal(tmp_path, MIDNIGHT)
    machine.identity.contact = (MIDNIGHT - timedelta(hours=hours)).isoformat()
    if sold:
        machine.sell_offline(compact(), [bread(5)])
        return
    with pytest.raises(NotGood, match="too long without the network"):
        machine.sell_offline(compact(), [bread(5)])


@pytest.mark.parametrize("hours", [-25, 72])
def test_without_a_configuration_that_holds_nothing_is_sold(tmp_path: Path, hours: int) -> None:
    with pytest.raises(NotGood, match="configuration over"):
        terminal(tmp_path, MIDNIGHT + timedelta(hours=hours)).sell_offline(compact(), [bread(5)])


def test_a_new_terminal_sells_nothing_before_it_has_fetched_both(tmp_path: Path) -> None:
    machine = terminal(tmp_path, MIDNIGHT)
    (tmp_path / "configuration.json").unlink()
    with pytest.raises(NotGood, match="configuration over"):
        machine.sell_offline(compact(), [bread(5)])


def test_a_credential_of_a_withdrawn_key_is_refused(tmp_path: Path) -> None:
    machine = terminal(tmp_path, MIDNIGHT)
    machine.store.save_hot_list(replace(machine.store.hot_list(), keys=("another",)))
    with pytest.raises(CredentialRefused):
        machine.sell_offline(compact(), [bread(5)])


def test_no_more_than_the_balance_last_heard_of_and_what_was_sold_since(tmp_path: Path) -> None:
    machine = terminal(tmp_path, MIDNIGHT)
    pots = [{"programme": "goods", "period": "2026-11-01", "unit": "piastre", "granted": 20000, "remaining": 5000}]
    answer: dict[str, Any] = {
        "redemption_id": "r", "card_id": CARD, "business_day": "2026-11-04", "lines": [{"programme": "goods"}],
        "occurred_at": "2026-11-04T10:00:00Z", "remaining": pots,
    }  # fmt: skip
    machine.store.record({"kind": "redemption", "answer": answer})
    with pytest.raises(NotGood, match="floor"):
        machine.sell_offline(compact(), [goods("oil", 2)])
    machine.sell_offline(compact(), [goods("oil", 1)])
    with pytest.raises(NotGood, match="floor"):
        terminal(tmp_path, MIDNIGHT + timedelta(days=1)).sell_offline(compact(), [goods("oil", 1)])


def test_what_was_taken_back_without_the_network_is_signed_once_and_may_be_sold_again(tmp_path: Path) -> None:
    machine = terminal(tmp_path, MIDNIGHT)
    sale = machine.sell_offline(compact(), [bread(15), goods("oil", 1)])
    with pytest.raises(NotItsSale):
        machine.reverse_offline("0193a1c2-0000-7000-8000-000000000009", "wrong")
    with pytest.raises(NotItsSale):
        machine.reverse_offline(sale["sale_id"], "wrong", [2])
    part = machine.reverse_offline(sale["sale_id"], "wrong", [0])
    assert (part["sequence"], part["reverses"], part["lines"]) == (2, sale["sale_id"], [0])
    with pytest.raises(AlreadySold):
        machine.sell_offline(compact(), [goods("oil", 1)])
    again = machine.sell_offline(compact(), [bread(15)])
    with pytest.raises(NotItsSale):
        machine.reverse_offline(sale["sale_id"], "wrong")
    whole = machine.reverse_offline(again["sale_id"], "wrong")
    assert "lines" not in whole
    machine.sell_offline(compact(), [bread(15)])
    reopened = terminal(tmp_path, MIDNIGHT)
    assert [item["sequence"] for item in reopened.journal.pending()] == [1, 2, 3, 4, 5]
    verify(reopened.journal.pending(), machine.key.public)
