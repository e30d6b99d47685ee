"""Complaints by SMS: «شكوى» and what happened; with a number, how that complaint stands, or what more is to be said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id
from chassis.text import normalise_digits
from notify_service.complaints import lifecycle, repository, service
from notify_service.complaints.errors import ComplaintsOpen
from notify_service.complaints.lifecycle import Act
from notify_service.complaints.models import Complaint, State
from notify_service.contacts import repository as contacts
from notify_service.context import Context
from notify_service.messages import service as messages
from notify_service.messages.service import Intent
from notify_service.templates.complaint_facts import ComplaintFacts, ComplaintNumberFacts
from notify_service.templates.facts import Facts, NoFacts
from notify_service.words import normalise_words

CATEGORY: Final = "other"
LONGEST: Final = 500
_LARGEST: Final = 2**62


@dataclass(frozen=True)
class Heard:
    """What somebody wrote behind the word; `citizens`: everybody the number reaches, the longest known first.

    `replies`: whether the number gets an answer that only tells; what is entered is told always.
    """

    citizens: Sequence[UUID]
    said: str
    replies: bool


def behind(text: str, keywords: Collection[str]) -> str:
    """What stands behind the keyword with which a text begins."""
    words = text.split()
    for phrase in sorted(keywords, key=len, reverse=True):
        meant = normalise_words(phrase)
        first = words[: len(meant)]
        if [word for one in first for word in normalise_words(one)] == meant:
            return " ".join(words[len(meant) :])
    return ""


async def hear(session: AsyncSession, here: Context, heard: Heard, now: datetime) -> None:
    """Enter a complaint, or go on with the one whose number was sent."""
    complainant = await contacts.whose(session, heard.citizens[0])
    if complainant is None:
        return
    first, _, more = heard.said.partition(" ")
    number = normalise_digits(first).strip(".,:;#-")
    if not heard.said:
        await _reply(session, here, heard, complainant, "complaint_how", NoFacts())
    elif number.isdecimal() and int(number) < _LARGEST:
        await _go_on(session, here, heard, complainant, int(number), more.strip(), now)
    else:
        await _enter(session, here, heard, complainant, now)


async def _enter(
    session: AsyncSession, here: Context, heard: Heard, complainant: contacts.Reached, now: datetime
) -> None:
    who = f"citizen:{complainant.citizen_id}"
    try:
        await service.enter(
            session, here, who, complainant, category=CATEGORY, text=heard.said[:LONGEST], channel="sms", now=now
        )
    except ComplaintsOpen:
        last = (await repository.open_of(session, complainant.citizen_id))[0]
        await _state(session, here, heard, complainant, last)


async def _go_on(
    session: AsyncSession,
    here: Context,
    heard: Heard,
    complainant: contacts.Reached,
    number: int,
    more: str,
    now: datetime,
) -> None:
    found = await repository.of_number(session, number, heard.citizens)
    if found is None:
        await _reply(session, here, heard, complainant, "complaint_unknown", ComplaintNumberFacts(number=number))
        return
    acts = lifecycle.acts(found, here.rules.complaints, now)
    who = f"citizen:{found.citizen_id}"
    if more and (Act.REOPEN in acts or Act.APPEAL in acts):
        await service.reopen(session, here, who, found, more[:LONGEST], appeal=Act.REOPEN not in acts, now=now)
        return
    if more and found.state is State.OPEN:
        await service.add(session, here, who, found, more[:LONGEST], now)
    await _state(session, here, heard, complainant, found)


async def _state(
    session: AsyncSession, here: Context, heard: Heard, complainant: contacts.Reached, found: Complaint
) -> None:
    facts = ComplaintFacts(number=found.number, due_at=found.due_at, state=found.state)
    await _reply(session, here, heard, complainant, "complaint_state", facts)


async def _reply(
    session: AsyncSession, here: Context, heard: Heard, complainant: contacts.Reached, template: str, facts: Facts
) -> None:
    if not heard.replies:
        return
    inquiry = new_id()
    intent = Intent(
        inquiry, facts, citizen_id=complainant.citizen_id, household_id=complainant.household_id, subject=inquiry
    )
    await messages.queue(session, here, template, [intent])
