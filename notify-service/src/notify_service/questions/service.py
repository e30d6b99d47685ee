"""Use cases of questions: claiming, answering, making a complaint of one, closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id
from chassis.principal import Principal
from notify_service.complaints import service as complaints
from notify_service.complaints.inbound import CATEGORY
from notify_service.contacts.repository import Reached
from notify_service.context import Context
from notify_service.messages import service as messages
from notify_service.messages.service import Intent
from notify_service.questions import repository
from notify_service.questions.errors import QuestionClaimed, QuestionEnded, QuestionUnknown
from notify_service.questions.models import Question, State, Text, claimed_by
from notify_service.templates.complaint_facts import AnswerFacts
from notify_service.templates.facts import Facts, NoFacts

TEXT: Final = b"question"
_LONGEST: Final = 500  # of a complaint


async def known(session: AsyncSession, caller: Principal, question_id: UUID, *, lock: bool = False) -> Question:
    """A question of the caller's area. Raises QuestionUnknown."""
    return caller.bound.own(await repository.find(session, question_id, lock=lock), QuestionUnknown)


async def claim(session: AsyncSession, here: Context, caller: Principal, question_id: UUID, now: datetime) -> Question:
    """Take a question on, for a time in which nobody else answers it. Raises what `_turn` raises."""
    found = await _turn(session, caller, question_id, now)
    until = now + here.rules.questions.claim
    return await _write(session, replace(found, claimed_by=caller.subject, claimed_until=until, changed_at=now))


async def answer(
    session: AsyncSession, here: Context, caller: Principal, question_id: UUID, text: str, now: datetime
) -> Question:
    """Answer a question; the number it came from gets the answer. Raises AnswerTellsPersons and what `_turn` raises."""
    found = await _turn(session, caller, question_id, now)
    complaints.ensure_sayable(text, CATEGORY)
    await _keep(session, here, found, caller.subject, text, now)
    await _tell(session, here, found, "question_answered", AnswerFacts(answer=text))
    return await _write(session, _ended(found, caller, State.ANSWERED, now))


async def complain(
    session: AsyncSession, here: Context, caller: Principal, question_id: UUID, category: str, now: datetime
) -> Question:
    """Make a complaint of a question, in its own words; the citizen is told its number.

    Raises ComplaintCategoryUnknown, ComplaintsOpen and what `_turn` raises.
    """
    found = await _turn(session, caller, question_id, now)
    if found.citizen_id is None or found.household_id is None:
        raise QuestionUnknown()
    said = " ".join(await words(session, here, question_id))
    entered = await complaints.enter(
        session,
        here,
        caller.subject,
        Reached(found.citizen_id, found.household_id, found.governorate),
        category=category,
        text=said[:_LONGEST],
        channel="sms",
        now=now,
    )
    ended = replace(_ended(found, caller, State.COMPLAINT, now), complaint_id=entered.complaint_id)
    return await _write(session, ended)


async def close(
    session: AsyncSession, here: Context, caller: Principal, question_id: UUID, reason: str, now: datetime
) -> Question:
    """Close a question that asks nothing; the number is told whom to call. Raises what `_turn` raises."""
    found = await _turn(session, caller, question_id, now)
    await _keep(session, here, found, caller.subject, reason, now)
    await _tell(session, here, found, "question_closed", NoFacts())
    return await _write(session, _ended(found, caller, State.CLOSED, now))


async def words(session: AsyncSession, here: Context, question_id: UUID) -> list[str]:
    """What was said so far, in order."""
    return [opened(here, question_id, one) for one in await repository.texts(session, question_id)]


def opened(here: Context, question_id: UUID, text: Text) -> str:
    """What a text says."""
    return here.vault.open(question_id, text.sealed, TEXT).decode()


async def _turn(session: AsyncSession, caller: Principal, question_id: UUID, now: datetime) -> Question:
    """An open question that the caller may act on; its row is locked.

    Raises QuestionUnknown, QuestionEnded or QuestionClaimed.
    """
    found = await known(session, caller, question_id, lock=True)
    if found.state is not State.OPEN:
        raise QuestionEnded(f"It is {found.state}.", detail_ar="راجع حالة السؤال.", state=str(found.state))
    if claimed_by(found, now) not in {None, caller.subject}:
        raise QuestionClaimed(claimed_until=found.claimed_until.isoformat() if found.claimed_until else None)
    return found


def _ended(found: Question, caller: Principal, state: State, now: datetime) -> Question:
    return replace(
        found,
        state=state,
        claimed_by=None,
        claimed_until=None,
        ended_by=caller.subject,
        ended_at=now,
        changed_at=now,
    )


async def _write(session: AsyncSession, changed: Question) -> Question:
    await repository.write(session, changed)
    return changed


async def _keep(session: AsyncSession, here: Context, found: Question, who: str, said: str, now: datetime) -> None:
    sealed = here.vault.seal(found.question_id, said.encode(), TEXT)
    await repository.add(session, found.question_id, Text(who, now, sealed))


async def _tell(session: AsyncSession, here: Context, found: Question, template: str, facts: Facts) -> None:
    intent = Intent(
        new_id(), facts, citizen_id=found.citizen_id, household_id=found.household_id, subject=found.question_id
    )
    await messages.queue(session, here, template, [intent])
