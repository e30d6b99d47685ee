"""Pick-up plans: drafted and looked at, or ordered at once; carried out chunk by chunk by a worker.

A card is made for everyone invited, or they are invited to the card that a bureau has made and that lies at a site.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import minting
from card_service.cards import repository as cards
from card_service.cards.models import NewCard
from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.distribution import plan_repository as store
from card_service.distribution import repository, slot_making
from card_service.distribution.errors import PlanNotDraft, PlanNotFound, PlanUnderWay, WeekIsOver
from card_service.distribution.models import Candidate, NewAppointment, PickupSite, Plan
from card_service.distribution.offering import offers_of, planning_site
from card_service.distribution.opening import HOUR
from card_service.distribution.planning import Group, Outcome, Placement, Planner
from card_service.distribution.schemas import PlanAccepted, PlanIn
from card_service.keys import ADULT_AGE, ELDERLY_AGE
from card_service.weeks import WEEK
from chassis import outbox
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.card import PickupScheduled


def ensure_ahead(deps: Dependencies, week_start: date, weeks: int = 1) -> None:
    """Raises WeekIsOver for weeks whose last day is past."""
    if week_start + timedelta(days=weeks * WEEK) <= deps.today():
        raise WeekIsOver(detail_ar="اختر أسبوعاً لم ينته.")


async def order(
    session: AsyncSession, deps: Dependencies, caller: Principal, phase_id: UUID, given: PlanIn
) -> PlanAccepted:
    """Order a plan for a phase that may be distributed, or its draft. Raises PlanUnderWay."""
    plan_id = new_id()
    status: Literal["drafting", "queued"] = "drafting" if given.draft else "queued"
    if not await store.create(session, plan_id, phase_id, given, status, caller.subject, deps.now()):
        raise PlanUnderWay(detail_ar="انتظر انتهاء الخطة الحالية.")
    return PlanAccepted(id=plan_id, status=status)


async def draft_of(session: AsyncSession, caller: Principal, plan_id: UUID) -> Plan:
    """A draft that was computed, its row locked. Raises PlanNotFound, PlanNotDraft."""
    plan = caller.bound.own(await store.find(session, plan_id, lock=True), PlanNotFound)
    if plan.status != "draft":
        raise PlanNotDraft(detail_ar="راجع حالة الخطة.", plan_status=plan.status)
    return plan


async def start(session: AsyncSession, deps: Dependencies, caller: Principal, plan: Plan) -> None:
    """Carry a draft out. Raises WeekIsOver, PlanUnderWay."""
    ensure_ahead(deps, plan.week_start, plan.weeks)
    if not await store.start(session, plan.plan_id, caller.subject, deps.now()):
        raise PlanUnderWay(detail_ar="انتظر انتهاء الخطة الحالية.")


async def drop(session: AsyncSession, deps: Dependencies, caller: Principal, plan_id: UUID) -> Plan:
    """Give a draft up. Raises PlanNotFound, PlanNotDraft."""
    await draft_of(session, caller, plan_id)
    await store.drop(session, plan_id, caller.subject, deps.now())
    return await find(session, caller, plan_id)


async def find(session: AsyncSession, caller: Principal, plan_id: UUID) -> Plan:
    """A plan the caller may see. Raises PlanNotFound."""
    return caller.bound.own(await store.find(session, plan_id), PlanNotFound)


def pickup_scheduled(
    appointment: NewAppointment, site: PickupSite, citizen_id: UUID, household_id: UUID, because: str = "planned"
) -> PickupScheduled:
    """The event of an appointment; `because`: why it is another one."""
    return PickupScheduled(
        appointment_id=appointment.appointment_id,
        card_id=appointment.card_id,
        citizen_id=citizen_id,
        household_id=household_id,
        site_id=site.site_id,
        site_name_ar=site.name_ar,
        site_name_en=site.name_en,
        site_address_ar=site.address_ar,
        starts_at=appointment.starts_at,
        ends_at=appointment.starts_at + HOUR,
        because=because,
    )


def born_by(today: date, age: int) -> date:
    """The latest day of birth of those who have reached an age; of who is born on 29 February on 1 March."""
    try:
        return today.replace(year=today.year - age)
    except ValueError:
        return date(today.year - age, 2, 28)


@dataclass
class Invitations:
    """Who of the candidates is invited, within what is left of the plan's budget."""

    heads_left: int
    others_left: int
    groups: list[Group] = field(default_factory=list)
    done_household: UUID | None = None

    def invite(self, candidates: Iterable[Candidate], sites: Mapping[UUID, UUID]) -> None:
        """Take each household's head and then its others, as long as the budget lasts."""
        for household_id, members in groupby(candidates, key=lambda candidate: candidate.household_id):
            invited: list[Candidate] = []
            for member in members:
                if member.is_head and self.heads_left > 0:
                    self.heads_left -= 1
                    invited.append(member)
                elif not member.is_head and self.others_left > 0:
                    self.others_left -= 1
                    invited.append(member)
            places = [member.site_id or sites.get(household_id) for member in invited]
            for site_id in dict.fromkeys(places):
                there = [member for member, place in zip(invited, places, strict=True) if place == site_id]
                citizens = tuple(member.citizen_id for member in there)
                elderly = sum(member.is_elderly for member in there)
                self.groups.append(Group(household_id, there[0].district, citizens, site_id, elderly))
            self.done_household = household_id

    @property
    def spent(self) -> bool:
        """Whether nobody else may be invited."""
        return self.heads_left == 0 and self.others_left == 0


def whole_households(candidates: Sequence[Candidate], limit: int) -> Sequence[Candidate]:
    """The candidates without the last household's where the page may have cut it."""
    if len(candidates) < limit:
        return candidates
    last = candidates[-1].household_id
    whole = [candidate for candidate in candidates if candidate.household_id != last]
    return whole or candidates


async def plan_chunk(session: AsyncSession, runtime: Runtime, plan: Plan) -> None:
    """One chunk of a plan; of a draft nothing is written but what it comes to."""
    deps = runtime.state.dependencies
    now, days = deps.now(), plan.weeks * WEEK
    if not plan.is_draft:
        await store.one_at_a_time(session, plan.governorate)
    sites = {site.site_id: site for site in await repository.sites(session, plan.governorate, deps.today())}
    if plan.heads_left is None:
        await slot_making.ensure(session, deps, sites.values(), plan.week_start, days)
    drafted = await store.load(session, plan.plan_id) if plan.is_draft else {}
    offered = await offers_of(session, deps, sites.values(), plan.week_start, days, drafted)
    heads_left, others_left = plan.heads_left, plan.others_left
    if heads_left is None or others_left is None:
        heads_left = min(plan.max_citizens, await store.count_heads(session, plan))
        others_left = plan.max_citizens - heads_left if plan.holders == "adults" else 0
        capacities = {site_id: sum(one.offered for one in offered.offers.get(site_id, ())) for site_id in sites}
        await store.begin(session, plan.plan_id, heads_left, others_left, capacities)
    limit = deps.settings.card_plan_chunk
    page = await store.candidates(
        session,
        plan,
        others=others_left > 0,
        born_by=born_by(deps.today(), deps.figure(ADULT_AGE)),
        elderly_by=born_by(deps.today(), deps.figure(ELDERLY_AGE)),
        limit=limit,
    )
    candidates = whole_households(page, limit)
    invitations = Invitations(heads_left, others_left, done_household=plan.done_household)
    known = await store.household_sites(session, list({one.household_id for one in candidates}))
    invitations.invite(candidates, known)
    planner = Planner(map(planning_site, sites.values()), offered.offers, offered.room, offered.points)
    outcome = await asyncio.to_thread(lambda: planner.place(invitations.groups))
    if not plan.is_draft:
        lying = {one.citizen_id: (one.card_id, one.number) for one in candidates if one.card_id is not None}
        await write(session, deps, plan, outcome, sites, lying)
    await store.advance(
        session,
        plan,
        outcome,
        heads_left=invitations.heads_left,
        others_left=invitations.others_left,
        done_household=invitations.done_household,
        ended_at=now if len(page) < limit or invitations.spent else None,
    )


async def write(
    session: AsyncSession,
    deps: Dependencies,
    plan: Plan,
    outcome: Outcome,
    sites: Mapping[UUID, PickupSite],
    lying: Mapping[UUID, tuple[UUID, int]],
) -> None:
    """Make the cards, book the hours, tell the citizens.

    `lying`: by citizen the card that is made already and lies at its site, and the number of the appointment for it.
    """
    if not outcome.placements:
        return
    now = deps.now()
    to_make = [one for one in outcome.placements if one.citizen_id not in lying]
    invited = {
        **lying,
        **{citizen_id: (card_id, 1) for citizen_id, card_id in await _make(session, deps, plan, to_make)},
    }
    appointments: list[NewAppointment] = []
    events: list[PickupScheduled] = []
    for placement in outcome.placements:
        citizen_id, site = placement.citizen_id, sites[placement.site_id]
        card_id, number = invited[citizen_id]
        appointment = NewAppointment(new_id(), card_id, site.site_id, placement.starts_at, number)
        appointments.append(appointment)
        events.append(pickup_scheduled(appointment, site, citizen_id, placement.household_id))
    await repository.book(session, appointments, now)
    await outbox.add(session, *events, at=now)


async def _make(
    session: AsyncSession, deps: Dependencies, plan: Plan, placements: Sequence[Placement]
) -> list[tuple[UUID, UUID]]:
    """Make a card for each of the citizens, in stock at the site; citizens with their cards."""
    minted = await minting.mint(session, deps, len(placements)) if placements else []
    new_cards = [
        NewCard(
            card_id=card.card_id,
            citizen_id=placement.citizen_id,
            household_id=placement.household_id,
            governorate=plan.governorate,
            number_hash=card.number_hash,
            number_sealed=card.number_sealed,
            site_id=placement.site_id,
            phase_id=plan.phase_id,
        )
        for card, placement in zip(minted, placements, strict=True)
    ]
    await cards.insert(session, new_cards, deps.now(), plan.created_by, str(plan.plan_id))
    return [(card.citizen_id, card.card_id) for card in new_cards]
