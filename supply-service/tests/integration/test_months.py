"""What the register tells, as it reaches pots that are open: through the consumer and the counter."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from chassis.ids import new_id
from contracts.card import CardActivated, PersonDied, ProgrammeService
from contracts.household import FormerMember
from contracts.supply import DrawnAfterDeath, PotCorrected, PotGranted

from ..support import NOON, Holder, Supply, bread, goods, told

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


async def pots(supply: Supply, holder: Holder) -> dict[tuple[str, date], tuple[int, int]]:
    """What was granted and is left, by programme and month."""
    rows = await supply.fetch("SELECT * FROM pot WHERE household_id = $1", holder.household_id)
    return {(row["programme"], row["period"]): (row["granted"], row["remaining"]) for row in rows}


async def of(supply: Supply, holder: Holder, kind: Any) -> list[Any]:
    """Events of a type that tell of a household."""
    events = [kind.model_validate_json(payload) for _, payload in await supply.events(kind)]
    return [event for event in events if event.household_id == holder.household_id]


async def test_bread_only_members_get_no_goods(supply: Supply) -> None:
    """2.1: five members, two of them for bread only."""
    till, holder = await supply.till(), await supply.holder(5)
    await supply.deliver(told(holder.household_id, {"2020-01": (3, 5)}, revision=2))
    assert await supply.left(holder, till) == {"bread": 750, "goods": 15000, "bread_points": 0}
    assert (await supply.sell(till, holder, bread(25))).status_code == 201
    assert (await pots(supply, holder))[("goods", NOVEMBER)] == (15000, 15000)


async def test_sizes_heard_after_the_month_was_opened(supply: Supply) -> None:
    bakery, shop, holder = await supply.till(), await supply.till("grocer"), await supply.holder(3)
    assert (await supply.sell(bakery, holder, bread(15))).status_code == 201
    assert (await supply.sell(shop, holder, goods("salt_300g", 60))).status_code == 201
    newer, older = told(holder.household_id, {"2020-01": 1}, revision=3), told(
        holder.household_id, {"2020-01": 4}, revision=2
    )  # fmt: skip
    await supply.deliver(newer, older, newer)
    found = await pots(supply, holder)
    assert found[("goods", NOVEMBER)] == (7500, 0), "never below what was drawn"
    assert found[("bread", NOVEMBER)] == (150, 135)
    corrected = await of(supply, holder, PotCorrected)
    assert {(e.programme, e.kind, e.quantity, e.granted) for e in corrected} == {
        ("goods", "lowered", 7500, 7500),
        ("bread", "lowered", 300, 150),
    }
    await supply.audit()


async def test_told_before_or_after_the_card_it_is_the_same(supply: Supply) -> None:
    """Late or doubled, in any order."""
    till = await supply.till()
    found = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2, 1), (1, 2, 0, 0)):
        holder = Holder(new_id(), new_id())
        place = {"governorate": "03", "district": "03.02", "members": 5}
        events = [
            told(holder.household_id, {"2020-01": 5}, revision=1),
            CardActivated(
                card_id=holder.card_id, citizen_id=new_id(), household_id=holder.household_id, phase_id=None,
                services=[ProgrammeService.SUPPLY], activated_at=datetime(2026, 11, 1, 8, tzinfo=UTC), **place,
            ),
            told(holder.household_id, {"2020-01": (3, 5), "2026-12": (4, 6)}, revision=2),
        ]  # fmt: skip
        for number in order:
            await supply.deliver(events[number])
            await supply.sell(till, holder, bread(25))
        found.append(await pots(supply, holder))
    assert found == [found[0]] * 4
    assert found[0][("goods", NOVEMBER)] == (15000, 15000)


async def test_a_reinstatement_is_paid_back_into_the_month_that_is_open(supply: Supply) -> None:
    """3.16: excluded from October on, reinstated in November. Nobody has drawn since September."""
    shop = await supply.till("grocer")
    holder = await supply.holder(4, activated_at=datetime(2026, 9, 1, 8, tzinfo=UTC))
    supply.at(datetime(2026, 9, 20, 10, tzinfo=UTC))
    await supply.deliver(told(holder.household_id, {"2020-01": 4, "2026-10": (0, 4)}, revision=2))
    supply.at(NOON)
    await supply.deliver(told(holder.household_id, {"2020-01": 4}, revision=3))
    found = await pots(supply, holder)
    assert [found[("goods", month)][0] for month in (OCTOBER, NOVEMBER)] == [0, 40000]
    assert (await supply.left(holder, shop))["goods"] == 40000
    assert {(e.kind, e.quantity, e.of_month) for e in await of(supply, holder, PotCorrected)} == {
        ("paid_back", 20000, OCTOBER),
        ("raised", 20000, NOVEMBER),
    }
    assert len(await of(supply, holder, PotGranted)) == 9
    assert (await supply.sell(shop, holder, goods("salt_300g", 100))).status_code == 201
    await supply.audit()


async def test_a_death_ends_sales_at_once_and_what_was_drawn_since_is_a_claim(supply: Supply) -> None:
    """A death of 7 September, decided on 5 November: October was drawn for three. Nothing is taken for it."""
    shop, bakery = await supply.till("grocer"), await supply.till()
    supply.at(datetime(2026, 10, 1, 10, tzinfo=UTC))
    holder, dead = await supply.holder(3, activated_at=datetime(2026, 9, 1, 8, tzinfo=UTC)), new_id()
    for _ in range(2):
        assert (await supply.sell(shop, holder, goods("salt_300g", 60))).status_code == 201
    assert (await supply.sell(bakery, holder, bread(15))).status_code == 201
    supply.at(datetime(2026, 11, 5, 10, tzinfo=UTC))
    change = {"household_id": holder.household_id, "citizen_id": dead, "change_id": new_id()}
    died = PersonDied(died_on=date(2026, 9, 7), was_head=False, effective_month="2026-12", **change)
    left = FormerMember(citizen_id=dead, left_on=died.died_on, reason="death", died_on=died.died_on)
    state = told(holder.household_id, {"2020-01": 3, "2026-12": 2}, revision=2, former=[left])
    before = await pots(supply, holder)
    await supply.deliver(died, state, died, state)
    claims = await of(supply, holder, DrawnAfterDeath)
    assert [(d.programme, d.period, d.quantity) for d in claims[0].amounts] == [("goods", OCTOBER, 5000)]
    assert len(claims) == 1
    assert await pots(supply, holder) == before
    owed = await supply.fetch("SELECT debt_goods FROM household WHERE household_id = $1", holder.household_id)
    assert owed[0]["debt_goods"] == 0
    await supply.audit()


async def test_the_card_of_the_dead_sells_nothing_and_the_pots_stay(supply: Supply) -> None:
    """3.2: the head dies on 7 November; the heir's card draws what November had."""
    till, holder, heir = await supply.till(), await supply.holder(3), new_id()
    assert (await supply.sell(till, holder, bread(15))).status_code == 201
    (row,) = await supply.fetch("SELECT citizen_id FROM card WHERE card_id = $1", holder.card_id)
    await supply.deliver(
        PersonDied(
            household_id=holder.household_id, citizen_id=row["citizen_id"], died_on=date(2026, 11, 5), was_head=True,
            effective_month="2026-12", change_id=new_id(),
        )
    )  # fmt: skip
    supply.at(datetime(2026, 11, 6, 10, tzinfo=UTC))
    refused = await supply.sell(till, holder, bread(15))
    assert (refused.status_code, refused.json()["code"]) == (409, "card_closed")
    place = {"governorate": "03", "district": "03.02", "members": 3}
    other = Holder(new_id(), holder.household_id)
    await supply.deliver(
        CardActivated(
            card_id=other.card_id, citizen_id=heir, household_id=holder.household_id, phase_id=None,
            services=[ProgrammeService.SUPPLY], activated_at=datetime(2026, 11, 6, 8, tzinfo=UTC), **place,
        )
    )  # fmt: skip
    assert (await supply.sell(till, other, bread(15))).status_code == 201
    assert (await pots(supply, holder))[("bread", NOVEMBER)] == (450, 420)


async def test_a_card_draws_in_its_governorate_of_issue(supply: Supply) -> None:
    """3.13: the household has moved to Alexandria, its card was not transferred."""
    home, new_place, holder = await supply.till(), await supply.till(governorate="02"), await supply.holder(3)
    moved = told(holder.household_id, {"2020-01": 3}, revision=2, governorate="02", issued_in="03")
    await supply.deliver(moved)
    assert (await supply.sell(new_place, holder, bread(15))).json()["code"] == "outside_governorate"
    assert (await supply.sell(home, holder, bread(15))).status_code == 201
