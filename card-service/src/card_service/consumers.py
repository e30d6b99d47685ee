"""Everything card-service reacts to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.complaints import repository as complaints
from card_service.context import Runtime
from card_service.inquiries import service as inquiries
from card_service.losses import service as losses
from card_service.privacy import service as privacy
from card_service.registry import repository
from card_service.registry.announcements import contact_changed
from card_service.registry.requests import claims, unused
from card_service.registry.sealed_names import opened
from card_service.trials import repository as trials
from card_service.trials.models import UnitKind
from card_service.usage import repository as usage
from chassis import outbox
from chassis.consumer import Reactions, Received
from chassis.privacy.erasure import Outcome
from chassis.privacy.reactions import follow_holds
from chassis.restating_orders import follow_wants
from contracts import gateway, health, notify, payment, supply
from contracts.card import CardRestated, ContactRestated, HouseholdRestated
from contracts.complaints import ComplaintChanged
from contracts.health import HouseholdsTreated, ProviderRegistered, ProviderRestated
from contracts.notify import InquiryReceived, LossReported, MessageFailed
from contracts.payment import HouseholdsPaid
from contracts.privacy import ErasureOutcome
from contracts.summaries import HouseholdsServed, OutletDaySummarised
from contracts.supply import OutletRegistered, OutletRestated
from contracts.trials import TrialPaymentSeen, TrialSaleSeen, TrialVisitSeen
from terminal_registry.revocations import follow_revocations

reactions: Reactions[Runtime] = Reactions(group="card-service")
follow_revocations(reactions)
follow_holds(reactions)
follow_wants(
    reactions,
    (CardRestated, HouseholdRestated, ContactRestated),
    supply.RestatementWanted,
    health.RestatementWanted,
    payment.RestatementWanted,
    notify.RestatementWanted,
)


def sent_at(message_id: UUID, otherwise: datetime) -> datetime:
    """When a message was written, as its UUIDv7 says; the event's own time where the id is another kind."""
    if message_id.version != 7:
        return otherwise
    return datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC)


def _hear_of(service: str, outcome: type[ErasureOutcome]) -> None:
    @reactions.on(outcome)
    async def data_erased(events: Sequence[Received[ErasureOutcome]], session: AsyncSession, _: Runtime) -> None:
        """Add to the receipt what a service has erased, and what it keeps by which law."""
        for event in events:
            said = Outcome(erased=event.data.erased, kept=event.data.kept, keys=event.data.keys)
            await privacy.take_part(session, event.data.erasure_id, service, said)


@reactions.on(supply.DrawnAfterDeath)
async def drawn_after_death(
    events: Sequence[Received[supply.DrawnAfterDeath]], session: AsyncSession, _: Runtime
) -> None:
    """Keep what was drawn in a dead person's name, for whoever decides the claim."""
    await claims.learn_drawn(session, events)


@reactions.on(supply.HouseholdUnused)
async def household_unused(
    events: Sequence[Received[supply.HouseholdUnused]], session: AsyncSession, runtime: Runtime
) -> None:
    """Propose to keep households out that have drawn nothing for so long; a person decides, and it is announced."""
    for event in events:
        await unused.propose(session, runtime, event.data.household_id, event.data.unused_since)


@reactions.on(TrialSaleSeen)
async def trial_sale_seen(events: Sequence[Received[TrialSaleSeen]], session: AsyncSession, _: Runtime) -> None:
    """Keep that test cards have drawn, for the outcome of their trial."""
    await trials.see_of(
        session, [(e.data.source_id, e.data.household_id, e.data.step, e.data.occurred_at) for e in events]
    )


@reactions.on(TrialVisitSeen)
async def trial_visit_seen(events: Sequence[Received[TrialVisitSeen]], session: AsyncSession, _: Runtime) -> None:
    """Keep that test persons have been seen at a trial provider."""
    await trials.see_of(
        session, [(e.data.encounter_id, e.data.household_id, "visit", e.data.occurred_at) for e in events]
    )


@reactions.on(TrialPaymentSeen)
async def trial_payment_seen(events: Sequence[Received[TrialPaymentSeen]], session: AsyncSession, _: Runtime) -> None:
    """Keep that a hold of a test card was taken."""
    await trials.see_of(
        session, [(e.data.payment_id, e.data.household_id, "hold_capture", e.data.captured_at) for e in events]
    )


async def _places(session: AsyncSession, kind: UnitKind, told: Sequence[tuple[UUID, str, bool]]) -> None:
    await trials.know_places(session, kind, {place: governorate for place, governorate, trial in told if trial})


@reactions.on(OutletRegistered)
async def outlet_registered(events: Sequence[Received[OutletRegistered]], session: AsyncSession, _: Runtime) -> None:
    """Know the outlets that may be units of a trial."""
    await _places(session, "outlet", [(e.data.outlet_id, e.data.governorate, e.data.trial) for e in events])


@reactions.restated(OutletRestated, OutletRegistered)
async def outlet_restated(events: Sequence[Received[OutletRestated]], session: AsyncSession, _: Runtime) -> None:
    """Know the outlets that may be units of a trial, as of now."""
    await _places(session, "outlet", [(e.data.outlet_id, e.data.governorate, e.data.trial) for e in events])


@reactions.on(ProviderRegistered)
async def provider_registered(
    events: Sequence[Received[ProviderRegistered]], session: AsyncSession, _: Runtime
) -> None:
    """Know the providers that may be units of a trial."""
    await _places(session, "provider", [(e.data.provider_id, e.data.governorate, e.data.trial) for e in events])


@reactions.restated(ProviderRestated, ProviderRegistered)
async def provider_restated(events: Sequence[Received[ProviderRestated]], session: AsyncSession, _: Runtime) -> None:
    """Know the providers that may be units of a trial, as of now."""
    await _places(session, "provider", [(e.data.provider_id, e.data.governorate, e.data.trial) for e in events])


@reactions.on(OutletDaySummarised)
async def outlet_day_summarised(
    events: Sequence[Received[OutletDaySummarised]], session: AsyncSession, _: Runtime
) -> None:
    """Keep what became of sales at outlets, for whoever judges the roll-out."""
    await usage.keep_days(session, [event.data for event in events])


@reactions.on(ComplaintChanged)
async def complaint_changed(events: Sequence[Received[ComplaintChanged]], session: AsyncSession, _: Runtime) -> None:
    """Keep how complaints stand, for whoever judges the roll-out."""
    await complaints.keep(session, [event.data for event in events])


@reactions.on(HouseholdsServed)
async def households_served(events: Sequence[Received[HouseholdsServed]], session: AsyncSession, _: Runtime) -> None:
    """Keep when households drew first and last."""
    await usage.keep_used(session, [event.data for event in events])


@reactions.on(HouseholdsTreated)
async def households_treated(events: Sequence[Received[HouseholdsTreated]], session: AsyncSession, _: Runtime) -> None:
    """Keep when households used their card for care first and last: it is a use as any."""
    await usage.keep_used(session, [event.data for event in events])


@reactions.on(HouseholdsPaid)
async def households_paid(events: Sequence[Received[HouseholdsPaid]], session: AsyncSession, _: Runtime) -> None:
    """Keep when households paid by their card first and last: it is a use as any."""
    await usage.keep_used(session, [event.data for event in events])


for name, event_type in {
    "gateway": gateway.DataErased,
    "supply": supply.DataErased,
    "health": health.DataErased,
    "payment": payment.DataErased,
    "notify": notify.DataErased,
}.items():
    _hear_of(name, event_type)


@reactions.on(LossReported)
async def loss_reported(events: Sequence[Received[LossReported]], session: AsyncSession, runtime: Runtime) -> None:
    """Block the cards of who has said by SMS that the card is lost; one that is blocked already stays as it is."""
    for event in events:
        await losses.report_of_citizen(
            session, runtime.state.dependencies, event.data.citizen_id, event.data.reported_at
        )


@reactions.on(InquiryReceived)
async def inquiry_received(
    events: Sequence[Received[InquiryReceived]], session: AsyncSession, runtime: Runtime
) -> None:
    """Answer a citizen who asks where the card is or for another hour."""
    for event in events:
        if event.data.topic in inquiries.TOPICS:
            await inquiries.answer(session, runtime.state.dependencies, event.data)


@reactions.on(MessageFailed)
async def message_failed(events: Sequence[Received[MessageFailed]], session: AsyncSession, runtime: Runtime) -> None:
    """A number that does not exist is no longer used, unless the citizen gave another one meanwhile."""
    failed: dict[UUID, datetime] = {}
    for event in events:
        if event.data.permanent:
            sent = sent_at(event.data.message_id, event.time)
            failed[event.data.citizen_id] = max(sent, failed.get(event.data.citizen_id, sent))
    unusable = await repository.mark_unusable(session, failed) if failed else []
    deps = runtime.state.dependencies
    gone = [
        contact_changed(deps.contacts, citizen_id, household_id, opened(deps.vault, citizen_id, kept), None, None)
        for citizen_id, household_id, kept in unusable
        if household_id is not None
    ]
    await outbox.add(session, *gone)
