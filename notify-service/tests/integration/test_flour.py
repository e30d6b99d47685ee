"""Flour instead of bread: the holders of the household's cards hear of it, whoever has entered it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from chassis.ids import new_id
from contracts.card import CardIssued
from contracts.supply import FlourChoiceWithdrawn, FlourChosen

from .test_losses import BLOCKED, whose
from .test_requests import texts

if TYPE_CHECKING:
    from ..conftest import Desk


async def test_a_choice_and_its_end_are_told_to_who_holds_a_card(desk: Desk) -> None:
    contact = await desk.know()
    card = whose(contact)
    await desk.hear(CardIssued(**card, governorate="13", site_id=new_id(), issued_at=BLOCKED))
    chosen = {
        "choice_id": new_id(), "household_id": card["household_id"], "card_id": card["card_id"],
        "month": date(2026, 12, 1),
    }  # fmt: skip
    await desk.hear(FlourChosen(**chosen))
    _, said = await texts(desk)
    assert "الدقيق بدل الخبز لشهر ديسمبر" in said
    await desk.hear(FlourChoiceWithdrawn(**chosen))
    assert "تم إلغاء اختيار الدقيق" in (await texts(desk))[-1]


async def test_of_a_card_that_nobody_is_known_to_hold_nobody_is_told(desk: Desk) -> None:
    await desk.know()
    await desk.hear(FlourChosen(choice_id=new_id(), household_id=new_id(), card_id=new_id(), month=date(2026, 12, 1)))
    assert await texts(desk) == []
