"""Codes by which card holders agree go to the number they are reached by; another PIN is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chassis.contact import seal_code
from chassis.ids import new_id
from chassis.sealing import Keyring, SealBroken, Vault
from contracts.pins import HolderCodeIssued, PinChanged

from ..conftest import CONTACT_KEYS
from .test_requests import NOON, texts

if TYPE_CHECKING:
    from uuid import UUID

    from ..conftest import Desk


def issued(citizen_id: UUID, household_id: UUID, purpose: str, sealed_for: UUID | None = None) -> HolderCodeIssued:
    vault = Vault(Keyring.parse(CONTACT_KEYS))
    return HolderCodeIssued(
        code_id=new_id(), card_id=new_id(), citizen_id=citizen_id, household_id=household_id, purpose=purpose,
        max_amount=5520, code_sealed=seal_code(vault, sealed_for or citizen_id, "482913"), minutes=5, expires_at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("purpose", "words"),
    [("sale", "55.20 جنيه"), ("hold", "55.20 جنيه"), ("visit", "الزيارة"), ("pin", "تعيين الرقم السري")],
)
async def test_a_code_says_what_it_agrees_to(desk: Desk, purpose: str, words: str) -> None:
    contact = await desk.know()
    await desk.hear(issued(contact.citizen_id, contact.household_id, purpose))
    (text,) = await texts(desk)
    assert "482913" in text
    assert words in text


async def test_a_code_sealed_for_somebody_else_is_not_sent(desk: Desk) -> None:
    contact = await desk.know()
    with pytest.raises(SealBroken):
        await desk.hear(issued(contact.citizen_id, contact.household_id, "sale", new_id()))
    assert await texts(desk) == []


async def test_another_pin_is_told(desk: Desk) -> None:
    contact = await desk.know()
    await desk.hear(
        PinChanged(card_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id, changed_at=NOON)
    )
    (text,) = await texts(desk)
    assert "الرقم السري" in text
