"""Pick-up plans: ordered at once, carried out chunk by chunk by a worker; a card is made for everyone invited."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import minting
from card_service.cards import repository as cards
from card_service.cards.models import NewCard
from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.distribution import plan_repository as store
from card_service.distribution import repository, slot_making, slots
from card_service.distribution.errors import PlanNotFound, PlanUnderWay, WeekIsOver
from card_service.distribution.models import Candidate, NewAppointment, PickupSite, Plan
from card_service.distribution.opening import HOUR
from card_service.distribution.planning import Group, Offer, Outcome, Planner, Site
from card_service.distribution.schemas import PlanIn
from card_service.keys import ADULT_AGE
from chassis import outbox
from chassis.clock import day_begins
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.card import PickupScheduled

WEEK = 7


def ensure_ahead(deps: Dependencies, week_start: date) -> None:
    """Raises WeekIsOver for a week whose last day is past."""
    if week_start + timedelta(days=WEEK) <= deps.today():
        raise WeekIsOver(detail_ar="اختر أسبوعاً لم ينته.")


async def order(session: AsyncSession, deps: Dependencies, caller: Principal, phase_id: UUID, given: PlanIn) -> UUID:
    """Order a plan for a phase that may be distributed. Raises PlanUnderWay."""
    plan_id = new_id()
    created = await store.create(
        session, plan_id, phase_id, given.week_start, given.holders, given.limit, caller.subject, deps.now()
    )
    if not created:
        raise PlanUnderWay(detail_ar="انتظر انتهاء الخطة الحالية.")
    return plan_id


async def find(session: AsyncSession, caller: Principal, plan_id: UUID) -> Plan:
    """A plan the caller may see. Raises PlanNotFound."""
    return caller.bound.own(await store.find(session, plan_id), PlanNotFound)


def planning_site(site: PickupSite) -> Site:
    """A site as the planner sees it."""
    return Site(site.site_id, site.district)


async def offers_of(
    session: AsyncSession, deps: Dependencies, sites: Iterable[PickupSite], first: date, days: int
) -> dict[UUID, list[Offer]]:
    """What sites offer in so many days from a day on, without hours that have begun. Makes missing slots."""
    of = list(sites)
    await slot_making.ensure(session, deps, of, first, days)
    begins, ends = max(deps.now(), day_begins(first)), day_begins(first + timedelta(days=days))
    offers: dict[UUID, list[Offer]] = {}
    for slot in await slots.free(session, [site.site_id for site in of], begins, ends):
        offers.setdefault(slot.site_id, []).append(Offer(slot.starts_at, slot.offered, slot.taken))
    return offers


def pickup_scheduled(
    appointment: NewAppointment, site: PickupSite, citizen_id: UUID, household_id: UUID
) -> PickupScheduled:
    """The event of an appointment."""
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
    )


def born_by(today: date, adult_age: int) -> date:
    """The latest day of birth of those who are adults; whoever is born on 29 February comes of age on 1 March."""
    try:
        return today.replace(year=today.year - adult_age)
    except ValueError:
        return date(today.year - adult_age, 2, 28)


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
            invited: list[UUID] = []
            district = ""
            for member in members:
                district = member.district
                if member.is_head and self.heads_left > 0:
                    self.heads_left -= 1
                    invited.append(member.citizen_id)
                elif not member.is_head and self.others_left > 0:
                    self.others_left -= 1
                    invited.append(member.citizen_id)
            if invited:
                self.groups.append(Group(household_id, district, tuple(invited), sites.get(household_id)))
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
    """One chunk of a plan."""
    deps = runtime.state.dependencies
    now = deps.now()
    sites = {site.site_id: site for site in await repository.sites(session, plan.governorate, deps.today())}
    offers = await offers_of(session, deps, sites.values(), plan.week_start, WEEK)
    heads_left, others_left = plan.heads_left, plan.others_left
    if heads_left is None or others_left is None:
        heads_left = min(plan.max_citizens, await store.count_heads(session, plan.governorate))
        others_left = plan.max_citizens - heads_left if plan.holders == "adults" else 0
        capacities = {site_id: sum(offer.offered for offer in offers.get(site_id, ())) for site_id in sites}
        await store.begin(session, plan.plan_id, heads_left, others_left, capacities)
    adults = born_by(deps.today(), deps.figure(ADULT_AGE))
    limit = deps.settings.card_plan_chunk
    page = await store.candidates(session, plan, others=others_left > 0, born_by=adults, limit=limit)
    candidates = whole_households(page, limit)
    invitations = Invitations(heads_left, others_left, done_household=plan.done_household)
    known = await store.household_sites(session, list({one.household_id for one in candidates}))
    invitations.invite(candidates, known)
    planner = Planner(map(planning_site, sites.values()), offers)
    outcome = await asyncio.to_thread(lambda: planner.place(invitations.groups))
    await _write(session, deps, plan, outcome, sites)
    await store.advance(
        session,
        plan,
        heads_left=invitations.heads_left,
        others_left=invitations.others_left,
        done_household=invitations.done_household,
        scheduled=Counter(placement.site_id for placement in outcome.placements),
        unplaced=outcome.unplaced,
        finished_at=now if len(page) < limit or invitations.spent else None,
    )


async def _write(
    session: AsyncSession, deps: Dependencies, plan: Plan, outcome: Outcome, sites: Mapping[UUID, PickupSite]
) -> None:
    """Make the cards, book the hours, tell the citizens."""
    if not outcome.placements:
        return
    now = deps.now()
    minted = await minting.mint(session, deps, len(outcome.placements))
    new_cards: list[NewCard] = []
    appointments: list[NewAppointment] = []
    events: list[PickupScheduled] = []
    for card, placement in zip(minted, outcome.placements, strict=True):
        site = sites[placement.site_id]
        new_cards.append(
            NewCard(
                card_id=card.card_id,
                citizen_id=placement.citizen_id,
                household_id=placement.household_id,
                governorate=plan.governorate,
                number_hash=card.number_hash,
                number_sealed=card.number_sealed,
                site_id=site.site_id,
                phase_id=plan.phase_id,
            )
        )
        appointment = NewAppointment(new_id(), card.card_id, site.site_id, placement.starts_at, 1)
        appointments.append(appointment)
        events.append(pickup_scheduled(appointment, site, placement.citizen_id, placement.household_id))
    await cards.insert(session, new_cards, now)
    await repository.book(session, appointments)
    await outbox.add(session, *events, at=now)
