"""Messages to test households are sent and read as any, and are in no count."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from contracts.card import HouseholdChangedByMonth
from contracts.household import HouseholdMember

from .test_sending import NOON, appointment, drain, set_clock

if TYPE_CHECKING:
    from contracts.card import ContactChanged

    from ..conftest import Desk


def told(contact: ContactChanged, *, trial: bool) -> HouseholdChangedByMonth:
    member = HouseholdMember(citizen_id=contact.citizen_id, role="head", since=date(2020, 1, 1))
    return HouseholdChangedByMonth(
        household_id=contact.household_id, revision=2, status="active", governorate="03", district="03.02",
        governorate_of_issue="03", legal_basis=None, members=[member], sizes=[], trial=trial,
        effective_month="2026-01",
    )  # fmt: skip


async def counted(desk: Desk) -> int:
    reply = await desk.client.get("/v1/message-statistics", headers=desk.reader())
    assert reply.status_code == 200, reply.text
    document: dict[str, Any] = reply.json()
    return sum(one["messages"] for one in document["items"])


async def test_messages_of_a_trial_are_in_no_count(desk: Desk) -> None:
    set_clock(desk, NOON)
    tester, citizen = await desk.know(), await desk.know("+201012345679")
    await desk.hear(told(tester, trial=True), told(citizen, trial=False))
    before = await counted(desk)
    await desk.hear(appointment(tester), appointment(citizen))
    await drain(desk)
    assert len(desk.aggregator.messages) == 2
    assert await counted(desk) == before + 1
    assert len(await desk.messages()) == 2
