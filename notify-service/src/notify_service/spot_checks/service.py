"""Use cases of spot checks: drawing, asking, and taking the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.ids import new_id
from notify_service.complaints import service as complaints
from notify_service.complaints.inbound import LONGEST, Heard, behind, hear
from notify_service.complaints.models import About as ComplaintAbout
from notify_service.contacts import repository as contacts
from notify_service.context import Context
from notify_service.messages import service as messages
from notify_service.messages.service import Intent
from notify_service.spot_checks import repository
from notify_service.spot_checks.drawing import drawn
from notify_service.spot_checks.models import TEMPLATES, About, Asked, Due, Happened, State
from notify_service.templates import texts
from notify_service.templates.complaint_facts import SpotCheckFacts
from notify_service.words import Topic

# A complaint is of a card; which hand-over is meant, the card's life says.
_COMPLAINED_OF: Final[dict[About, ComplaintAbout]] = {"payout": "payout", "handover": "card"}
_DENIED: Final[dict[About, str]] = {
    "payout": "«لا» رداً على: هل وصلك المبلغ المصروف؟",
    "handover": "«لا» رداً على: هل استلمت الكارت الموحد؟",
}


def sampled(
    here: Context, about: About, subject: UUID, citizen_id: UUID, household_id: UUID, at: datetime, programme: str = ""
) -> Happened | None:
    """What is asked of something that happened, if it is of the sample by the rules of its day."""
    rules = here.policies.figures.on(business_day(at)).spot_checks
    if not drawn(about, subject, rules.share[about]):
        return None
    due = at + rules.wait[about]
    return Happened(new_id(), about, subject, programme or None, citizen_id, household_id, at, due)


async def due(session: AsyncSession, here: Context, now: datetime, limit: int) -> list[Due]:
    """Checks whose time has come, and why somebody is not asked."""
    rules = here.rules
    kind = texts.load()[TEMPLATES["payout"]].class_name
    return await repository.due(
        session,
        now=now,
        today=business_day(now),
        since=now - max(rules.spot_checks.apart, rules.spot_checks.answer),
        too_late=now - rules.spot_checks.answer,
        essential=rules.classes[kind].essential,
        unrestricted=kind in rules.despite_restriction,
        limit=limit,
    )


async def ask(session: AsyncSession, here: Context, checks: Sequence[Due], now: datetime) -> None:
    """Ask, one question a citizen and a number; their rows are locked."""
    reasons = list(_reasons(checks))
    await repository.mark(session, checks, reasons, now)
    for about, template in TEMPLATES.items():
        intents = [
            Intent(
                event_id=one.check_id,
                facts=SpotCheckFacts(programme=one.programme or "", day=business_day(one.happened_at)),
                citizen_id=one.citizen_id,
                household_id=one.household_id,
                subject=one.check_id,
            )
            for one, reason in zip(checks, reasons, strict=True)
            if one.about == about and reason is None
        ]
        await messages.queue(session, here, template, intents)


def _reasons(checks: Sequence[Due]) -> Iterator[str | None]:
    """Why each is not asked; of several that are due for one citizen or number the first is."""
    seen: set[UUID | bytes] = set()
    for one in checks:
        reason = one.reason
        if reason is None:
            whose: set[UUID | bytes] = {one.citizen_id}
            if one.number_hash is not None:
                whose.add(one.number_hash)
            reason = "asked_lately" if whose & seen else None
            seen |= whose
        yield reason


async def answer(
    session: AsyncSession, here: Context, check_id: UUID, topic: Topic, text: str, now: datetime, *, replies: bool
) -> None:
    """Take a yes or no. A no opens a complaint, whose number the citizen is told; said again, it goes on with that.

    `replies`: whether the number gets an answer that only tells.
    """
    found = await repository.again(session, check_id, now - here.rules.spot_checks.answer)
    if found is None:
        return
    if found.state is State.NOT_RECEIVED:
        heard = Heard([found.citizen_id], f"{found.complaint_number} {text}", replies)
        await hear(session, here, heard, now)
    elif topic is Topic.RECEIVED:
        await repository.answer(session, check_id, State.RECEIVED, now)
    else:
        await _deny(session, here, found, text, now)


async def _deny(session: AsyncSession, here: Context, found: Asked, text: str, now: datetime) -> None:
    complainant = await contacts.whose(session, found.citizen_id)
    if complainant is None:
        return
    said = behind(text, here.rules.keywords[Topic.NOT_RECEIVED])
    of = _COMPLAINED_OF[found.about]
    entered = await complaints.enter(
        session,
        here,
        f"citizen:{found.citizen_id}",
        complainant,
        category=here.rules.spot_checks.category[found.about],
        text=" ".join(filter(None, [_DENIED[found.about], said]))[:LONGEST],
        channel="sms",
        about=(of, found.subject) if found.subject else None,
        now=now,
        invited=True,
    )
    await repository.answer(session, found.check_id, State.NOT_RECEIVED, now, entered.complaint_id)
