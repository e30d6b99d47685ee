"""Everything health-service reacts to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.consumer import Reactions, Received
from chassis.districts import as_listed
from chassis.privacy.reactions import follow_privacy
from chassis.restating_orders import follow_wants
from chassis.row_arrays import transposed
from contracts import card, payment
from contracts.card import (
    CardActivated,
    CardBlocked,
    CardClosed,
    CardReplaced,
    CardRestated,
    CardServiceDisabled,
    CardServiceEnabled,
    CardUnblocked,
    CitizenRegistered,
    HouseholdChanged,
    HouseholdChangedByMonth,
    HouseholdRestated,
    MemberJoined,
    MemberLeft,
    PersonDied,
    ProgrammeService,
)
from contracts.gateway import TerminalEnrolled
from contracts.health import ProviderRestated
from contracts.payment import PaymentCaptured, PaymentFailed
from health_service.cards import members, trials
from health_service.cards import repository as cards
from health_service.cards.lists import Listed, put_lists
from health_service.cards.members import HEAD
from health_service.context import Runtime
from health_service.coverage import repository as coverage_rows
from health_service.coverage import service as coverage
from health_service.encounters import repository as encounters
from health_service.encounters.service import COPAYMENT
from health_service.held import HELD
from health_service.providers.service import TERMINALS
from terminal_registry.revocations import follow_revocations

reactions: Reactions[Runtime] = Reactions(group="health-service")
follow_revocations(reactions)
follow_wants(reactions, (ProviderRestated,), card.RestatementWanted, payment.RestatementWanted)
follow_privacy(reactions, HELD)
reactions.on(TerminalEnrolled)(TERMINALS.enrolled)


@reactions.on(CitizenRegistered)
async def citizen_registered(events: Sequence[Received[CitizenRegistered]], session: AsyncSession, _: Runtime) -> None:
    """Know the members of households: any of them may be the patient."""
    await members.registered(session, _columns(events, "citizen_id", "household_id", "is_head", "birth_year"))


@reactions.on(HouseholdChangedByMonth)
async def household_listed(
    events: Sequence[Received[HouseholdChangedByMonth]], session: AsyncSession, runtime: Runtime
) -> None:
    """Keep residence, members and status of households as their newest lists say."""
    await trials.put(session, [event.data for event in events])
    await _listed(session, runtime, [Listed.of(event.data) for event in events])


@reactions.on(MemberJoined)
async def member_joined(events: Sequence[Received[MemberJoined]], session: AsyncSession, _: Runtime) -> None:
    """Take members in from the day they joined on."""
    columns = _columns(events, "citizen_id", "household_id", "birth_year", "joined_on")
    days = columns.pop("joined_on")
    await members.put_people(session, {**columns, "is_head": [event.data.role == HEAD for event in events]})
    del columns["birth_year"]
    await members.joined(session, {**columns, "day": days})


@reactions.on(MemberLeft)
async def member_left(events: Sequence[Received[MemberLeft]], session: AsyncSession, _: Runtime) -> None:
    """Whoever left is no patient of the household from that day on."""
    columns = _columns(events, "citizen_id", "household_id", "left_on")
    await members.left(session, {**columns, "day": columns.pop("left_on")})


@reactions.on(PersonDied)
async def person_died(events: Sequence[Received[PersonDied]], session: AsyncSession, _: Runtime) -> None:
    """Whoever died is no patient from that day on."""
    columns = _columns(events, "citizen_id", "household_id", "died_on")
    await members.died(session, {**columns, "day": columns.pop("died_on")})


@reactions.on(HouseholdChanged)
async def household_changed(
    events: Sequence[Received[HouseholdChanged]], session: AsyncSession, runtime: Runtime
) -> None:
    """Keep the residence of households; whoever moves is covered by the start of the new governorate."""
    columns = _columns(events, "household_id", "governorate", "members", "revision")
    columns["district"] = [as_listed(event.data.governorate, event.data.district) for event in events]
    await cards.put_households(session, columns)
    await coverage.update_standing(session, runtime, await coverage_rows.enrolled(session, columns["household_id"]))


@reactions.on(CardActivated)
async def card_activated(events: Sequence[Received[CardActivated]], session: AsyncSession, runtime: Runtime) -> None:
    """Know cards that may be used; health on a card enrols its household."""
    columns = _columns(events, "card_id", "household_id", "citizen_id", "governorate", "members")
    columns["district"] = [as_listed(event.data.governorate, event.data.district) for event in events]
    columns["health"] = [ProgrammeService.HEALTH in event.data.services for event in events]
    await cards.activate(session, columns)
    days = [
        (event.data.household_id, business_day(event.data.activated_at))
        for event in events
        if ProgrammeService.HEALTH in event.data.services
    ]
    await coverage.enrol(session, runtime, days)


@reactions.restated(
    CardRestated,
    CardActivated,
    CardServiceEnabled,
    CardServiceDisabled,
    CardBlocked,
    CardUnblocked,
    CardReplaced,
    CardClosed,
    edition=2,
)
async def card_restated(events: Sequence[Received[CardRestated]], session: AsyncSession, runtime: Runtime) -> None:
    """Know cards as they are; families whose card opened care and that are not enrolled yet are."""
    told = [event.data for event in events]
    columns = _columns(
        events, "card_id", "household_id", "citizen_id", "governorate", "members", "replaced_by", "blocked_at",
        "closed_at",
    )  # fmt: skip
    columns["district"] = [as_listed(card.governorate, card.district) for card in told]
    columns["state"] = [_state(card) for card in told]
    columns["blocked"] = [card.state == "blocked" for card in told]
    columns["health"] = [ProgrammeService.HEALTH in card.services for card in told]
    await cards.restate(session, columns)
    days = [
        (card.household_id, business_day(card.activated_at))
        for card in told
        if card.activated_at is not None and ProgrammeService.HEALTH in card.services
    ]
    await coverage.enrol(session, runtime, days)


@reactions.restated(
    HouseholdRestated,
    HouseholdChanged,
    HouseholdChangedByMonth,
    CitizenRegistered,
    MemberJoined,
    MemberLeft,
    PersonDied,
    edition=3,
)
async def household_restated(
    events: Sequence[Received[HouseholdRestated]], session: AsyncSession, runtime: Runtime
) -> None:
    """Know households and their members as they are."""
    await trials.put(session, [event.data.state for event in events if event.data.state])
    await _listed(session, runtime, [Listed.again(event.data) for event in events])


@reactions.on(CardServiceEnabled)
async def service_enabled(
    events: Sequence[Received[CardServiceEnabled]], session: AsyncSession, runtime: Runtime
) -> None:
    """Let a card open care, and enrol its household."""
    meant = [event for event in events if event.data.service is ProgrammeService.HEALTH]
    if meant:
        await cards.set_health(session, _columns(meant, "card_id", "household_id"), on=True)
        await coverage.enrol(session, runtime, [(event.data.household_id, business_day(event.time)) for event in meant])


@reactions.on(CardServiceDisabled)
async def service_disabled(events: Sequence[Received[CardServiceDisabled]], session: AsyncSession, _: Runtime) -> None:
    """Refuse care on a card; the household stays enrolled."""
    meant = [event for event in events if event.data.service is ProgrammeService.HEALTH]
    if meant:
        await cards.set_health(session, _columns(meant, "card_id", "household_id"), on=False)


@reactions.on(CardBlocked)
async def card_blocked(events: Sequence[Received[CardBlocked]], session: AsyncSession, _: Runtime) -> None:
    """Refuse a card everywhere."""
    columns = _columns(events, "card_id", "household_id", "citizen_id", "blocked_at")
    await cards.set_blocked(session, columns, on=True)


@reactions.on(CardUnblocked)
async def card_unblocked(events: Sequence[Received[CardUnblocked]], session: AsyncSession, _: Runtime) -> None:
    """Accept a card again."""
    columns = _columns(events, "card_id", "household_id", "citizen_id")
    await cards.set_blocked(session, {**columns, "blocked_at": [None for _ in events]}, on=False)


@reactions.on(CardReplaced)
async def card_replaced(events: Sequence[Received[CardReplaced]], session: AsyncSession, _: Runtime) -> None:
    """Let the new card take the old one's place; cover, caps and visits stay with household and person."""
    for event in events:
        data = event.data
        await cards.succeed(
            session,
            old_card_id=data.old_card_id,
            card_id=data.new_card_id,
            household_id=data.household_id,
            citizen_id=data.citizen_id,
            health=ProgrammeService.HEALTH in data.services,
        )
        await cards.close(session, data.old_card_id, data.household_id, data.replaced_at, data.new_card_id)


@reactions.on(CardClosed)
async def card_closed(events: Sequence[Received[CardClosed]], session: AsyncSession, _: Runtime) -> None:
    """End a card: a visit made before is entered, however late."""
    for event in events:
        await cards.close(session, event.data.card_id, event.data.household_id, event.time)


@reactions.on(PaymentCaptured)
async def payment_captured(
    events: Sequence[Received[PaymentCaptured]], session: AsyncSession, runtime: Runtime
) -> None:
    """Note which co-payments left their wallets."""
    paid = [named for event in events if (named := _copayment(event.data.reference))]
    if paid:
        await encounters.set_paid(session, paid, runtime.clock.now())


@reactions.on(PaymentFailed)
async def payment_failed(events: Sequence[Received[PaymentFailed]], session: AsyncSession, runtime: Runtime) -> None:
    """Note which co-payments could not be taken, and why."""
    for event in events:
        named = _copayment(event.data.reference)
        if named:
            await encounters.set_failed(session, named, event.data.reason, runtime.clock.now())


async def _listed(session: AsyncSession, runtime: Runtime, told: Sequence[Listed]) -> None:
    """Keep lists; a household that is unable to pay by what the register says is covered without its doing anything."""
    changed = await put_lists(session, told)
    unable = runtime.state.figures_at(runtime.clock.now()).unable_legal_bases
    days = [
        (one.household_id, min(first for basis, first, _ in one.bases if basis in unable))
        for one in changed
        if any(basis in unable for basis, _, _ in one.bases)
    ]
    await coverage.enrol(session, runtime, days)
    enrolled = await coverage_rows.enrolled(session, [one.household_id for one in changed])
    await coverage.update_standing(session, runtime, enrolled)


def _state(card: CardRestated) -> str:
    """A card's state as this service keeps it, beside whether it is blocked."""
    if card.state == "closed":
        return card.state
    return "issued" if card.activated_at is None else "active"


def _copayment(reference: str) -> UUID | None:
    """The co-payment a payment's reference names; other payments are none of ours."""
    kind, _, name = reference.partition(":")
    if kind != COPAYMENT:
        return None
    try:
        return UUID(name)
    except ValueError:
        return None


def _columns(events: Sequence[Received[Any]], *names: str) -> dict[str, list[Any]]:
    return transposed((event.data for event in events), *names)
