"""Who is a patient on a day: those who left or died are none from that day on, in whatever order it is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.card import (
    CardClosed,
    CitizenRegistered,
    HouseholdChangedByMonth,
    HouseholdRestated,
    MemberJoined,
    MemberLeft,
    PersonDied,
)
from contracts.event import Event
from contracts.health import CoverageChanged
from contracts.household import (
    FormerMember,
    HealthMonths,
    HouseholdMember,
    HouseholdState,
    MemberRestated,
    MonthSizes,
)

from ..support import HEALTH, NOON, PORT_SAID, Family, Health, family_events

LEFT = date(2026, 11, 4)
EFFECTIVE = "2026-12"


def listed(family: Family, revision: int, *people: tuple[UUID, str], status: str = "active") -> HouseholdChangedByMonth:
    """A household with these members, from a revision on."""
    count = len(people)
    return HouseholdChangedByMonth(
        household_id=family.household_id,
        revision=revision,
        status=status,
        governorate=PORT_SAID,
        district="03.02",
        governorate_of_issue=PORT_SAID,
        legal_basis=None,
        members=[HouseholdMember(citizen_id=who, role=role, since=date(2020, 1, 1)) for who, role in people],
        effective_month=EFFECTIVE,
        sizes=[MonthSizes(month="2020-01", goods=count, bread=count, health=count)],
    )


def left(family: Family, who: UUID, reason: str = "divorce", on: date = LEFT) -> MemberLeft:
    return MemberLeft(
        household_id=family.household_id,
        citizen_id=who,
        left_on=on,
        effective_month=EFFECTIVE,
        reason=reason,
        change_id=new_id(),
    )


def died(family: Family, who: UUID, on: date = LEFT) -> PersonDied:
    return PersonDied(
        household_id=family.household_id,
        citizen_id=who,
        died_on=on,
        was_head=who == family.head_id,
        effective_month=EFFECTIVE,
        change_id=new_id(),
    )


async def patients(health: Health, family: Family, day: date) -> set[UUID]:
    rows = await health.fetch(
        "SELECT m.citizen_id FROM member m JOIN citizen p USING (citizen_id) WHERE m.household_id = $1"
        " AND (m.stays IS NULL OR m.stays @> $2::date) AND (p.died_on IS NULL OR p.died_on > $2::date)",
        family.household_id,
        day,
    )
    return {row["citizen_id"] for row in rows}


async def test_whoever_left_is_no_patient_from_that_day(health: Health) -> None:
    """Truth 2.12; a visit is judged by its own day, however late it is entered."""
    desk, family = await health.desk(), await health.family()
    child: dict[str, Any] = {"patient_id": str(family.child_id)}
    assert (await health.visit(desk, family, **child)).status_code == 201
    await health.deliver(left(family, family.child_id), listed(family, 2, (family.head_id, "head")))
    refused = await health.visit(desk, family, **child)
    assert (refused.status_code, refused.json()["code"]) == (404, "patient_unknown")
    before = datetime(2026, 11, 3, 12, tzinfo=UTC).isoformat()
    assert (await health.visit(desk, family, occurred_at=before, **child)).status_code == 201
    that_day = datetime(2026, 11, 4, 12, tzinfo=UTC).isoformat()
    assert (await health.visit(desk, family, occurred_at=that_day, **child)).json()["code"] == "patient_unknown"
    members = (await health.ask(desk, family))["members"]
    assert [member["citizen_id"] for member in members] == [str(family.head_id)]
    assert (await health.visit(desk, family)).status_code == 201, "the others stay"


async def test_the_dead_are_no_patients_not_even_in_an_emergency(health: Health) -> None:
    desk, family = await health.desk(), await health.family()
    heir = (family.child_id, "head")
    await health.deliver(left(family, family.head_id, "death"), died(family, family.head_id), listed(family, 2, heir))
    for emergency in (False, True):
        refused = await health.visit(desk, family, emergency=emergency)
        assert (refused.status_code, refused.json()["code"]) == (404, "patient_unknown")
    answer = await health.ask(desk, family)
    assert (answer["covered"], [reason["code"] for reason in answer["reasons"]]) == (False, ["patient_unknown"])
    await health.deliver(CardClosed(card_id=family.card_id, household_id=family.household_id, reason="death"))
    assert (await health.visit(desk, family)).json()["code"] == "card_closed"


async def test_whoever_joins_is_a_patient_from_that_day(health: Health) -> None:
    desk, family, newborn = await health.desk(), await health.family(), new_id()
    joined = MemberJoined(
        household_id=family.household_id,
        citizen_id=newborn,
        role="child",
        birth_year=2026,
        joined_on=LEFT,
        effective_month=EFFECTIVE,
        reason="newborn",
        change_id=new_id(),
    )
    people = ((family.head_id, "head"), (family.child_id, "child"), (newborn, "child"))
    await health.deliver(joined, listed(family, 2, *people))
    assert (await health.visit(desk, family, patient_id=str(newborn))).status_code == 201
    early = datetime(2026, 11, 3, 12, tzinfo=UTC).isoformat()
    refused = await health.visit(desk, family, patient_id=str(newborn), occurred_at=early)
    assert refused.json()["code"] == "patient_unknown"


async def test_a_household_that_has_ended_is_no_longer_covered(health: Health) -> None:
    family = await health.family()
    await health.deliver(
        left(family, family.head_id, "ended"), left(family, family.child_id, "ended"), listed(family, 2, status="ended")
    )
    told = [e.state for e in await health.told(CoverageChanged) if e.household_id == family.household_id]
    assert told == ["active", "ended"]


async def test_every_order_comes_to_the_same(health: Health) -> None:
    """Late, doubled, in any order: the same patients on every day."""

    def story(family: Family, newborn: UUID) -> list[Event]:
        place = {"household_id": family.household_id}
        return [
            CitizenRegistered(citizen_id=family.child_id, is_head=False, birth_year=2015, governorate="03", **place),
            MemberJoined(
                citizen_id=newborn, role="child", birth_year=2026, joined_on=date(2026, 11, 2),
                effective_month=EFFECTIVE, reason="newborn", change_id=new_id(), **place,
            ),
            listed(family, 3, (family.head_id, "head"), (newborn, "child")),
            left(family, family.child_id),
            listed(family, 2, (family.head_id, "head"), (family.child_id, "child"), (newborn, "child")),
        ]  # fmt: skip

    watched = [NOON.date() + timedelta(days=ahead) for ahead in (-30, -4, -3, -1, 0, 30)]
    found: list[list[set[str]]] = []
    orders = list(permutations(range(5)))[::7]
    for order in orders:
        family, newborn = Family(), new_id()
        names = {family.head_id: "head", family.child_id: "child", newborn: "newborn"}
        head = CitizenRegistered(
            citizen_id=family.head_id, household_id=family.household_id, is_head=True, birth_year=1958, governorate="03"
        )
        events = story(family, newborn)
        for number in order:
            await health.deliver(events[number])
        await health.deliver(head, *[events[number] for number in reversed(order)])
        found.append([{names[who] for who in await patients(health, family, day)} for day in watched])
    assert all(one == found[0] for one in found), [o for o, f in zip(orders, found, strict=True) if f != found[0]]
    assert found[0][-1] == {"head", "newborn"}
    assert found[0][0] == {"head", "child"}


async def test_a_new_copy_knows_the_members_of_now(health: Health) -> None:
    heard, fresh = await health.family(), Family()
    await health.deliver(left(heard, heard.child_id), listed(heard, 2, (heard.head_id, "head")))
    place: dict[str, Any] = {"restatement_id": new_id(), "governorate": PORT_SAID, "district": "03.02"}
    head = MemberRestated(citizen_id=fresh.head_id, is_head=True, birth_year=1958)
    again = HouseholdRestated(household_id=fresh.household_id, members=1, revision=2, citizens=[head], **place)
    await health.deliver(again)
    assert await patients(health, heard, NOON.date()) == {heard.head_id}
    assert await patients(health, fresh, NOON.date()) == {fresh.head_id}


@pytest.mark.parametrize("emergency", [False, True])
async def test_a_card_that_was_heard_of_before_its_household_opens_care(health: Health, emergency: bool) -> None:
    family, desk = Family(), await health.desk()
    await health.deliver(family_events(family, PORT_SAID, NOON, HEALTH)[3])
    assert (await health.visit(desk, family, emergency=emergency)).status_code == 201


def insured(family: Family, revision: int, basis: str | None, *months: HealthMonths) -> HouseholdChangedByMonth:
    """The household with its head's months of health insurance."""
    state = listed(family, revision, (family.head_id, "head"), (family.child_id, "child"))
    head, child = state.members
    return state.model_copy(
        update={"members": [head.model_copy(update={"health": list(months)}), child], "legal_basis": basis}
    )


async def test_a_member_who_does_not_count_for_health_is_not_covered(health: Health) -> None:
    desk, family = await health.desk(), await health.family()
    over = HealthMonths(first_month="2020-01", last_month="2026-10")
    await health.deliver(insured(family, 2, None, over))
    assert (await health.visit(desk, family)).json()["code"] == "patient_not_insured"
    assert (await health.visit(desk, family, emergency=True)).status_code == 201
    assert (await health.visit(desk, family, patient_id=str(family.child_id))).status_code == 201
    answer = await health.ask(desk, family)
    assert (answer["covered"], [reason["code"] for reason in answer["reasons"]]) == (False, ["patient_not_insured"])
    assert [member["insured"] for member in answer["members"]] == [False, True]
    october = datetime(2026, 10, 31, 12, tzinfo=UTC).isoformat()
    assert (await health.visit(desk, family, occurred_at=october)).json()["code"] == "cover_not_begun"
    await health.deliver(insured(family, 3, None, over, HealthMonths(first_month="2026-11")))
    assert (await health.visit(desk, family)).status_code == 201


async def test_families_unable_by_the_register_are_covered_without_doing_anything(health: Health) -> None:
    """Takaful and Karama: PM decree 4586 of 2023, automatic since 5 November 2025; truth 3.14 h."""
    family, desk = await health.family(services=()), await health.desk()
    months = HealthMonths(first_month="2026-02", last_month="2026-12")
    await health.deliver(insured(family, 2, "takaful", months))
    seen = (await health.admin("GET", f"/v1/coverage/{family.card_id}", "coverage:read")).json()
    assert (seen["enrolled_on"], seen["state"], seen["exempt"]) == ("2026-02-01", "active", True)
    assert (await health.ask(desk, family))["exemption"] == "unable"
    health.at(datetime(2027, 1, 5, 12, tzinfo=UTC))
    after = (await health.admin("GET", f"/v1/coverage/{family.card_id}", "coverage:read")).json()
    assert (after["exempt"], after["unpaid_from"], after["state"]) == (False, "2027-01-01", "active")
    other = await health.family(services=())
    await health.deliver(insured(other, 2, "employee", HealthMonths(first_month="2026-02")))
    refused = await health.admin("GET", f"/v1/coverage/{other.card_id}", "coverage:read")
    assert refused.json()["code"] == "household_not_enrolled"


async def test_what_is_told_again_says_who_has_left_and_died(health: Health) -> None:
    fresh = Family()
    state = listed(fresh, 5, (fresh.head_id, "head"))
    gone = FormerMember(citizen_id=fresh.child_id, left_on=LEFT, reason="death", died_on=LEFT)
    born = [one.model_copy(update={"birth_year": 1958}) for one in state.members]
    whole = HouseholdState(**state.model_dump(exclude={"members", "former"}), members=born, former=[gone])
    again = HouseholdRestated(
        restatement_id=new_id(), household_id=fresh.household_id, governorate=PORT_SAID, district="03.02", members=1,
        revision=5, citizens=[], state=whole,
    )  # fmt: skip
    await health.deliver(again)
    assert await patients(health, fresh, NOON.date()) == {fresh.head_id}
    assert await patients(health, fresh, LEFT - timedelta(days=1)) == {fresh.head_id, fresh.child_id}
    await health.deliver(again, listed(fresh, 4, (fresh.head_id, "head"), (fresh.child_id, "child")))
    assert await patients(health, fresh, NOON.date()) == {fresh.head_id}
