"""A terminal's signed configuration: what it says, that sales are judged by it, and what an unchanged one costs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from ..support import NOON, Supply, Till, bread
from .test_offline import Chain, statuses, upload

CAIRO = ZoneInfo("Africa/Cairo")
PATH = "/v1/terminal-configuration"


async def configuration(supply: Supply, till: Till) -> dict[str, Any]:
    reply = await supply.client.get(PATH, headers=till.headers())
    assert reply.status_code == 200, reply.text
    keys = KeySet.import_key_set((await supply.client.get(f"{PATH}-keys")).json())
    opened = jws.deserialize_compact(reply.json()["configuration"], keys, algorithms=["EdDSA"])
    assert opened.headers()["typ"] == "unicard-terminal-configuration+jws"
    found: dict[str, Any] = orjson.loads(opened.payload)
    return found


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=CAIRO).timestamp())


async def test_it_says_whose_it_is_and_how_long_it_holds(supply: Supply) -> None:
    till = await supply.till()
    said = await configuration(supply, till)
    today = NOON.astimezone(CAIRO).date()
    assert (said["terminal"], said["outlet"], said["kind"]) == (str(till.terminal_id), str(till.outlet_id), "bakery")
    assert (said["at"], said["exp"]) == (midnight(today), midnight(today + timedelta(days=4)))
    assert [terms["from"] for terms in said["terms"]] == [str(today)], "what does not change is said once"


@pytest.mark.parametrize(("kind", "sells"), [("bakery", "bread"), ("grocer", "goods")])
async def test_it_says_what_the_rows_say(supply: Supply, kind: str, sells: str) -> None:
    [terms] = (await configuration(supply, await supply.till(kind)))["terms"]
    then = supply.runtime.state.snapshot.figures.on(supply.runtime.clock.today())
    listed = (
        await supply.client.get(f"/v1/catalogue?on={terms['from']}", headers=(await supply.till()).headers())
    ).json()
    assert sells in terms["programmes"]
    assert terms["price_list"] == listed["price_list"]
    assert terms["spell"] == {"sales": then.spell_sales, "amount": then.spell_amount, "hours": then.spell_hours}
    assert terms["household"]["loaves_per_person"] == then.loaves_per_person
    assert [tuple(step) for step in terms["household"]["days_per_draw"]] == list(
        zip(then.days_per_draw.starts, then.days_per_draw.figures, strict=True)
    )
    assert (terms["upload_days"], terms["clock_skew_seconds"]) == (then.offline_days, then.clock_skew_seconds)


@pytest.mark.parametrize(
    ("key", "value", "code"), [("spell_sales", 2, "spell_sales"), ("spell_amount", 250, "spell_amount")]
)
async def test_sales_are_judged_by_the_rows_that_were_signed(
    supply: Supply, monkeypatch: pytest.MonkeyPatch, key: str, value: int, code: str
) -> None:
    till = await supply.till()
    today = supply.runtime.state.snapshot.figures.on(supply.runtime.clock.today())
    monkeypatch.setitem(today.__dict__, key, value)
    spell = (await configuration(supply, till))["terms"][0]["spell"]
    chain, sold = Chain(till), 0
    within: list[bool] = []
    for _ in range(3):
        sold += 100  # five loaves
        within.append(len(within) < spell["sales"] and sold <= spell["amount"])
        if not within[-1]:
            sold -= 100
    answer = await upload(supply, till, [chain.sell(await supply.holder(members=1), bread(5)) for _ in range(3)])
    assert statuses(answer) == [("applied", None) if fits else ("disputed", code) for fits in within]
    assert within == [True, True, False]


async def test_terms_of_a_day_to_come_are_said_ahead(supply: Supply, monkeypatch: pytest.MonkeyPatch) -> None:
    till, today = await supply.till(), supply.runtime.clock.today()
    later = supply.runtime.state.snapshot.figures.on(today + timedelta(days=2))
    monkeypatch.setitem(later.__dict__, "spell_sales", 7)
    said = await configuration(supply, till)
    assert [(terms["from"], terms["spell"]["sales"] == 7) for terms in said["terms"]] == [
        (str(today), False), (str(today + timedelta(days=2)), True), (str(today + timedelta(days=3)), False),
    ]  # fmt: skip


async def test_an_unchanged_one_costs_nothing(supply: Supply, monkeypatch: pytest.MonkeyPatch) -> None:
    till, other = await supply.till(), await supply.till()
    first = await supply.client.get(PATH, headers=till.headers())
    known = till.headers() | {"If-None-Match": first.headers["etag"]}
    again = await supply.client.get(PATH, headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    elsewhere = await supply.client.get(PATH, headers=other.headers() | {"If-None-Match": first.headers["etag"]})
    assert elsewhere.status_code == 200, "each terminal has its own"
    today = supply.runtime.state.snapshot.figures.on(supply.runtime.clock.today())
    monkeypatch.setitem(today.__dict__, "spell_sales", today.spell_sales + 1)
    assert (await supply.client.get(PATH, headers=known)).status_code == 200
    monkeypatch.undo()
    supply.at(NOON + timedelta(days=1))
    assert (await supply.client.get(PATH, headers=known)).status_code == 200, "a new day, a longer life"


async def test_only_terminals_have_one(supply: Supply) -> None:
    reply = await supply.admin("GET", PATH, "redemptions:create")
    assert (reply.status_code, reply.json()["code"]) == (403, "caller_kind_refused")
