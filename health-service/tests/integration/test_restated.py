"""A copy that was only told again is the one that heard all as it happened; telling it again changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.ids import new_id
from contracts.card import CardBlocked, CardClosed, CardRestated, HouseholdChanged, HouseholdRestated, ProgrammeService
from contracts.health import CoverageChanged
from contracts.household import MemberRestated

from ..support import PORT_SAID, Family, Health

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def restated(family: Family, state: str) -> tuple[HouseholdRestated, CardRestated]:
    """Household and card of a family, told again."""
    place: dict[str, Any] = {
        "restatement_id": new_id(),
        "household_id": family.household_id,
        "governorate": PORT_SAID,
        "district": "03.02",
        "members": 2,
    }
    citizens = [
        MemberRestated(citizen_id=family.head_id, is_head=True, birth_year=1958),
        MemberRestated(citizen_id=family.child_id, is_head=False, birth_year=2015),
    ]
    return (
        HouseholdRestated(revision=1, citizens=citizens, **place),
        CardRestated(
            card_id=family.card_id,
            citizen_id=family.head_id,
            state=state,
            services=[ProgrammeService.HEALTH],
            activated_at=AT,
            blocked_at=AT if state == "blocked" else None,
            replaced_by=None,
            **place,
        ),
    )


async def kept(health: Health, family: Family) -> list[Any]:
    """What is kept of a family, without its ids."""
    found: list[Any] = []
    for statement in (
        "SELECT state, blocked, health, replaced_by FROM card WHERE household_id = $1",
        "SELECT governorate, members, revision FROM household WHERE household_id = $1",
        "SELECT is_head, birth_year FROM citizen WHERE household_id = $1 ORDER BY birth_year",
        "SELECT enrolled_on, state, since, exempt FROM coverage WHERE household_id = $1",
    ):
        found.append([tuple(row) for row in await health.fetch(statement, family.household_id)])
    return found


@pytest.mark.parametrize("state", ["active", "blocked", "closed"])
async def test_a_new_copy_is_like_one_that_heard_all(health: Health, state: str) -> None:
    heard, fresh = await health.family(), Family()
    card = {"card_id": heard.card_id, "household_id": heard.household_id, "reason": "lost"}
    if state == "blocked":
        await health.deliver(CardBlocked(citizen_id=heard.head_id, blocked_at=AT, **card))
    if state == "closed":
        await health.deliver(CardClosed(**card))
    told = restated(fresh, state)
    await health.deliver(*told)
    assert await kept(health, fresh) == await kept(health, heard)
    news = len(await health.told(CoverageChanged))
    await health.deliver(*restated(heard, state), *told[::-1])
    assert await kept(health, fresh) == await kept(health, heard)
    assert len(await health.told(CoverageChanged)) == news, "nothing has happened"


async def test_an_older_revision_changes_nothing(health: Health) -> None:
    family = await health.family()
    place = {"household_id": family.household_id, "district": "03.02", "members": 5}
    await health.deliver(HouseholdChanged(governorate="35", revision=4, **place))
    await health.deliver(restated(family, "active")[0])
    (row,) = await health.fetch(
        "SELECT governorate, members FROM household WHERE household_id = $1", family.household_id
    )
    assert tuple(row) == ("35", 5)
