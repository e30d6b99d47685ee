"""What happens to households: births, deaths, splits, mergers, moves, exclusions; their months, events and refusals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from card_service.registry.changes import errors
from card_service.registry.changes.decided import Decided
from card_service.registry.changes.end import apply_end
from card_service.registry.changes.head import apply_head_change
from card_service.registry.changes.join import apply_join
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.changes.leave import apply_leave
from card_service.registry.changes.merge import apply_merge
from card_service.registry.changes.move import apply_move
from card_service.registry.changes.programmes import apply_exclusion, apply_inclusion, apply_reinstatement
from card_service.registry.changes.split import apply_split
from card_service.registry.intake import Residence
from card_service.registry.months import Programme, next_month
from chassis.clock import business_day, month_start
from chassis.refusals import Refusal

from ..change_requests import Counter, person

if TYPE_CHECKING:
    from ..conftest import Office

READ, WRITE = "citizens:read", "citizens:write"


@dataclass
class Home:
    """A household as the tests change it."""

    office: Office
    household_id: UUID
    people: list[UUID]
    bodies: list[dict[str, Any]]

    @property
    def today(self) -> date:
        return business_day(self.office.runtime.clock.now())

    @property
    def months(self) -> tuple[date, date]:
        """This month and the next."""
        return month_start(self.today), next_month(self.today)

    def decided(self, **changed: Any) -> Decided:
        """Decided now about today."""
        return Decided(
            **({"fact_on": self.today, "decided_at": self.office.runtime.clock.now()} | changed),
            decided_by="person:somebody",
            evidence="archive:1",
        )

    async def do(self, apply: Callable[..., Awaitable[Any]], *arguments: Any, **options: Any) -> Any:
        """Carry out a change in a transaction of its own."""
        async with self.office.runtime.sessions() as session, session.begin():
            return await apply(session, self.office.runtime.state.dependencies, *arguments, **options)

    async def refused(self, refusal: type[Refusal], apply: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
        with pytest.raises(refusal):
            await self.do(apply, *arguments)

    async def sizes(self, month: date, household_id: UUID | None = None) -> tuple[int, int, int]:
        """Goods, bread, health of a month as the API says."""
        found = await self.month(month, household_id)
        return found["goods"], found["bread"], found["health"]

    async def month(self, month: date, household_id: UUID | None = None) -> dict[str, Any]:
        path = f"/v1/households/{household_id or self.household_id}/months/{month:%Y-%m}"
        found: dict[str, Any] = await self.office.call("GET", path, READ)
        return found

    async def told(self, name: str, household_id: UUID | None = None, version: int = 1) -> list[dict[str, Any]]:
        return await self.office.events(name, str(household_id or self.household_id), version)

    @property
    def close(self) -> Any:
        return self.office.runtime.state.close_cards


async def home(office: Office, *roles: str) -> Home:
    made, bodies = await office.household(*roles)
    return Home(office, UUID(made["household_id"]), [UUID(one["citizen_id"]) for one in made["members"]], bodies)


async def test_a_new_household_is_told_by_month(office: Office) -> None:
    one = await home(office, "spouse")
    (told,) = await one.told("HouseholdChanged", version=2)
    this, _ = one.months
    assert told["sizes"] == [{"month": f"{this:%Y-%m}", "goods": 2, "bread": 2, "health": 2}]
    assert {member["citizen_id"] for member in told["members"]} == set(map(str, one.people))
    assert (told["status"], told["governorate_of_issue"], told["revision"]) == ("active", "03", 1)


async def test_who_left_may_join_another_household_and_counts_once_a_month(office: Office) -> None:
    one, other = await home(office, "spouse", "child"), await home(office)
    child = one.people[2]
    await one.do(apply_leave, ChangeKind.REMOVED, one.decided(), one.household_id, child, one.close)
    await one.do(apply_join, ChangeKind.MARRIAGE, one.decided(), other.household_id, child, "spouse")
    this, following = one.months
    assert [(await one.sizes(m))[0] for m in (this, following)] == [3, 2]
    assert [(await other.sizes(m))[0] for m in (this, following)] == [1, 2]
    (joined,) = await other.told("MemberJoined")
    assert (joined["role"], joined["reason"], joined["effective_month"]) == ("spouse", "marriage", f"{following:%Y-%m}")
    again = (ChangeKind.MARRIAGE, one.decided(), one.household_id, child, "child")
    await one.refused(errors.InAHousehold, apply_join, *again)


async def test_a_head_dies_and_another_follows(office: Office) -> None:
    one = await home(office, "spouse", "child")
    head, spouse, _ = one.people
    terms = (ChangeKind.DEATH, one.decided(), one.household_id, head, one.close)
    await one.refused(errors.HeadNeeded, apply_leave, *terms)
    await one.do(apply_leave, *terms, new_head=spouse)
    this, following = one.months
    assert [await one.sizes(month) for month in (this, following)] == [(3, 3, 3), (2, 2, 2)]
    (died,) = await one.told("PersonDied")
    assert (died["citizen_id"], died["was_head"]) == (str(head), True)
    (changed,) = await one.told("HeadChanged")
    assert (changed["citizen_id"], changed["former_head"]) == (str(spouse), str(head))
    (left,) = await one.told("MemberLeft")
    assert (left["reason"], left["effective_month"]) == ("death", f"{following:%Y-%m}")
    assert (await office.events("ContactChanged", str(head), 2))[-1]["mobile"] is None
    members = (await office.call("GET", f"/v1/households/{one.household_id}", READ))["members"]
    assert (members[0]["citizen_id"], members[0]["role"]) == (str(spouse), "head")
    body = {"governorate": "03", "district": "03.02", "members": [one.bodies[0]]}
    refused = await office.call("POST", "/v1/households", WRITE, json=body, expect=422)
    assert "deceased" in {rejection["code"] for rejection in refused["rejections"]}


async def test_the_last_one_who_leaves_ends_the_household(office: Office) -> None:
    one = await home(office)
    await one.do(apply_leave, ChangeKind.DEATH, one.decided(), one.household_id, one.people[0], one.close)
    told = (await one.told("HouseholdChanged", version=2))[-1]
    assert (told["status"], told["members"]) == ("ended", [])
    assert told["sizes"][-1]["bread"] == 0
    refused = await Counter(office).enter(
        "admission", one.household_id, person=person(office), role="other", expect=409
    )
    assert refused["code"] == "household_ended"


async def test_a_split_household_has_its_first_month_next_month(office: Office) -> None:
    one = await home(office, "spouse", "child", "child")
    _, spouse, child, _ = one.people
    decided = one.decided()
    terms = (decided, one.household_id)
    await one.refused(errors.HeadNeeded, apply_split, *terms, {spouse: "spouse"}, one.close)
    await one.refused(
        errors.NobodyStays, apply_split, *terms, dict.fromkeys(one.people, "child") | {spouse: "head"}, one.close
    )
    _, founded = await one.do(apply_split, *terms, {spouse: "head", child: "child"}, one.close)
    this, following = one.months
    assert [await one.sizes(month) for month in (this, following)] == [(4, 4, 4), (2, 2, 2)]
    assert [await one.sizes(month, founded) for month in (this, following)] == [(0, 0, 0), (2, 2, 2)]
    told = (await one.told("HouseholdChanged", founded, 2))[-1]
    assert [size["month"] for size in told["sizes"]] == [f"{following:%Y-%m}"]
    contact = (await office.events("ContactChanged", str(spouse), 2))[-1]
    assert (contact["household_id"], contact["mobile"]) == (str(founded), "+2" + one.bodies[1]["mobile"])


async def test_merged_households_are_one_from_the_next_month_on(office: Office) -> None:
    one, other = await home(office, "spouse"), await home(office)
    await one.do(apply_merge, one.decided(), one.household_id, other.household_id, one.close)
    this, following = one.months
    assert [(await one.sizes(m))[1] for m in (this, following)] == [2, 0]
    assert [(await other.sizes(m))[1] for m in (this, following)] == [1, 3]
    again = (one.decided(), one.household_id, other.household_id, one.close)
    await one.refused(errors.HouseholdEnded, apply_merge, *again)
    await one.refused(
        errors.SameHousehold, apply_merge, one.decided(), other.household_id, other.household_id, one.close
    )


async def test_the_head_changes_and_nobody_counts_otherwise(office: Office) -> None:
    one = await home(office, "spouse")
    head, spouse = one.people
    await one.do(apply_head_change, one.decided(), one.household_id, spouse, "spouse")
    this, following = one.months
    assert [await one.sizes(month) for month in (this, following)] == [(2, 2, 2), (2, 2, 2)]
    members = (await office.call("GET", f"/v1/households/{one.household_id}", READ))["members"]
    assert {member["citizen_id"]: member["role"] for member in members} == {str(spouse): "head", str(head): "spouse"}
    await one.refused(errors.AlreadyHead, apply_head_change, one.decided(), one.household_id, spouse, "spouse")


async def test_who_moves_keeps_the_governorate_of_issue_until_a_transfer(office: Office) -> None:
    one = await home(office, "spouse")
    await one.do(apply_move, one.decided(), one.household_id, Residence("02", "Sidi Gaber", ""))
    told = (await one.told("HouseholdChanged", version=2))[-1]
    assert (told["governorate"], told["governorate_of_issue"]) == ("02", "03")
    await one.do(apply_move, one.decided(), one.household_id, Residence("02", "Sidi Gaber", ""), transferred=True)
    moves = await one.told("HouseholdMoved")
    assert [(move["transferred"], move["governorate_of_issue"]) for move in moves] == [(False, "03"), (True, "02")]
    assert (await office.events("ContactChanged", str(one.people[0]), 2))[-1]["governorate"] == "02"


async def test_an_exclusion_keeps_bread_and_is_paid_back_when_it_falls(office: Office) -> None:
    """Four members excluded for income: goods 0, bread for four; the appeal is won."""
    one = await home(office, "spouse", "child", "child")
    change = await one.do(apply_exclusion, one.decided(), one.household_id, one.people, Programme.GOODS, "income")
    this, following = one.months
    assert [await one.sizes(month) for month in (this, following)] == [(4, 4, 4), (0, 4, 4)]
    out = [member for member in (await one.month(following))["members"] if not member["counts"]]
    assert {(member["programme"], member["reason"]) for member in out} == {("goods", "income")}
    nothing = (one.decided(), one.household_id, one.household_id)
    await one.refused(errors.NothingToReinstate, apply_reinstatement, *nothing)
    await one.do(apply_reinstatement, one.decided(), one.household_id, change.change_id)
    assert await one.sizes(following) == (4, 4, 4)
    decisions = await one.told("EntitlementDecided")
    assert [(d["counts"], d["paid_back"]) for d in decisions] == [(False, False)] * 4 + [(True, True)] * 4
    spouse = one.people[1]
    await one.do(apply_exclusion, one.decided(), one.household_id, [spouse], Programme.BREAD, "abroad")
    await one.do(apply_inclusion, one.decided(), one.household_id, [spouse], Programme.BREAD, "abroad")
    assert await one.sizes(following) == (4, 4, 4)


async def test_a_household_ends(office: Office) -> None:
    one = await home(office, "spouse")
    await one.do(apply_end, one.decided(reason="abroad"), one.household_id, one.close)
    this, following = one.months
    assert [(await one.sizes(m))[0] for m in (this, following)] == [2, 0]
    assert [left["reason"] for left in await one.told("MemberLeft")] == ["ended", "ended"]
    await one.refused(errors.HouseholdEnded, apply_end, one.decided(), one.household_id, one.close)


async def test_days_and_months_that_cannot_be_are_refused(office: Office) -> None:
    one = await home(office, "spouse")
    _, spouse = one.people
    day = timedelta(days=1)

    def removal(decided: Decided) -> tuple[Any, ...]:
        return ChangeKind.REMOVED, decided, one.household_id, spouse, one.close

    await one.refused(errors.FactInFuture, apply_leave, *removal(one.decided(fact_on=one.today + day)))
    await one.refused(errors.FactTooEarly, apply_leave, *removal(one.decided(fact_on=one.today - day)))
    this, following = one.months
    for month in (this, following + day):
        await one.refused(errors.EffectiveMonthInvalid, apply_leave, *removal(one.decided(effective_month=month)))
    await one.refused(
        errors.NotInHousehold,
        apply_leave,
        ChangeKind.REMOVED,
        one.decided(),
        one.household_id,
        one.household_id,
        one.close,
    )
    assert (await one.sizes(following)) == (2, 2, 2)
    for wrong in ("2026-13", "2026", "x"):
        path = f"/v1/households/{one.household_id}/months/{wrong}"
        assert (await office.call("GET", path, READ, expect=422))["code"] == "month_invalid"
