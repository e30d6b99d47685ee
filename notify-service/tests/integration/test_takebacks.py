"""Whoever's card was activated by mistake hears that it is not active for now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chassis.ids import new_id
from contracts.card import ProgrammeService
from contracts.rollout import ActivationTakenBack

from .test_sending import drain

if TYPE_CHECKING:
    from ..conftest import Desk


async def test_a_holder_hears_that_the_card_is_not_active_for_now(desk: Desk) -> None:
    contact = await desk.know()
    await desk.hear(
        ActivationTakenBack(
            card_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id, activation_id=new_id(),
            services=[ProgrammeService.SUPPLY], issued=True, taken_back_at=datetime.now(UTC),
        )
    )  # fmt: skip
    await drain(desk)
    assert any("تم إيقاف تفعيل الكارت الموحد" in message["text"] for message in desk.aggregator.messages.values())
