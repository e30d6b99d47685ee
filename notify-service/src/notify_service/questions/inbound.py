"""Texts by SMS that no keyword answers: the first gets help; said again within a while, a person gets all of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id
from notify_service.contacts import repository as contacts
from notify_service.context import Context
from notify_service.questions import repository
from notify_service.questions.models import Question, State, Text
from notify_service.questions.service import TEXT

LONGEST: Final = 500


class Heard(StrEnum):
    """What became of a text: nothing yet, it has opened a question, or it went to the one that is open."""

    HELP = "help"
    OPENED = "opened"
    KEPT = "kept"


async def hear(session: AsyncSession, here: Context, citizen_id: UUID, text: str, now: datetime) -> Heard:
    """Keep a text of somebody whose contact is known; inbound messages are dealt with one transaction at a time."""
    rules, said = here.rules.questions, text[:LONGEST].encode()
    if found := await repository.open_of(session, citizen_id):
        if await repository.count(session, found.question_id) < rules.texts_at_most:
            await _add(session, here, found.question_id, citizen_id, now, said)
        return Heard.KEPT
    text_id = new_id()
    await repository.note(session, text_id, citizen_id, now, here.vault.seal(text_id, said, TEXT))
    noted = await repository.noted(session, citizen_id, now - rules.within)
    whose = await contacts.whose(session, citizen_id)
    if whose is None or len(noted) < rules.after_texts:
        return Heard.HELP
    opened = Question(
        question_id=new_id(),
        citizen_id=citizen_id,
        household_id=whose.household_id,
        governorate=whose.governorate,
        state=State.OPEN,
        asked_at=now,
        due_at=now + rules.answer,
        claimed_by=None,
        claimed_until=None,
        ended_by=None,
        ended_at=None,
        complaint_id=None,
        changed_at=now,
    )
    await repository.put(session, opened)
    for earlier, at, sealed in noted:
        await _add(session, here, opened.question_id, citizen_id, at, here.vault.open(earlier, sealed, TEXT))
    await repository.forget_of(session, citizen_id)
    return Heard.OPENED


async def _add(
    session: AsyncSession, here: Context, question_id: UUID, citizen_id: UUID, at: datetime, said: bytes
) -> None:
    sealed = here.vault.seal(question_id, said, TEXT)
    await repository.add(session, question_id, Text(f"citizen:{citizen_id}", at, sealed))
