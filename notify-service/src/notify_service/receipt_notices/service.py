"""Use cases: a notice is written by one person, approved by another, and withdrawn by either's office."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from chassis import outbox
from chassis.area import Area
from chassis.clock import business_day
from chassis.districts import ensure_district, ensure_governorate
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.receipt_notices import ReceiptNoticeApproved, ReceiptNoticeWithdrawn
from contracts.scopes import Scope
from notify_service.context import Runtime
from notify_service.proposals import PROPOSALS
from notify_service.receipt_notices import printing, repository
from notify_service.receipt_notices.errors import NoticeOver, NoticeRefused, NoticesTooMany, NoticeTimes, NoticeUnknown
from notify_service.receipt_notices.models import Notice
from notify_service.receipt_notices.schemas import NoticeIn
from notify_service.rules import NoticeRules
from notify_service.templates import linter
from notify_service.templates.linter import FAULTS

_LONGEST: Final = timedelta(days=366)
_TOO_LONG: Final = ("It takes more lines than a receipt has for it.", "النص أطول مما يتسع له الإيصال.")
_WORD: Final = ("This word is longer than a line.", "هذه الكلمة أطول من السطر.")


async def propose(session: AsyncSession, runtime: Runtime, caller: Principal, given: NoticeIn) -> Proposal:
    """Propose a notice. Raises NoticeRefused, NoticeTimes, NoticesTooMany, OutsideBound or a place's refusal."""
    area = _area(given)
    caller.bound.ensure_covers(area)
    lines = await _ensure(session, runtime, given)
    content: JsonValue = {**given.model_dump(mode="json"), "lines_ar": [*lines["ar"]], "lines_en": [*lines["en"]]}
    subject = str(new_id())
    return await PROPOSALS.enter(session, runtime, caller, NOTICE, subject, content, area=area)


async def withdraw(session: AsyncSession, runtime: Runtime, caller: Principal, notice_id: UUID) -> Notice:
    """Have a notice printed no more; a repeat gives the same. Raises NoticeUnknown, or NoticeOver."""
    found = caller.bound.own(await repository.lock(session, notice_id), NoticeUnknown)
    if found.withdrawn_at is not None:
        return found
    now = runtime.clock.now()
    if found.last_day < business_day(now):
        raise NoticeOver
    await outbox.add(session, ReceiptNoticeWithdrawn(notice_id=notice_id))
    return await repository.withdraw(session, notice_id, caller.actor.who, now)


def printed(given: NoticeIn, rules: NoticeRules) -> dict[str, list[str]]:
    """The lines in both languages. Raises NoticeRefused for what no receipt may say, or has no room for."""
    lines, errors = {}, []
    for language, words in (("ar", given.ar), ("en", given.en)):
        faults = [(fault.found, fault.code, FAULTS[fault.code]) for fault in linter.faults(words, ())]
        lines[language] = printing.lines_of(words, rules.letters)
        if len(lines[language]) > rules.lines:
            faults.append((f"{len(lines[language])} > {rules.lines}", "too_long", _TOO_LONG))
        wide = [line for line in lines[language] if printing.length(line) > rules.letters]
        faults += [(line[:60], "long_word", _WORD) for line in wide]
        errors += [(language, *fault) for fault in faults]
    if errors:
        _, found, _, (english, arabic) = errors[0]
        told: list[JsonValue] = [
            {"where": where, "code": code, "found": text, "reason": en, "reason_ar": ar}
            for where, text, code, (en, ar) in errors
        ]
        raise NoticeRefused(f"{english} ({found})", detail_ar=arabic, errors=told)
    return lines


async def _ensure(session: AsyncSession, runtime: Runtime, given: NoticeIn) -> dict[str, list[str]]:
    rules, today = runtime.state.rules.notices, business_day(runtime.clock.now())
    lines = printed(given, rules)
    if not today <= given.first_day <= given.last_day <= given.first_day + _LONGEST:
        raise NoticeTimes(detail_ar="راجع أول يوم وآخر يوم.")
    if given.governorate is not None:
        ensure_governorate(given.governorate)
    if given.district is not None:
        ensure_district(given.district)
    if await repository.beside(session, given.model_dump()) >= rules.at_once:
        raise NoticesTooMany(
            f"At most {rules.at_once} stand on a receipt.", detail_ar=f"الحد الأقصى {rules.at_once} على الإيصال الواحد."
        )
    return lines


async def _keep(session: AsyncSession, runtime: Runtime, proposal: Proposal, caller: Principal) -> None:
    """Keep what was approved, and tell it. Raises what `propose` raises, where that is so by now."""
    members = NoticeIn.model_fields.keys()
    content = proposal.content if isinstance(proposal.content, dict) else {}
    given = NoticeIn.model_validate({name: content[name] for name in members if name in content})
    today = business_day(runtime.clock.now())
    given = given.model_copy(update={"first_day": max(given.first_day, today)})  # it may have waited for its decision
    lines = await _ensure(session, runtime, given)
    approved = Notice(
        notice_id=new_id(), entered_by=proposal.enterer.who, approved_by=caller.actor.who,
        approved_at=runtime.clock.now(), **given.model_dump() | lines,
    )  # fmt: skip
    await repository.add(session, approved)
    told = {name: getattr(approved, name) for name in ReceiptNoticeApproved.model_fields}
    await outbox.add(session, ReceiptNoticeApproved.model_validate(told))


def _area(given: NoticeIn) -> Area:
    return Area(given.governorate)


NOTICE: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(name="receipt-notice", enters=Scope.CAMPAIGNS_WRITE, decides=Scope.CAMPAIGNS_APPROVE, execute=_keep)
)
