"""Contacts and messages of citizens whose data are restricted or erased."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from chassis.clock import TrainingClock
from chassis.ids import new_id
from chassis.testing import worked_off
from contracts.card import PickupMissed
from contracts.privacy import ErasureDecided, ProcessingRestricted, RestrictionLifted
from notify_service.inquiries import repository as inbound
from notify_service.messages import repository as messages

from ..conftest import contact_changed
from .test_sending import appointment, blocked, missed

if TYPE_CHECKING:
    from ..conftest import Desk

NUMBER = "+201012345678"


def restriction(desk: Desk, citizen_id: UUID) -> ProcessingRestricted:
    today = desk.runtime.clock.today()
    return ProcessingRestricted(
        restriction_id=new_id(), citizen_id=citizen_id, ground="objection", starts_on=today, ends_on=None
    )


def erasure(desk: Desk, citizen_id: UUID) -> ErasureDecided:
    now = desk.runtime.clock.now()
    return ErasureDecided(erasure_id=new_id(), citizen_id=citizen_id, household_id=None, card_ids=[], decided_at=now)


def move(desk: Desk, instant: datetime) -> None:
    assert isinstance(desk.runtime.clock, TrainingClock)
    desk.runtime.clock.move_to(instant)


async def send(desk: Desk) -> None:
    await worked_off(desk.sender.step, lambda pause: pause is not None)


async def test_only_what_protects_or_is_asked_for_is_sent_under_a_restriction(desk: Desk) -> None:
    move(desk, desk.runtime.clock.now().replace(hour=10))  # by day
    contact = await desk.know()
    held = restriction(desk, contact.citizen_id)
    await desk.hear(held, blocked(contact), missed(contact))
    await send(desk)
    rows = await desk.runtime.pool.fetch("SELECT * FROM message WHERE citizen_id = $1", contact.citizen_id)
    became = {row["template"]: (row["status"], row["reason"]) for row in rows}
    assert became["card_blocked"] == ("sent", None)
    assert became["missed_appointment"] == ("cancelled", "restricted")
    assert len(desk.aggregator.texts_to(NUMBER)) == 2  # that it is restricted, and that the card is blocked
    lifted = RestrictionLifted(
        restriction_id=held.restriction_id, citizen_id=contact.citizen_id, lifted_at=desk.runtime.clock.now()
    )
    again: PickupMissed = missed(contact)
    await desk.hear(lifted, again)
    await send(desk)
    assert len(desk.aggregator.texts_to(NUMBER)) == 4


async def test_contact_words_and_questions_are_erased_and_told(desk: Desk) -> None:
    contact, other = await desk.know(), await desk.know("+201112345678")
    await desk.hear(blocked(contact), blocked(other))
    await send(desk)
    await desk.hear(appointment(contact))  # still waits
    async with desk.runtime.sessions() as session, session.begin():
        number = desk.runtime.state.vault.fingerprint(NUMBER)
        await inbound.take(session, inbound.InboundColumns(["p-1"], [number], ["help"], ["answered"]))
    told = erasure(desk, contact.citizen_id)
    await desk.hear(told)
    pool = desk.runtime.pool
    assert await pool.fetchval("SELECT count(*) FROM contact WHERE citizen_id = $1", contact.citizen_id) == 0
    assert await pool.fetchval("SELECT count(*) FROM inbound_message") == 0
    rows = await pool.fetch(
        "SELECT template, status, content, subject FROM message WHERE citizen_id = $1", contact.citizen_id
    )
    assert {(row["template"], row["status"]) for row in rows} == {
        ("card_blocked", "sent"),
        ("appointment", "cancelled"),
        ("data_erased", "queued"),
    }
    gone = [row for row in rows if row["template"] != "data_erased"]
    assert all(row["content"] is None and row["subject"] is None for row in gone)
    kept = await pool.fetchval("SELECT count(content) FROM message WHERE citizen_id = $1", other.citizen_id)
    assert kept == 1
    (said,) = [data for name, data in await desk.published() if name == "DataErased"]
    assert {one["table"] for one in said["erased"]} == {"contact", "message", "inbound_message"}
    assert {(one["table"], one["basis"]) for one in said["kept"]} == {("message", "telling")}
    # told again it is answered as it was, and does nothing else
    await desk.hear(told)
    first, second = [data for name, data in await desk.published() if name == "DataErased"]
    assert first == second


async def test_what_was_told_before_the_erasure_does_not_bring_the_contact_back(desk: Desk) -> None:
    contact = await desk.know()
    told = erasure(desk, contact.citizen_id).model_copy(
        update={"decided_at": desk.runtime.clock.now() + timedelta(minutes=1)}
    )
    await desk.hear(told)
    await desk.hear(contact_changed(NUMBER, citizen_id=contact.citizen_id))
    count = "SELECT count(*) FROM contact WHERE citizen_id = $1"
    assert await desk.runtime.pool.fetchval(count, contact.citizen_id) == 0
    later = desk.runtime.clock.now() + timedelta(hours=1)
    move(desk, later)
    await desk.hear(contact_changed("+201212345678", citizen_id=contact.citizen_id))  # given anew
    assert await desk.runtime.pool.fetchval(count, contact.citizen_id) == 1


@pytest.mark.parametrize(("language", "says"), [("ar", "محو بياناتك"), ("en", "are being erased")])
async def test_the_erasure_is_the_last_that_reaches_the_number(desk: Desk, language: str, says: str) -> None:
    contact = await desk.know(language=language)
    await desk.hear(appointment(contact))
    told = erasure(desk, contact.citizen_id)
    await desk.hear(told, told, blocked(contact))
    await desk.hear(told)
    await send(desk)
    (text,) = desk.aggregator.texts_to(NUMBER)
    assert says in text
    rows = await desk.runtime.pool.fetch(
        "SELECT template, status, content FROM message WHERE citizen_id = $1", contact.citizen_id
    )
    became = {row["template"]: (row["status"], row["content"] is None) for row in rows}
    assert became["data_erased"] == ("sent", True), "the number went with it"
    assert became["appointment"] == ("cancelled", True)
    assert became["card_blocked"][0] == "queued"  # waits for a contact that does not come


async def test_the_last_message_forgets_the_number_when_it_cannot_be_sent(desk: Desk) -> None:
    contact = await desk.know()
    await desk.hear(erasure(desk, contact.citizen_id))
    pool = desk.runtime.pool
    of_citizen = "SELECT status, content FROM message WHERE citizen_id = $1"
    (waiting,) = await pool.fetch(of_citizen, contact.citizen_id)
    assert waiting["content"] is not None
    await pool.execute("UPDATE message SET expires_at = now() WHERE citizen_id = $1", contact.citizen_id)
    async with desk.runtime.sessions() as session, session.begin():
        await messages.expire(session, 10)
    (given_up,) = await pool.fetch(of_citizen, contact.citizen_id)
    assert tuple(given_up) == ("expired", None)


@pytest.mark.parametrize(
    ("language", "words"),
    [("ar", ("مقيد من", "وينتهي", "انتهى تقييد")), ("en", ("restricted from", "ends on", "has ended"))],
)
async def test_a_restriction_and_its_end_are_told_to_the_citizen(
    desk: Desk, language: str, words: tuple[str, str, str]
) -> None:
    contact = await desk.know(language=language)
    held = restriction(desk, contact.citizen_id)
    bounded = held.model_copy(update={"restriction_id": new_id(), "ends_on": held.starts_on + timedelta(days=30)})
    freed = RestrictionLifted(
        restriction_id=held.restriction_id, citizen_id=contact.citizen_id, lifted_at=desk.runtime.clock.now()
    )
    for told in (held, bounded, freed):
        await desk.hear(told)
        await send(desk)
    texts = desk.aggregator.texts_to(NUMBER)
    assert len(texts) == len(words)
    assert all(word in text for word, text in zip(words, texts, strict=True))
    assert not any("objection" in text for text in texts)
