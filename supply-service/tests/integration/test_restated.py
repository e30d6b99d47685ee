"""A copy that was only told again is the one that heard all as it happened; telling it again voids nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.card import (
    CardBlocked,
    CardClosed,
    CardRestated,
    CardServiceEnabled,
    HouseholdRestated,
    ProgrammeService,
)
from contracts.household import HouseholdState

from ..support import PORT_SAID, Holder, Supply, bread, told

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def restated(card_id: UUID, household_id: UUID, state: str = "active", *, supply: bool = True) -> list[Any]:
    """A card and its household, told again."""
    place: dict[str, Any] = {
        "restatement_id": new_id(),
        "household_id": household_id,
        "governorate": PORT_SAID,
        "district": "03.02",
        "members": 3,
    }
    return [
        CardRestated(
            card_id=card_id,
            citizen_id=new_id(),
            state=state,
            services=[ProgrammeService.SUPPLY] if supply else [ProgrammeService.HEALTH],
            activated_at=AT,
            blocked_at=AT if state == "blocked" else None,
            replaced_by=None,
            **place,
        ),
        HouseholdRestated(
            revision=1,
            citizens=[],
            state=HouseholdState.model_validate(dict(told(household_id, {"2020-01": 3}))),
            **place,
        ),
    ]


async def kept(supply: Supply, household_id: UUID) -> list[Any]:
    """What is kept of a household and its card, without their ids."""
    found: list[Any] = []
    for statement in (
        "SELECT state, supply, activated_at, blocked_at, replaced_by FROM card WHERE household_id = $1",
        "SELECT governorate, district, members, revision, sizes_revision, issued_in, activated_on FROM household"
        " WHERE household_id = $1",
        "SELECT month, goods, bread FROM household_size WHERE household_id = $1",
    ):
        found.append([tuple(row) for row in await supply.fetch(statement, household_id)])
    return found


@pytest.mark.parametrize("state", ["active", "blocked", "closed"])
async def test_a_new_copy_is_like_one_that_heard_all(supply: Supply, state: str) -> None:
    heard, fresh = await supply.holder(), Holder(new_id(), new_id())
    card = {"card_id": heard.card_id, "household_id": heard.household_id, "reason": "lost"}
    if state == "blocked":
        await supply.deliver(CardBlocked(citizen_id=new_id(), blocked_at=AT, **card))
    if state == "closed":
        await supply.deliver(CardClosed(**card))
    again = restated(fresh.card_id, fresh.household_id, state)
    await supply.deliver(*again)
    assert await kept(supply, fresh.household_id) == await kept(supply, heard.household_id)
    (before,) = await supply.fetch("SELECT version FROM household WHERE household_id = $1", fresh.household_id)
    await supply.deliver(*again, *again[::-1])
    (after,) = await supply.fetch("SELECT version FROM household WHERE household_id = $1", fresh.household_id)
    assert before["version"] == after["version"], "no decision under way is void for nothing"


async def test_a_copy_told_again_sells(supply: Supply) -> None:
    till, fresh = await supply.till(), Holder(new_id(), new_id())
    assert (await supply.sell(till, fresh, bread(5))).status_code != 201
    await supply.deliver(*restated(fresh.card_id, fresh.household_id))
    assert (await supply.sell(till, fresh, bread(5))).status_code == 201


async def test_a_household_counts_from_the_day_it_did(supply: Supply) -> None:
    holder = await supply.holder(services=(ProgrammeService.HEALTH,))
    enabled = CardServiceEnabled(
        card_id=holder.card_id, household_id=holder.household_id, service=ProgrammeService.SUPPLY
    )
    await supply.deliver(enabled, at=datetime(2026, 11, 4, 8, 0, tzinfo=UTC))
    await supply.deliver(*restated(holder.card_id, holder.household_id))
    (row,) = await supply.fetch("SELECT activated_on FROM household WHERE household_id = $1", holder.household_id)
    assert row["activated_on"] == date(2026, 11, 4)
