"""Use cases of complaints: entering, claiming, handing on, answering, reopening, appealing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.complaints import ComplaintChanged
from notify_service.complaints import lifecycle, repository
from notify_service.complaints.errors import (
    AnsweredBySame,
    AnswerTellsPersons,
    ComplainantUnknown,
    ComplaintAbove,
    ComplaintCategoryUnknown,
    ComplaintClaimed,
    ComplaintNotSo,
    ComplaintsOpen,
    ComplaintUnknown,
)
from notify_service.complaints.lifecycle import Act
from notify_service.complaints.models import About, Channel, Complaint, Level, State
from notify_service.contacts import repository as contacts
from notify_service.context import Context
from notify_service.keys import ComplaintCategory
from notify_service.messages import service as messages
from notify_service.messages.service import Intent
from notify_service.templates import linter
from notify_service.templates.complaint_facts import AnsweredComplaintFacts, ComplaintFacts

TEXT: Final = b"complaint"
SYSTEM: Final = "unicard"  # who escalates and closes
_LONG_NUMBER: Final = 12  # digits; a national id has 14, a card's number 16


async def enter(
    session: AsyncSession,
    here: Context,
    who: str,
    complainant: contacts.Reached,
    *,
    category: str,
    text: str,
    channel: Channel,
    about: tuple[About, UUID] | None = None,
    now: datetime,
    invited: bool = False,
) -> Complaint:
    """Enter a complaint, and tell the citizen its number. Raises ComplaintCategoryUnknown or ComplaintsOpen.

    `invited`: it answers a question of ours, and is none too many.
    """
    kind = _category(here, category)
    already = await repository.open_of(session, complainant.citizen_id)
    if not invited and len(already) >= here.rules.complaints.open_at_most:
        raise ComplaintsOpen(number=already[0].number, detail_ar=f"آخرها رقم {already[0].number}")
    due = now + timedelta(hours=kind.answer_hours)
    entered = Complaint(
        complaint_id=new_id(),
        number=await repository.next_number(session),
        citizen_id=complainant.citizen_id,
        household_id=complainant.household_id,
        governorate=complainant.governorate,
        category=category,
        channel=channel,
        about=about[0] if about else None,
        about_id=about[1] if about else None,
        state=State.OPEN,
        level=Level.GOVERNORATE if complainant.governorate else Level.NATION,
        entered_at=now,
        first_due=due,
        due_at=due,
        claimed_by=None,
        claimed_until=None,
        answered_by=None,
        answered_at=None,
        reopened=0,
        appealed=False,
        changed_at=now,
    )
    await repository.put(session, entered)
    await _keep(session, here, entered, Act.ENTER, who, text)
    await tell(session, here, "complaint_taken", entered)
    return entered


async def complainant(session: AsyncSession, caller: Principal, citizen_id: UUID) -> contacts.Reached:
    """The citizen for whom a complaint is entered. Raises ComplainantUnknown."""
    found = await contacts.whose(session, citizen_id)
    if found is None or not caller.bound.covers(Area(found.governorate)):
        raise ComplainantUnknown()
    return found


async def known(session: AsyncSession, caller: Principal, complaint_id: UUID, *, lock: bool = False) -> Complaint:
    """A complaint of the caller's area. Raises ComplaintUnknown."""
    return caller.bound.own(await repository.find(session, complaint_id, lock=lock), ComplaintUnknown)


async def claim(
    session: AsyncSession, here: Context, caller: Principal, complaint_id: UUID, now: datetime
) -> Complaint:
    """Take a complaint on, for a time in which nobody else answers it. Raises what `_turn` raises."""
    found = await _turn(session, here, caller, complaint_id, Act.CLAIM, now)
    until = now + here.rules.complaints.claim
    claimed = replace(found, claimed_by=caller.subject, claimed_until=until, changed_at=now)
    return await _write(session, here, claimed, Act.CLAIM, caller.subject, None, told=False)


async def hand_on(
    session: AsyncSession,
    here: Context,
    caller: Principal,
    complaint_id: UUID,
    *,
    category: str | None,
    level: str | None,
    reason: str,
    now: datetime,
) -> Complaint:
    """Hand a complaint on to another category's team, or to the nation's. By when it is owed stays.

    Raises ComplaintCategoryUnknown and what `_turn` raises.
    """
    found = await _turn(session, here, caller, complaint_id, Act.HAND_ON, now)
    if category is not None:
        _category(here, category)
    handed = replace(
        found,
        category=category or found.category,
        level=Level(level) if level else found.level,
        claimed_by=None,
        claimed_until=None,
        changed_at=now,
    )
    return await _write(session, here, handed, Act.HAND_ON, caller.subject, reason)


async def answer(
    session: AsyncSession, here: Context, caller: Principal, complaint_id: UUID, text: str, now: datetime
) -> Complaint:
    """Answer a complaint; the citizen gets the answer by SMS.

    Raises AnswerTellsPersons, AnsweredBySame and what `_turn` raises.
    """
    found = await _turn(session, here, caller, complaint_id, Act.ANSWER, now)
    ensure_sayable(text, found.category)
    if found.appealed and found.answered_by == caller.subject:
        raise AnsweredBySame(detail_ar="اترك الرد لزميل آخر.")
    answered = replace(
        found,
        state=State.ANSWERED,
        answered_by=caller.subject,
        answered_at=now,
        claimed_by=None,
        claimed_until=None,
        changed_at=now,
    )
    await _write(session, here, answered, Act.ANSWER, caller.subject, text)
    await tell(session, here, "complaint_answered", answered, text)
    return answered


def ensure_sayable(text: str, category: str) -> None:
    """Refuse an answer that tells by SMS what lies open on every screen. Raises AnswerTellsPersons."""
    found = {fault.code: linter.FAULTS[fault.code] for fault in linter.personal(text, category)}
    if not found and linter.long_numbers(text, _LONG_NUMBER):
        found["long_number"] = linter.FAULTS["long_number"]
    if found:
        raise AnswerTellsPersons(
            " ".join(reason for reason, _ in found.values()),
            detail_ar=" ".join(reason for _, reason in found.values()),
            faults=[*sorted(found)],
        )


async def add(session: AsyncSession, here: Context, who: str, found: Complaint, text: str, now: datetime) -> Complaint:
    """Keep what the citizen says besides of an open complaint, whose row is locked. Raises ComplaintNotSo."""
    _ensure(here, found, Act.ADD, now)
    return await _write(session, here, replace(found, changed_at=now), Act.ADD, who, text, told=False)


async def reopen(
    session: AsyncSession, here: Context, who: str, found: Complaint, text: str, *, appeal: bool, now: datetime
) -> Complaint:
    """Open an answered complaint again, or appeal: then the nation's team answers it. Its row is locked.

    Raises ComplaintNotSo.
    """
    act = Act.APPEAL if appeal else Act.REOPEN
    _ensure(here, found, act, now)
    hours = here.rules.complaints.escalated if appeal else _hours(here, found.category)
    opened = replace(
        found,
        state=State.OPEN,
        level=Level.NATION if appeal else found.level,
        due_at=now + hours,
        reopened=found.reopened + (not appeal),
        appealed=found.appealed or appeal,
        changed_at=now,
    )
    await _write(session, here, opened, act, who, text)
    await tell(session, here, "complaint_taken", opened)
    return opened


async def escalate(session: AsyncSession, here: Context, late: Sequence[Complaint], now: datetime) -> None:
    """Give complaints that a governorate's team has not answered in time to the nation's; their rows are locked."""
    for one in late:
        moved = replace(
            one,
            level=Level.NATION,
            due_at=now + here.rules.complaints.escalated,
            claimed_by=None,
            claimed_until=None,
            changed_at=now,
        )
        await _write(session, here, moved, Act.ESCALATE, SYSTEM, None)
        await tell(session, here, "complaint_moved", moved)


async def close(session: AsyncSession, here: Context, standing: Sequence[Complaint], now: datetime) -> None:
    """Close complaints whose answer nobody has contested; their rows are locked."""
    for one in standing:
        await _write(session, here, replace(one, state=State.CLOSED, changed_at=now), Act.CLOSE, SYSTEM, None)


async def tell(session: AsyncSession, here: Context, template: str, about: Complaint, answered: str = "") -> None:
    """Tell the citizen how a complaint stands."""
    if about.citizen_id is None:
        return
    facts = ComplaintFacts(number=about.number, due_at=about.due_at)
    said = AnsweredComplaintFacts(number=about.number, answer=answered) if answered else facts
    intent = Intent(
        new_id(), said, citizen_id=about.citizen_id, household_id=about.household_id, subject=about.complaint_id
    )
    await messages.queue(session, here, template, [intent])


def categories(here: Context) -> Mapping[str, ComplaintCategory]:
    """The categories in force today, by name."""
    return here.rules.complaints.categories


async def _turn(
    session: AsyncSession, here: Context, caller: Principal, complaint_id: UUID, act: Act, now: datetime
) -> Complaint:
    """A complaint whose turn to be acted on is the caller's; its row is locked.

    Raises ComplaintUnknown, ComplaintNotSo, ComplaintAbove or ComplaintClaimed.
    """
    found = await known(session, caller, complaint_id, lock=True)
    _ensure(here, found, act, now)
    if found.level is Level.NATION and not caller.bound.covers(Area(None)):
        raise ComplaintAbove(detail_ar="يرد عليها الفريق المركزي.")
    if lifecycle.claimed_by(found, now) not in {None, caller.subject}:
        raise ComplaintClaimed(claimed_until=found.claimed_until.isoformat() if found.claimed_until else None)
    return found


def _ensure(here: Context, found: Complaint, act: Act, now: datetime) -> None:
    if act not in lifecycle.acts(found, here.rules.complaints, now):
        raise ComplaintNotSo(
            f"It is {found.state}.", detail_ar="راجع حالة الشكوى وما يمكن عمله بها.", state=str(found.state)
        )


def _category(here: Context, name: str) -> ComplaintCategory:
    found = categories(here).get(name)
    if found is None:
        raise ComplaintCategoryUnknown(
            f"Known: {', '.join(sorted(categories(here)))}.", detail_ar="اختر نوعاً من القائمة."
        )
    return found


def _hours(here: Context, name: str) -> timedelta:
    kinds = categories(here)
    return timedelta(hours=(kinds.get(name) or kinds["other"]).answer_hours)


async def _write(
    session: AsyncSession, here: Context, changed: Complaint, act: Act, who: str, said: str | None, *, told: bool = True
) -> Complaint:
    await repository.write(session, changed)
    await _keep(session, here, changed, act, who, said, told=told)
    return changed


async def _keep(
    session: AsyncSession, here: Context, changed: Complaint, act: Act, who: str, said: str | None, *, told: bool = True
) -> None:
    sealed = None if said is None else here.vault.seal(changed.complaint_id, said.encode(), TEXT)
    await repository.step(session, changed, act, who, changed.changed_at, sealed)
    if told:
        event = ComplaintChanged(
            complaint_id=changed.complaint_id,
            governorate=changed.governorate,
            category=changed.category,
            channel=changed.channel,
            state=changed.state,
            level=changed.level,
            entered_at=changed.entered_at,
            due_at=changed.due_at,
            changed_at=changed.changed_at,
        )
        await outbox.add(session, event)
