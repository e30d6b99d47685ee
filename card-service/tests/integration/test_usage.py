"""What supply-service tells of a day becomes indicators; told twice it counts once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from card_service.usage import upkeep
from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_events import Outside
from contracts.health import HouseholdsTreated
from contracts.payment import HouseholdsPaid
from contracts.rations import TerminalsDay
from contracts.summaries import HouseholdsServed, OutletDaySummarised

from ..rollouts import opened

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice


def summary(outlet: UUID, day: date, *terminals: TerminalsDay, suspended: bool = False) -> OutletDaySummarised:
    return OutletDaySummarised(
        outlet_id=outlet, business_day=day, kind="bakery", governorate="03", district="03.02", suspended=suspended,
        terminals=list(terminals),
    )  # fmt: skip


def terminals(model: str, ready: int, sales: int, **refused: int) -> TerminalsDay:
    return TerminalsDay(model=model, terminals=1, ready=ready, sales=sales, refused=refused)


async def conditions(office: Office, path: str) -> dict[str, dict[str, Any]]:
    found = await office.call("GET", f"{path}/gates", "rollout:read")
    return {one["indicator"]: one for gate in found["gates"] for one in gate["conditions"]}


async def test_a_day_that_is_told_is_measured(open_office: OpenOffice) -> None:
    async with open_office() as office:
        card, _, phase_id = await office.active()
        ((household,),) = await office.fetch("SELECT household_id FROM card WHERE card_id = $1", UUID(card))
        path = await opened(office, phase_id)
        today = office.runtime.clock.today()
        yesterday, long_ago = today - timedelta(days=1), today - timedelta(days=40)
        supply = Outside(office.settings.kafka_bootstrap, office.settings.topic_prefix)
        good, bad, suspended, bare = [new_id() for _ in range(4)]
        await supply.tell(
            summary(good, long_ago, terminals("A", 0, 9, terminal_clock_skew=9)),
            summary(good, yesterday, terminals("A", 1, 90, quota_exceeded=7, policy_not_in_force=2)),
            summary(bad, yesterday, terminals("B", 0, 0, terminal_clock_skew=8)),
            summary(suspended, yesterday, terminals("A", 1, 0), suspended=True),
            summary(bare, yesterday),
            summary(good, yesterday, terminals("A", 1, 90, quota_exceeded=7, policy_not_in_force=2)),
            HouseholdsServed(governorate="03", business_day=long_ago, household_ids=[household, new_id()]),
            HouseholdsServed(governorate="03", business_day=yesterday, household_ids=[household]),
        )

        async def heard() -> dict[str, dict[str, Any]] | None:
            found = await conditions(office, path)
            told = found["households_using"]["part"], found["terminals_ready"]["whole"]  # of two keys, in no order
            return found if told == ("1", "4") else None

        found = await eventually(heard, seconds=60)
        assert (found["terminals_ready"]["part"], found["terminals_ready"]["whole"]) == ("1", "4")
        failed = found["failed_sales"]
        assert (failed["part"], failed["whole"]) == ("10", "100"), "what a rule forbids is no fault"
        assert (failed["met"], failed["short_by"]) == (False, "0.0500")
        assert (found["households_using"]["value"], found["households_using"]["met"]) == ("1.0000", True)
        (used,) = await office.fetch("SELECT * FROM household_use WHERE household_id = $1", household)
        assert (used["first_used_on"], used["used_on"]) == (long_ago, yesterday)
        await office.fetch("UPDATE sales_day SET business_day = business_day - 900 WHERE business_day = $1", long_ago)
        await upkeep.run(office.runtime)
        assert await office.fetch("SELECT FROM sales_day WHERE business_day < $1", long_ago) == []


@pytest.mark.parametrize("of", ["care", "payment"])
async def test_care_and_payments_are_uses_as_any(open_office: OpenOffice, of: str) -> None:
    async with open_office() as office:
        card, _, phase_id = await office.active()
        ((household,),) = await office.fetch("SELECT household_id FROM card WHERE card_id = $1", UUID(card))
        path = await opened(office, phase_id)
        yesterday = office.runtime.clock.today() - timedelta(days=1)
        assert (await conditions(office, path))["households_using"]["part"] == "0"
        others = Outside(office.settings.kafka_bootstrap, office.settings.topic_prefix)
        told = {"business_day": yesterday, "household_ids": [household]}
        await others.tell(HouseholdsPaid(**told) if of == "payment" else HouseholdsTreated(governorate="03", **told))

        async def counted() -> bool | None:
            return (await conditions(office, path))["households_using"]["part"] == "1" or None

        await eventually(counted)
