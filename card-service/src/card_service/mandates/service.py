"""Use cases of mandates: proposed with a document, decided by another person, ended on demand, by death or by its day.

Whether one holds is read when it is used: nothing has to happen first for it to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from card_service.cards import repository as cards
from card_service.cards.lifecycle import USABLE
from card_service.cards.models import Card
from card_service.cards.service import card_of
from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.keys import MANDATE_DAYS, MANDATES_OF_ONE
from card_service.mandates import repository
from card_service.mandates.errors import MandateOver, MandateTooLong, MandateUnknown, ProxyHasMany, ProxyInvalid
from card_service.mandates.models import Allows, EndedBecause, Mandate
from card_service.mandates.schemas import MandateIn
from card_service.proposals import PROPOSALS
from card_service.registry import repository as register
from card_service.sealing import NATIONAL_ID
from chassis import outbox
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.text import normalise_digits
from contracts.mandates import MandateBegan, MandateEnded
from contracts.scopes import Scope


class _Wanted(BaseModel):
    """What is decided."""

    model_config = ConfigDict(extra="forbid")

    citizen_id: UUID
    proxy_id: UUID
    begins_on: date
    ends_on: date
    document: str
    allows: list[Allows] = ["prove"]


async def propose(
    session: AsyncSession, runtime: Runtime, caller: Principal, card_id: UUID, given: MandateIn
) -> Proposal:
    """Propose that somebody prove for a card's holder, or collect the card, whose document was seen.

    Raises CardUnknown, ProxyInvalid, MandateTooLong, ProxyHasMany or ProposalOpen.
    """
    deps = runtime.state.dependencies
    card = await card_of(session, caller, card_id)
    proxy_id = await _proxy(session, deps, given)
    if proxy_id == card.citizen_id:
        raise ProxyInvalid(detail_ar="لا يكون صاحب الكارت وكيلاً عن نفسه.")
    wanted = _Wanted(
        citizen_id=card.citizen_id,
        proxy_id=proxy_id,
        begins_on=given.begins_on,
        ends_on=given.ends_on,
        document=given.document,
        allows=sorted(set(given.allows)),
    )
    await _check(session, deps, wanted)
    subject = f"{card.citizen_id} {proxy_id}"
    return await PROPOSALS.enter(
        session, runtime, caller, MANDATE, subject, wanted.model_dump(mode="json"), area=card.area
    )


async def _proxy(session: AsyncSession, deps: Dependencies, given: MandateIn) -> UUID:
    """The citizen who is named as the proxy: by a usable card, or by national id. Raises ProxyInvalid."""
    if given.proxy_card_id is not None:
        card = await cards.find(session, given.proxy_card_id)
        if card is None or card.state not in USABLE:
            raise ProxyInvalid(detail_ar="يجب أن يكون للوكيل كارت ساري خاص به.")
        return card.citizen_id
    mark = deps.vault.fingerprint(normalise_digits(given.proxy_national_id or ""), NATIONAL_ID)
    living = [one for one in await register.by_national_id(session, mark) if one.life == "alive"]
    if not living:
        raise ProxyInvalid(detail_ar="الوكيل غير مسجل.")
    return living[0].citizen_id


async def _check(session: AsyncSession, deps: Dependencies, wanted: _Wanted) -> None:
    """That a mandate may be given: not for too long, and its proxy has not too many. Raises the refusal."""
    today, days = business_day(deps.now()), deps.figure(MANDATE_DAYS)
    if wanted.ends_on < today or (wanted.ends_on - max(wanted.begins_on, today)).days >= days:
        raise MandateTooLong(f"It ends within {days} days of its beginning.", detail_ar=f"بحد أقصى {days} يوماً")
    most = deps.figure(MANDATES_OF_ONE)
    if await repository.others_of(session, wanted.proxy_id, wanted.citizen_id, today) >= most:
        raise ProxyHasMany(f"At most {most}.", detail_ar=f"الحد الأقصى {most}.", most=most)


async def _give(session: AsyncSession, runtime: Runtime, proposal: Proposal, _: Principal) -> None:
    wanted = _Wanted.model_validate(proposal.content)
    await _check(session, runtime.state.dependencies, wanted)
    for citizen_id in (wanted.citizen_id, wanted.proxy_id):
        found = await register.find_citizen(session, citizen_id)
        if found is None or found.life == "deceased":
            raise ProxyInvalid()
    mandate = Mandate(new_id(), **wanted.model_dump())
    await repository.put(session, mandate)
    told = MandateBegan(
        mandate_id=mandate.mandate_id,
        citizen_id=mandate.citizen_id,
        household_id=await _home(session, mandate),
        proxy_id=mandate.proxy_id,
        begins_on=mandate.begins_on,
        ends_on=mandate.ends_on,
        allows=list(mandate.allows),
    )
    await outbox.add(session, told)


async def given(session: AsyncSession, caller: Principal, card_id: UUID, page: Paging[UUID]) -> list[Mandate]:
    """The mandates that a card's holder has given. Raises CardUnknown."""
    card = await card_of(session, caller, card_id)
    return await repository.of_citizen(session, card.citizen_id, page)


async def withdraw(session: AsyncSession, deps: Dependencies, caller: Principal, mandate_id: UUID) -> Mandate:
    """End a mandate from now on: one person suffices, it takes a right away. Raises MandateUnknown or MandateOver."""
    found = await repository.lock(session, mandate_id)
    holder = await register.find_citizen(session, found.citizen_id) if found else None
    caller.bound.own(holder, MandateUnknown)
    if found is None:
        raise MandateUnknown
    if found.ended_at is not None:
        raise MandateOver()
    await _end(session, deps, found, "withdrawn")
    return await repository.lock(session, mandate_id) or found


async def stands(session: AsyncSession, deps: Dependencies, card: Card, proxy: Card) -> bool:
    """Whether the holder of one card may prove for the holder of another at this moment."""
    today = business_day(deps.now())
    return await repository.standing(session, card.citizen_id, proxy.citizen_id, "prove", today) is not None


async def to_collect(session: AsyncSession, citizen_id: UUID, proxy_id: UUID, today: date) -> UUID | None:
    """The mandate by which one may collect the card of another today, if there is one."""
    return await repository.standing(session, citizen_id, proxy_id, "collect", today)


async def end_all(session: AsyncSession, deps: Dependencies, over: Sequence[Mandate]) -> None:
    """End mandates that hold no longer, and tell so."""
    for mandate in over:
        await _end(session, deps, mandate, await _why(session, mandate))


async def _why(session: AsyncSession, mandate: Mandate) -> EndedBecause:
    holder = await register.find_citizen(session, mandate.citizen_id)
    if holder is not None and holder.life == "deceased":
        return "holder_died"
    proxy = await register.find_citizen(session, mandate.proxy_id)
    return "proxy_died" if proxy is not None and proxy.life == "deceased" else "over"


async def _end(session: AsyncSession, deps: Dependencies, mandate: Mandate, because: EndedBecause) -> None:
    now = deps.now()
    await repository.end(session, mandate.mandate_id, because, now)
    told = MandateEnded(
        mandate_id=mandate.mandate_id,
        citizen_id=mandate.citizen_id,
        household_id=await _home(session, mandate),
        proxy_id=mandate.proxy_id,
        because=because,
        ended_at=now,
    )
    await outbox.add(session, told)


async def _home(session: AsyncSession, mandate: Mandate) -> UUID:
    """The household of the card's holder; who has none any more is told of by their own id."""
    holder = await register.find_citizen(session, mandate.citizen_id)
    return (holder.household_id if holder else None) or mandate.citizen_id


def _whose(proposal: Proposal) -> UUID | None:
    return _Wanted.model_validate(proposal.content).citizen_id


MANDATE: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(
        name="mandate",
        enters=Scope.CARDS_HANDOVER,
        decides=Scope.REQUESTS_APPROVE,
        execute=_give,
        whose=_whose,
    )
)
