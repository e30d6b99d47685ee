"""Contacts from before learn their governorate when they are told again, and nobody hears of it."""

from __future__ import annotations

from chassis.clock import Clock
from chassis.contact import Contact
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault
from contracts.card import CardRestated, ContactRestated, ProgrammeService

from ..conftest import CONTACT_KEYS, Desk


async def test_a_contact_from_before_learns_its_governorate(desk: Desk) -> None:
    known = await desk.know(language="en")
    before = await desk.runtime.pool.fetchrow("SELECT * FROM contact WHERE citizen_id = $1", known.citizen_id)
    assert before is not None
    assert before["governorate"] is None
    vault = Vault(Keyring.parse(CONTACT_KEYS))
    for mobile in ("+201012345678", "+201112345678"):
        again = ContactRestated(
            restatement_id=new_id(),
            citizen_id=known.citizen_id,
            household_id=known.household_id,
            sealed=Contact("منى", mobile).seal(vault, known.citizen_id),
            governorate="19",
        )
        await desk.hear(again)
        after = await desk.runtime.pool.fetchrow("SELECT * FROM contact WHERE citizen_id = $1", known.citizen_id)
        assert after is not None
        assert (after["governorate"], after["language"]) == ("19", "en")
        assert (after["number_hash"] == before["number_hash"]) is (mobile == "+201012345678")
    assert await desk.messages() == []


async def test_a_card_told_again_is_known_and_nobody_is_sent_a_message(desk: Desk) -> None:
    known, card_id = await desk.know(), new_id()
    card = CardRestated(
        restatement_id=new_id(),
        card_id=card_id,
        citizen_id=known.citizen_id,
        household_id=known.household_id,
        governorate="03",
        district="03.04",
        members=1,
        state="active",
        services=[ProgrammeService.SUPPLY],
        activated_at=Clock().now(),
        blocked_at=None,
        replaced_by=None,
    )
    await desk.hear(card, card)
    rows = await desk.runtime.pool.fetch("SELECT card_id, citizen_id FROM card_holder")
    assert [tuple(row) for row in rows] == [(card_id, known.citizen_id)]
    assert await desk.messages() == []
