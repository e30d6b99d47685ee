"""What citizens hear of awareness seminars: by day, unless they have opted out; and that one is called off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.ids import new_id
from contracts.seminars import SeminarCalledOff, SeminarInvited

from .test_sending import NOON, drain, set_clock

if TYPE_CHECKING:
    from contracts.card import ContactChanged

    from ..conftest import Desk

STARTS = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)
# 7 January is a holiday, on which campaigns wait as well
NIGHT, MORNING = datetime(2026, 1, 7, 22, 0, tzinfo=UTC), datetime(2026, 1, 8, 8, 0, tzinfo=UTC)


def invited(contact: ContactChanged, invitation: UUID | None = None) -> SeminarInvited:
    return SeminarInvited(
        invitation_id=invitation or new_id(),
        seminar_id=new_id(),
        citizen_id=contact.citizen_id,
        household_id=contact.household_id,
        place_ar="مركز الشباب",
        place_en="Youth centre",
        starts_at=STARTS,
    )


def called_off(of: SeminarInvited) -> SeminarCalledOff:
    same = {name: getattr(of, name) for name in SeminarCalledOff.model_fields}
    return SeminarCalledOff(**same)


async def test_an_invitation_waits_for_the_day(desk: Desk) -> None:
    contact = await desk.know()
    set_clock(desk, NIGHT)
    await desk.hear(invited(contact))
    await drain(desk)
    assert desk.aggregator.messages == {}
    set_clock(desk, MORNING)
    await drain(desk)
    (sent,) = desk.aggregator.messages.values()
    assert "مركز الشباب" in sent["text"]
    assert "14 يناير" in sent["text"]


async def test_who_has_opted_out_hears_of_neither(desk: Desk) -> None:
    contact = await desk.know()
    set_clock(desk, NOON)
    await desk.runtime.pool.execute("UPDATE contact SET opted_out_at = now()")
    meant = invited(contact)
    await desk.hear(meant)
    await drain(desk)
    await desk.hear(called_off(meant))
    await drain(desk)
    assert desk.aggregator.messages == {}
    assert {(m["template"], m["reason"]) for m in await desk.messages()} == {
        ("seminar_invitation", "opted_out"),
        ("seminar_called_off", "opted_out"),
    }


async def test_what_still_waits_is_not_sent_when_it_is_called_off(desk: Desk) -> None:
    contact = await desk.know()
    set_clock(desk, NIGHT)
    meant = invited(contact)
    await desk.hear(meant)
    await desk.hear(called_off(meant))
    set_clock(desk, MORNING)
    await drain(desk)
    (sent,) = desk.aggregator.messages.values()
    assert "ألغيت" in sent["text"]
