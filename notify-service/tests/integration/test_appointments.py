"""What holders hear of their appointments: the reason of another hour, and what is true of a missed one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from chassis.ids import new_id
from contracts.appointments import PickupCancelled
from contracts.card import PickupMissed, PickupScheduled

from .test_requests import texts

if TYPE_CHECKING:
    from ..conftest import Desk

STARTS = datetime(2026, 12, 6, 8, 0, tzinfo=UTC)


async def whose(desk: Desk) -> dict[str, Any]:
    contact = await desk.know()
    return {
        "appointment_id": new_id(), "card_id": new_id(), "citizen_id": contact.citizen_id,
        "household_id": contact.household_id,
    }  # fmt: skip


def scheduled(of: dict[str, Any], because: str) -> PickupScheduled:
    return PickupScheduled(
        **of,
        site_id=new_id(),
        site_name_ar="مكتب بريد العرب",
        site_name_en="Al-Arab post office",
        site_address_ar="شارع 23 يوليو",
        starts_at=STARTS,
        ends_at=STARTS,
        because=because,
    )


@pytest.mark.parametrize(
    ("because", "words"),
    [
        ("planned", "استلم الكارت الموحد يوم"),
        ("missed", "استلم الكارت الموحد يوم"),
        ("rebooked", "موعدك الجديد"),
        ("moved", "ننقل الكارت الموحد إلى مكتب بريد العرب"),
        ("replanned", "تعذر موعدك السابق"),
    ],
)
async def test_another_hour_is_told_with_its_reason(desk: Desk, because: str, words: str) -> None:
    await desk.hear(scheduled(await whose(desk), because))
    said = (await texts(desk))[-1]
    assert words in said
    assert "مكتب بريد العرب" in said
    assert "6 ديسمبر" in said


async def test_who_stands_at_the_counter_is_told_nothing(desk: Desk) -> None:
    before = len(await texts(desk))
    await desk.hear(scheduled(await whose(desk), "walk_in"))
    assert len(await texts(desk)) == before


async def test_of_the_last_one_missed_is_told_until_when_the_card_is_kept(desk: Desk) -> None:
    desk.runtime.clock.move_to(STARTS)  # type: ignore[attr-defined]  # by day: at night it waits
    of = await whose(desk)
    await desk.hear(PickupMissed(**of, again=False, kept_until=date(2027, 1, 9)))
    assert "حتى السبت 9 يناير" in (await texts(desk))[-1]
    await desk.hear(PickupMissed(**of | {"appointment_id": new_id()}, again=True))
    assert "فات موعدك" in (await texts(desk))[-1]


@pytest.mark.parametrize(("because", "words"), [("asked", "بناء على طلبك"), ("closed", "لا تذهب")])
async def test_an_appointment_that_is_no_more_is_told(desk: Desk, because: str, words: str) -> None:
    await desk.hear(PickupCancelled(**await whose(desk), starts_at=STARTS, because=because))
    assert words in (await texts(desk))[-1]
