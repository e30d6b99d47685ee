"""What a terminal sells while it has no network: once a day in Cairo, at the prices it has printed."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devstack.terminal import receipt
from devstack.terminal.caller import Caller
from devstack.terminal.chain import verify
from devstack.terminal.configuration import Configuration
from devstack.terminal.credential import CredentialRefused
from devstack.terminal.device import AlreadySold, NotItsSale, Terminal, bread, goods
from devstack.terminal.hotlist import HotList
from devstack.terminal.keys import DeviceKey
from devstack.terminal.signed import NotGood
from devstack.terminal.store import HeldCredential, Identity, Store
from devstack.terminal.wire import Answer, Wire

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
            "household": {
                "days_per_draw": [[1, 3]], "loaves_per_day": None, "loaves_unproven": 100,
                "loaves_per_person": 5, "single_days_at_month_end": 3,
            },
        }
    ],
}  # fmt: skip


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def compact(more: Mapping[str, object] | None = None, kind: str = "unicard+jws") -> str:
    claims: dict[str, object] = {
        "card": CARD,
        "household": "h",
        "gov": "03",
        "exp": datetime(2027, 1, 1, tzinfo=UTC).timestamp(),
    }
    claims |= more or {}
    signed = f"{b64(orjson.dumps({'alg': 'EdDSA', 'kid': 'k', 'typ': kind}))}.{b64(orjson.dumps(claims))}"
    return f"{signed}.{b64(KEY.sign(signed.encode()))}"


def sized(bread_members: int, goods_members: int = 1, **more: object) -> str:
    """A credential of version 2, of November and December."""
    sizes = [{"month": "2026-11", "goods": goods_members, "bread": bread_members}]
    return compact({"v": 2, "services": ["supply"], "sizes": sizes, "last_month": "2026-12", **more})


def printed() -> str:
    """The code on the card."""
    return compact({"card": b64(UUID(CARD).bytes)}, "unicard-code+jws")


def terminal(folder: Path, at: datetime) -> Terminal:
    store = Store(folder)
    if not store.known():
        keys = {"k": b64(KEY.public_key().public_bytes_raw())}
        identity = Identity("t", DeviceKey.generate().secret(), "http://127.0.0.1:1", governorate="03", offline=True)
        identity.credential_keys = identity.printed_code_keys = keys
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


def test_a_sale_names_the_notices_its_receipt_is_printed_with(tmp_path: Path) -> None:
    machine = terminal(tmp_path, MIDNIGHT)
    days = {"from": "2026-11-06", "to": "2026-11-06", "ar": ["سطر", "آخر"], "en": ["a line", "another"]}
    notices = [{"notice": name, "programmes": [name], **days} for name in ("bread", "goods")]
    notices.append({"notice": "over", "programmes": ["bread"], **days, "to": "2026-11-05", "from": "2026-11-05"})
    machine.store.save_configuration(Configuration(CONTENT | {"notices": notices}))
    sale = machine.sell_offline(compact(), [bread(15)])
    assert sale["notices"] == ["bread"]
    verify([sale], machine.key.public)
    assert receipt.notices(machine.notices([bread(15)]))[1:] == ["سطر", "آخر"]
    assert machine.sell_offline(compact(), [goods("oil", 1)])["notices"] == ["goods"]
    assert [one["notice"] for one in machine.notices([bread(5), goods("oil", 1)])] == ["bread", "goods"]
    assert "notices" not in terminal(tmp_path / "other", MIDNIGHT).sell_offline(compact(), [bread(15)])


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


@pytest.mark.parametrize(
    ("given", "lines", "reason"),
    [
        (sized(2), [bread(30)], None),
        (sized(2), [bread(31)], "floor"),
        (sized(8), [bread(120)], None),
        (sized(0), [bread(1)], "floor"),
        (sized(2, 0), [goods("oil", 1)], "floor"),
        (sized(2, 1), [goods("oil", 1)], None),
        (sized(2, services=["health"]), [bread(5)], "not good for supply"),
        (sized(2, last_month="2026-10"), [bread(100)], None),
        (sized(2, last_month="2026-10"), [bread(101)], "floor"),
        (sized(2, v=3, more="unknown"), [bread(30)], None),
        (compact(), [bread(100)], None),
        (compact({"v": 2}), [bread(5)], "incomplete"),
    ],
    ids=[
        "three days of two", "one loaf more", "more than goes unproven", "nobody counts for bread", "nobody for goods",
        "goods", "not for supply", "of a month that is not said", "more than goes unproven then", "of a later version",
        "of version 1", "of version 2 without its members",
    ],
)  # fmt: skip
def test_a_sale_is_judged_by_size_and_services_of_the_credential(
    tmp_path: Path, given: str, lines: list[Any], reason: str | None
) -> None:
    machine = terminal(tmp_path, MIDNIGHT)
    if reason is None:
        assert machine.sell_offline(given, lines)["credential"] == given
        return
    with pytest.raises((NotGood, CredentialRefused), match=reason):
        machine.sell_offline(given, lines)
    assert machine.journal.pending() == []


@pytest.mark.parametrize(("day", "loaves"), [(27, 30), (28, 10)])
def test_the_last_days_of_a_month_are_sold_one_by_one(tmp_path: Path, day: int, loaves: int) -> None:
    at = datetime(2026, 11, day, 9, tzinfo=UTC)
    machine = terminal(tmp_path, at)
    late = int((at + timedelta(days=1)).timestamp())
    machine.store.save_configuration(Configuration({**CONTENT, "exp": late}))
    machine.store.save_hot_list(replace(machine.store.hot_list(), exp=late))
    with pytest.raises(NotGood, match="floor"):
        machine.sell_offline(sized(2), [bread(loaves + 1)])
    machine.sell_offline(sized(2), [bread(loaves)])


async def test_a_card_that_was_read_once_is_known_by_its_printed_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fetched once, asked for again on the next day only, and then only where it has changed."""
    asked: list[tuple[str, str, object]] = []
    held = sized(2)

    async def call(_: Caller, method: str, path: str, *, known: str = "", more: object = ()) -> Answer:
        asked.append((f"{method} {path}", known, more))
        if known == '"1"':
            return Answer(304, {"etag": '"1"'}, b"")
        return Answer(200, {"etag": '"1"'}, orjson.dumps({"card_id": CARD, "credential": held}))

    monkeypatch.setattr(Caller, "call", call)
    machine = terminal(tmp_path, MIDNIGHT)
    with pytest.raises(CredentialRefused, match="never fetched here"):
        machine.sell_offline(printed(), [bread(5)])
    await machine.learn(printed())
    assert asked == [], "without the network nothing is asked"
    machine.go(offline=False)
    for _ in range(2):
        await machine.learn(printed())
    await machine.learn(CARD)
    await machine.learn(held)
    await terminal(tmp_path, MIDNIGHT + timedelta(days=1)).learn(printed())
    path, sent = f"GET /v1/cards/{CARD}/credential", (("presented-card", printed()),)
    assert asked == [(path, "", sent), (path, '"1"', sent)]
    assert machine.store.credential(CARD) == HeldCredential(held, '"1"', "2026-11-07")
    assert terminal(tmp_path, MIDNIGHT).sell_offline(printed(), [bread(30)])["credential"] == held
    with pytest.raises(CredentialRefused):
        machine.sell_offline(CARD, [goods("oil", 1)])
    with pytest.raises(CredentialRefused):
        machine.sell_offline(f"{printed()[:-8]}AAAAAAAA", [goods("oil", 1)])
    machine.store.forget_documents()
    assert machine.store.credential(CARD) == HeldCredential()
