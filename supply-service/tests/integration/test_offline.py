"""Sales without a network: signed, chained, uploaded in any order and any number of times."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.ids import new_id
from contracts.card import (
    CardBlocked,
    CardClosed,
    CardReplaced,
    CardServiceDisabled,
    CardServiceEnabled,
    CardUnblocked,
    ProgrammeService,
)
from contracts.event import Event
from contracts.gateway import TerminalEnrolled

from ..support import NOON, Holder, Supply, Till, bread, goods

Sale = dict[str, Any]


def canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


class Chain:
    """What a terminal does while it has no network."""

    def __init__(self, till: Till) -> None:
        self.till, self.head, self.sequence = till, "0" * 64, 0

    def sell(
        self, holder: Holder, *lines: dict[str, Any], at: datetime = NOON - timedelta(hours=1), **more: str
    ) -> Sale:
        self.sequence += 1
        sale: Sale = {
            "sequence": self.sequence,
            "previous_hash": self.head,
            "sale_id": str(new_id()),
            "card_id": str(holder.card_id),
            "credential": "",
            "lines": list(lines),
            "occurred_at": at.isoformat(),
            **more,
        }
        self.sign(sale)
        self.head = hashlib.sha256(canonical(sale)).hexdigest()
        return sale

    def sign(self, sale: Sale) -> None:
        sale.pop("signature", None)
        sale["signature"] = base64.urlsafe_b64encode(self.till.key.sign(canonical(sale))).decode().rstrip("=")


async def upload(supply: Supply, till: Till, sales: Sequence[Sale]) -> dict[str, Any]:
    reply = await supply.client.post("/v1/offline-batches", json={"sales": list(sales)}, headers=till.headers())
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def statuses(answer: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(result["status"], result["code"]) for result in answer["results"]]


async def test_sales_are_booked_once(supply: Supply) -> None:
    till = await supply.till()
    holders = [await supply.holder(members=2) for _ in range(5)]
    chain = Chain(till)
    sales = [chain.sell(holder, bread(20)) for holder in holders]
    answer = await upload(supply, till, sales)
    assert (answer["accepted"], answer["gap"]) == (5, None)
    assert statuses(answer) == [("applied", None)] * 5
    again = await upload(supply, till, sales)
    assert {r["status"] for r in again["results"]} == {"duplicate"}
    assert [r["redemption_id"] for r in again["results"]] == [r["redemption_id"] for r in answer["results"]]
    assert {r["first_status"] for r in again["results"]} == {"applied"}
    assert (await supply.left(holders[0], till))["bread"] == 280
    refused = await supply.sell(till, holders[0], bread(10))
    assert refused.json()["code"] == "day_already_drawn"


async def test_the_same_batch_twice_at_once(supply: Supply) -> None:
    till, holders = await supply.till(), [await supply.holder(members=2) for _ in range(8)]
    chain = Chain(till)
    sales = [chain.sell(holder, bread(10)) for holder in holders]
    answers = await asyncio.gather(*(upload(supply, till, sales) for _ in range(4)))
    counted = Counter(r["status"] for answer in answers for r in answer["results"])
    assert counted == {"applied": 8, "duplicate": 24}


async def test_what_was_had_twice_lowers_the_next_month(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=3)
    assert (await supply.sell(till, holder, bread(15))).status_code == 201
    answer = await upload(supply, till, [Chain(till).sell(holder, bread(15))])
    assert statuses(answer) == [("overdrawn", "day_already_drawn")]
    assert (await supply.left(holder, till))["bread"] == 435
    events = await supply.fetch("SELECT payload FROM outbox WHERE type LIKE '%OfflineConflictFound%' ORDER BY id")
    told = json.loads(events[-1]["payload"])
    assert told["overdrawn"] == [{"programme": "bread", "unit": "loaf", "remaining": -15, "period": "2026-12-01"}]
    supply.at(datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert (await supply.left(holder, till))["bread"] == 450
    assert (await supply.sell(till, holder, bread(15))).status_code == 201
    assert (await supply.left(holder, till))["bread"] == 435


async def test_goods_beyond_the_balance_are_in_dispute(supply: Supply) -> None:
    shop, holder = await supply.till("grocer"), await supply.holder(members=1)
    chain = Chain(shop)
    sales = [chain.sell(holder, goods("flour", 2)), chain.sell(holder, goods("oil", 1))]
    answer = await upload(supply, shop, sales)
    assert statuses(answer) == [("applied", None), ("disputed", "balance_exceeded")]
    assert (await supply.left(holder, shop))["goods"] == 5000 - 3600
    supply.at(datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert (await supply.left(holder, shop))["goods"] == 5000


async def test_forgeries_forks_breaks_and_gaps(supply: Supply) -> None:
    till, holders = await supply.till(), [await supply.holder(members=2) for _ in range(4)]
    chain = Chain(till)
    one, two, three, four = (chain.sell(holder, bread(10)) for holder in holders)
    forged = dict(two, lines=[bread(20)])
    assert statuses(await upload(supply, till, [one, forged])) == [("applied", None), ("rejected", "signature_invalid")]

    answer = await upload(supply, till, [four])
    assert (statuses(answer), answer["gap"]) == ([("applied", None)], [{"first": 2, "last": 3}])

    rolled_back = Chain(till)
    rolled_back.sequence, rolled_back.head = 1, one["previous_hash"]
    fork = rolled_back.sell(holders[1], bread(20))
    assert statuses(await upload(supply, till, [fork])) == [("rejected", "chain_broken")]

    answer = await upload(supply, till, [three, two])
    assert (statuses(answer), answer["gap"]) == ([("applied", None)] * 2, None)
    rolled_back.sequence, rolled_back.head = 1, hashlib.sha256(canonical(one)).hexdigest()
    fork = rolled_back.sell(holders[1], bread(20))
    assert statuses(await upload(supply, till, [fork])) == [("rejected", "chain_forked")]
    reused = dict(chain.sell(holders[0], bread(10)), sale_id=two["sale_id"])
    chain.sign(reused)
    assert statuses(await upload(supply, till, [reused])) == [("rejected", "sale_id_reused")]
    evidence = await supply.fetch("SELECT code FROM offline_fork WHERE terminal_id = $1", till.terminal_id)
    assert sorted(row["code"] for row in evidence) == ["chain_broken", "chain_forked", "sale_id_reused"]


@pytest.mark.parametrize(
    ("at", "code"),
    [(NOON + timedelta(days=1), "occurred_in_future"), (NOON - timedelta(days=30), "sale_too_old")],
)
async def test_sales_of_the_wrong_time(supply: Supply, at: datetime, code: str) -> None:
    till, holder = await supply.till(), await supply.holder(activated_at=NOON - timedelta(days=40))
    chain = Chain(till)
    answer = await upload(supply, till, [chain.sell(holder, bread(15), at=at), chain.sell(holder, bread(15))])
    assert statuses(answer) == [("rejected", code), ("applied", None)]
    assert answer["gap"] is None
    again = await upload(supply, till, [chain.sell(holder, bread(15), at=at)])
    assert again["results"][0]["code"] == code


async def test_a_card_blocked_before_the_sale(supply: Supply) -> None:
    till, before, after = await supply.till(), await supply.holder(), await supply.holder()
    for holder, hours in ((before, 2), (after, 0)):
        card = {"card_id": holder.card_id, "citizen_id": new_id(), "household_id": holder.household_id}
        blocked_at = NOON - timedelta(hours=hours)
        await supply.deliver(CardBlocked(**card, reason="lost", blocked_at=blocked_at))
    chain = Chain(till)
    answer = await upload(supply, till, [chain.sell(before, bread(15)), chain.sell(after, bread(15))])
    assert statuses(answer) == [("rejected", "card_blocked"), ("applied", None)]


@pytest.mark.parametrize("state", ["blocked", "disabled"])
async def test_a_card_is_judged_by_its_state_at_the_sales_own_moment(supply: Supply, state: str) -> None:
    """A state that is over has from and to; one that began after the sale does not reach it."""
    till, holder = await supply.till(), await supply.holder(members=8)
    card = {"card_id": holder.card_id, "household_id": holder.household_id}
    service = {**card, "service": ProgrammeService.SUPPLY}
    began, ended, again = (NOON - timedelta(hours=hours) for hours in (6, 4, 2))
    if state == "blocked":
        citizen = {**card, "citizen_id": new_id()}
        await supply.deliver(CardBlocked(**citizen, reason="lost", blocked_at=began), at=began)
        await supply.deliver(CardUnblocked(**citizen), at=ended)
        await supply.deliver(CardBlocked(**citizen, reason="lost", blocked_at=again), at=again)
    else:
        await supply.deliver(CardServiceDisabled(**service, reason="order"), at=began)
        await supply.deliver(CardServiceEnabled(**service), at=ended)
        await supply.deliver(CardServiceDisabled(**service, reason="order"), at=again)
    chain = Chain(till)
    sales = [chain.sell(holder, bread(1), at=NOON - timedelta(hours=hours)) for hours in (7, 5, 3, 1)]
    code = "card_blocked" if state == "blocked" else "supply_not_enabled"
    answer = await upload(supply, till, [sales[2], sales[0], sales[3], sales[1]])
    by_sequence = {result["sequence"]: result["code"] for result in answer["results"] if result["status"] == "rejected"}
    assert by_sequence == {2: code, 4: code}


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_card_closed_before_the_sale(supply: Supply, replaced: bool) -> None:
    till, holders = await supply.till(), [await supply.holder() for _ in range(2)]
    for holder, hours in zip(holders, (3, 1), strict=True):
        closed_at = NOON - timedelta(hours=hours)
        if replaced:
            event: Event = CardReplaced(
                old_card_id=holder.card_id,
                new_card_id=new_id(),
                citizen_id=new_id(),
                household_id=holder.household_id,
                governorate="03",
                services=[ProgrammeService.SUPPLY],
                replaced_at=closed_at,
            )
        else:
            event = CardClosed(card_id=holder.card_id, household_id=holder.household_id, reason="left_household")
        await supply.deliver(event, at=closed_at)
    chain, at = Chain(till), NOON - timedelta(hours=2)
    answer = await upload(supply, till, [chain.sell(holder, bread(5), at=at) for holder in holders])
    assert statuses(answer) == [("rejected", "card_closed"), ("applied", None)]


async def test_a_late_sale_of_last_month_takes_its_points_back(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1, activated_at=NOON)
    shop = await supply.till("grocer")
    sale = Chain(till).sell(holder, bread(10), at=NOON.replace(day=28))
    await supply.in_contact(till, NOON.replace(day=28))
    supply.at(datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert (await supply.sell(till, holder, bread(5))).status_code == 201
    assert (await supply.left(holder, shop))["bread_points"] == 26 * 5 * 10
    assert statuses(await upload(supply, till, [sale])) == [("applied", None)]
    assert (await supply.left(holder, shop))["bread_points"] == 24 * 5 * 10
    assert (await supply.left(holder, shop))["bread"] == 150


async def test_any_order_of_arrival_ends_in_the_same_books(supply: Supply) -> None:
    """Three terminals sold to the same two households; whichever comes first, nothing is lost and the sums agree.

    What they owe is their floor, the rest is in dispute.
    """
    rng = random.Random(7)
    ends = set()
    for order in itertools.permutations(range(3)):
        tills = [await supply.till() for _ in range(3)]
        holders = [await supply.holder(members=2) for _ in range(2)]
        batches = []
        for till in tills:
            chain = Chain(till)
            batches.append([chain.sell(holder, bread(quantity)) for holder in holders for quantity in (10, 20)])
        parts = [(tills[n], batches[n][:2]) for n in order] + [(tills[n], batches[n][1:]) for n in order]
        rng.shuffle(parts)
        counted: Counter[str] = Counter()
        for till, sales in parts:
            for result in (await upload(supply, till, sales))["results"]:
                counted[result["status"]] += 1
        assert counted["applied"] + counted["overdrawn"] + counted["disputed"] == 12
        rows = await supply.fetch(
            "SELECT p.granted - p.remaining + h.debt_bread + (SELECT coalesce(sum(loaves), 0) FROM dispute d"
            " WHERE d.household_id = h.household_id) AS had, h.debt_bread, p.drawn_days FROM pot p"
            " JOIN household h USING (household_id) WHERE programme = 'bread' AND household_id = ANY($1)",
            [holder.household_id for holder in holders],
        )
        assert [row["had"] for row in rows] == [90, 90]
        ends.add(tuple(sorted((row["debt_bread"], row["drawn_days"]) for row in rows)))
    assert len(ends) == 1


async def test_a_large_batch(supply: Supply) -> None:
    till, holders = await supply.till(), [await supply.holder(members=2) for _ in range(40)]
    chain = Chain(till)
    sales = [chain.sell(holder, bread(5), at=NOON - timedelta(days=d)) for d in range(3) for holder in holders]
    answer = await upload(supply, till, sales)
    assert answer["accepted"] == 120
    too_many = {"sales": sales * 9}
    reply = await supply.client.post("/v1/offline-batches", json=too_many, headers=till.headers())
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


async def replaced(supply: Supply, till: Till, at: datetime) -> Till:
    """The same terminal with a key of its own making, from a moment on."""
    anew = replace(till, key=Ed25519PrivateKey.generate())
    enrolled = TerminalEnrolled(
        terminal_id=till.terminal_id, outlet_id=till.outlet_id, key_id="k2", public_key=anew.public_key
    )
    await supply.deliver(enrolled, at=at)
    await supply.catch_up()
    return anew


async def test_a_replaced_key_holds_for_what_it_signed_and_the_new_one_has_a_chain_of_its_own(supply: Supply) -> None:
    till = await supply.till()
    holders = [await supply.holder(members=2) for _ in range(5)]
    old = Chain(till)
    sent, kept = old.sell(holders[0], bread(10)), old.sell(holders[1], bread(10))
    assert statuses(await upload(supply, till, [sent])) == [("applied", None)]
    anew = await replaced(supply, till, NOON - timedelta(minutes=30))
    new = Chain(anew)
    first, second = new.sell(holders[2], bread(10), at=NOON), new.sell(holders[3], bread(10), at=NOON)
    late = old.sell(holders[4], bread(10), at=NOON)
    answer = await upload(supply, anew, [first, kept])
    assert (statuses(answer), answer["gap"]) == ([("applied", None)] * 2, None)
    answer = await upload(supply, anew, [late, second])
    assert (statuses(answer), answer["gap"]) == ([("rejected", "key_replaced"), ("applied", None)], None)
    again = await upload(supply, anew, [sent, kept, first, second])
    assert {result["status"] for result in again["results"]} == {"duplicate"}
    # A fork of the old chain is found as one of the new chain is.
    forks = [{**kept, "sale_id": str(new_id())}, {**first, "sale_id": str(new_id())}]
    for chain, fork in zip((old, new), forks, strict=True):
        chain.sign(fork)
    assert statuses(await upload(supply, anew, forks)) == [("rejected", "chain_forked")] * 2


async def test_gaps_are_those_of_the_key_in_use(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=2)
    old = Chain(till)
    lost, kept = old.sell(holder, bread(10)), old.sell(await supply.holder(members=2), bread(10))
    assert (await upload(supply, till, [kept]))["gap"] == [{"first": 1, "last": 1}]
    anew = await replaced(supply, till, NOON - timedelta(minutes=30))
    new = Chain(anew)
    new.sell(await supply.holder(), bread(5), at=NOON)
    second = new.sell(await supply.holder(), bread(5), at=NOON)
    assert (await upload(supply, anew, [second]))["gap"] == [{"first": 1, "last": 1}]
    assert statuses(await upload(supply, anew, [lost])) == [("applied", None)]


async def test_a_key_replaced_while_an_earlier_version_ran_is_known_all_the_same(supply: Supply) -> None:
    till = await supply.till()
    anew = replace(till, key=Ed25519PrivateKey.generate())
    await supply.runtime.pool.execute(
        "WITH c AS (UPDATE change_counter SET version = version + 1 WHERE subject = 'terminals' RETURNING version)"
        " UPDATE terminal SET public_key = $1, changed = (SELECT version FROM c) WHERE terminal_id = $2",
        anew.public_key, till.terminal_id,
    )  # fmt: skip
    await supply.catch_up()
    old, new = Chain(till), Chain(anew)
    sales = [old.sell(await supply.holder(), bread(5)), new.sell(await supply.holder(), bread(5))]
    assert statuses(await upload(supply, anew, sales)) == [("applied", None)] * 2


async def test_missing_sales_are_followed_until_they_come(supply: Supply) -> None:
    till, other = await supply.till(), await supply.till()
    chain = Chain(till)
    sales = [chain.sell(await supply.holder(), bread(5)) for _ in range(6)]
    await upload(supply, till, [sales[2], sales[5]])
    path = "/v1/offline-gaps"
    listed = (await supply.client.get(path, headers=till.headers())).json()["items"]
    assert [(gap["first"], gap["last"], gap["followed_by"]) for gap in listed] == [(1, 2, None), (4, 5, None)]
    assert (await supply.client.get(path, headers=other.headers())).json()["items"] == []
    following = f"{path}/{listed[0]['gap_id']}/following"
    note = {"note": "the owner brings the terminal"}
    inspector = supply.issuer.person("disputes:write")
    assert (await supply.client.put(following, json=note, headers=inspector)).json()["note"] == note["note"]
    await upload(supply, till, [sales[1], sales[3]])
    anew = await replaced(supply, till, NOON - timedelta(minutes=30))
    await upload(supply, anew, [Chain(anew).sell(await supply.holder(), bread(5), at=NOON)])
    left = (await supply.client.get(path, headers=till.headers())).json()["items"]
    assert [(gap["key"], gap["first"], gap["last"]) for gap in left] == [(0, 1, 1), (0, 5, 5)]
    assert (left[0]["gap_id"], left[0]["note"]) == (listed[0]["gap_id"], note["note"])
    await upload(supply, anew, [sales[0], sales[4]])
    assert (await supply.client.get(path, headers=till.headers())).json()["items"] == []
    gone = await supply.client.put(following, json=note, headers=supply.issuer.person("disputes:write"))
    assert (gone.status_code, gone.json()["code"]) == (404, "gap_unknown")
