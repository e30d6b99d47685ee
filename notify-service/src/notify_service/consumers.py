"""All reactions of notify-service on one screen: what a citizen hears of, and from which event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Reactions, Received
from chassis.logging import get_logger
from chassis.privacy.reactions import follow_privacy
from contracts.appointments import CardStated, PickupReminderDue
from contracts.card import (
    CardActivated,
    CardBlocked,
    CardIssued,
    CardReplaced,
    CardRestated,
    ContactChanged,
    ContactChangedInClear,
    ContactRestated,
    HouseholdChangedByMonth,
    HouseholdRestated,
    PersonDied,
)
from contracts.gateway import TerminalKeyReplaced
from contracts.health import ProviderContactChanged
from contracts.outlets import OutletsStated
from contracts.payment import PaymentCaptured, PayoutPaid, WalletCorrected, WalletStated
from contracts.supply import BalanceStated, OutletContactChanged, Redeemed
from notify_service import metrics
from notify_service.contacts import households, places, trials
from notify_service.contacts import repository as contacts
from notify_service.contacts.service import learn, learn_again, learn_in_clear
from notify_service.context import Runtime
from notify_service.debits import service as debits
from notify_service.delivery_figures.draws import follow_draws
from notify_service.held import HELD
from notify_service.inquiries import balances
from notify_service.inquiries import cards as card_answers
from notify_service.inquiries import outlets as outlet_answers
from notify_service.messages import repository as messages
from notify_service.messages import service
from notify_service.messages.service import Intent, about
from notify_service.reactions import spot_checks
from notify_service.reactions.appointments import follow_appointments
from notify_service.reactions.decided import BEFOREHAND
from notify_service.reactions.flour import follow_flour
from notify_service.reactions.holders import follow_holders
from notify_service.reactions.housecalls import follow_house_calls
from notify_service.reactions.losses import follow_losses
from notify_service.reactions.mandates import follow_mandates
from notify_service.reactions.requests import follow_requests
from notify_service.reactions.seminars import follow_seminars
from notify_service.reactions.takebacks import follow_takebacks
from notify_service.templates import texts
from notify_service.templates.facts import (
    AppointmentFacts,
    DrawFacts,
    PayoutFacts,
    ServicesFacts,
    TerminalFacts,
)
from terminal_registry.revocations import follow_revocations

log = get_logger(__name__)


def make_reactions(*, every: bool = False) -> Reactions[Runtime]:
    """The reactions; to draws only where the template for them is enabled, for they are many.

    `every`: to them as well. Access lists allow what an installation may enable.
    """
    reactions: Reactions[Runtime] = Reactions(group="notify-service")
    follow_revocations(reactions)
    follow_privacy(reactions, HELD, beforehand=BEFOREHAND)
    follow_requests(reactions)
    follow_holders(reactions)
    follow_losses(reactions)
    follow_mandates(reactions)
    follow_appointments(reactions)
    follow_house_calls(reactions)
    follow_takebacks(reactions)
    follow_flour(reactions)
    follow_seminars(reactions)
    follow_draws(reactions)
    reactions.on(ContactChanged)(contact_changed)
    reactions.on(ContactChangedInClear)(contact_changed_in_clear)
    reactions.restated(ContactRestated, ContactChanged, ContactChangedInClear)(contact_restated)
    reactions.restated(CardRestated, CardIssued, CardActivated, CardReplaced)(card_restated)
    reactions.on(PersonDied)(person_died)
    reactions.on(HouseholdChangedByMonth)(household_changed)
    reactions.restated(HouseholdRestated, PersonDied, HouseholdChangedByMonth, edition=2)(household_restated)
    reactions.on(PickupReminderDue)(pickup_reminder)
    reactions.on(CardIssued)(card_issued)
    reactions.on(CardActivated)(card_activated)
    reactions.on(CardBlocked)(card_blocked)
    reactions.on(CardReplaced)(card_replaced)
    reactions.on(BalanceStated)(balance_stated)
    reactions.on(CardStated)(card_stated)
    reactions.on(OutletsStated)(outlets_stated)
    reactions.on(WalletStated)(wallet_stated)
    reactions.on(PayoutPaid)(payout_paid)
    reactions.on(PaymentCaptured)(payment_captured)
    reactions.on(WalletCorrected)(wallet_corrected)
    reactions.on(OutletContactChanged)(outlet_contact_changed)
    reactions.on(ProviderContactChanged)(provider_contact_changed)
    reactions.on(TerminalKeyReplaced)(terminal_key_replaced)
    if every or texts.load()["draw_alert"].enabled:
        reactions.on(Redeemed)(redeemed)
    return reactions


async def contact_changed(events: Sequence[Received[ContactChanged]], session: AsyncSession, runtime: Runtime) -> None:
    """Learn how citizens are reached."""
    await learn(events, session, runtime.state.vault, runtime.state.settings.contact_vault())


async def contact_changed_in_clear(
    events: Sequence[Received[ContactChangedInClear]], session: AsyncSession, runtime: Runtime
) -> None:
    """Learn the same from events of before they were sealed, as long as any is kept."""
    await learn_in_clear(events, session, runtime.state.vault)


async def contact_restated(
    events: Sequence[Received[ContactRestated]], session: AsyncSession, runtime: Runtime
) -> None:
    """Learn how citizens are reached, from what was told again."""
    await learn_again(events, session, runtime.state.vault, runtime.state.settings.contact_vault())


async def card_restated(events: Sequence[Received[CardRestated]], session: AsyncSession, _: Runtime) -> None:
    """Remember whose cards these are; nobody is told of anything."""
    holders = {e.data.card_id: (e.data.card_id, e.data.citizen_id, e.data.household_id) for e in events}
    await contacts.put_holders(session, list(holders.values()))


async def person_died(events: Sequence[Received[PersonDied]], session: AsyncSession, _: Runtime) -> None:
    """Tell the dead nothing any more, not what waits for them either."""
    await _died(session, [(e.data.citizen_id, e.data.died_on) for e in events])


async def household_changed(
    events: Sequence[Received[HouseholdChangedByMonth]], session: AsyncSession, _: Runtime
) -> None:
    """Know the households of trials, and where households live."""
    await trials.put(session, [e.data for e in events])
    await households.put(session, [e.data for e in events])


async def household_restated(events: Sequence[Received[HouseholdRestated]], session: AsyncSession, _: Runtime) -> None:
    """Know where households live, and the dead among those who belonged to them."""
    await trials.put(session, [e.data.state for e in events if e.data.state])
    await households.put(session, [e.data.state for e in events if e.data.state])
    dead = [gone for e in events if e.data.state for gone in e.data.state.dead]
    await _died(session, [(gone.citizen_id, gone.died_on) for gone in dead])


async def pickup_reminder(
    events: Sequence[Received[PickupReminderDue]], session: AsyncSession, runtime: Runtime
) -> None:
    """Remind of where and when the card is collected."""
    intents = [about(e, e.data.card_id, AppointmentFacts(**e.data.model_dump())) for e in events]
    await _queue(session, runtime, "appointment_reminder", intents)


async def card_issued(events: Sequence[Received[CardIssued]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell that the card was handed over, in case it was to somebody else, and where it was to a proxy."""
    await _remember(events, session)
    for template, by_proxy in (("card_issued", False), ("card_collected", True)):
        told = [about(e, e.data.card_id) for e in events if e.data.by_proxy is by_proxy]
        await _queue(session, runtime, template, told)
    await spot_checks.of_handovers(events, session, runtime)


async def card_activated(events: Sequence[Received[CardActivated]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell what the card may be used for from now on."""
    await _remember(events, session)
    intents = [about(e, e.data.card_id, ServicesFacts(services=e.data.services)) for e in events]
    await _queue(session, runtime, "card_activated", intents)


async def card_blocked(events: Sequence[Received[CardBlocked]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell that the card is refused from now on; of one that is lost CardReportedLost tells more."""
    blocked = [about(e, e.data.card_id) for e in events if e.data.reason != "lost"]
    await _queue(session, runtime, "card_blocked", blocked)


async def card_replaced(events: Sequence[Received[CardReplaced]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell that another card took the place of the old one."""
    intents = [about(e, e.data.new_card_id) for e in events]
    await contacts.put_holders(session, [(e.data.new_card_id, e.data.citizen_id, e.data.household_id) for e in events])
    await _queue(session, runtime, "card_replaced", intents)


async def card_stated(events: Sequence[Received[CardStated]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell where a card stands, when it is collected, and which hours are free."""
    await card_answers.stated(session, runtime.state, events)


async def outlets_stated(events: Sequence[Received[OutletsStated]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell which outlets are near."""
    await outlet_answers.stated(session, runtime.state, events)


async def balance_stated(events: Sequence[Received[BalanceStated]], session: AsyncSession, runtime: Runtime) -> None:
    """Take supply's part of an answer."""
    await balances.supply_stated(session, runtime.state, events)


async def wallet_stated(events: Sequence[Received[WalletStated]], session: AsyncSession, runtime: Runtime) -> None:
    """Take the wallet's part of an answer."""
    await balances.wallet_stated(session, runtime.state, events)


async def payout_paid(events: Sequence[Received[PayoutPaid]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell that a pension or other payout is in the wallet."""
    intents = [
        about(
            e, e.data.payout_id, PayoutFacts(programme=e.data.programme, amount=e.data.amount, balance=e.data.balance)
        )
        for e in events
    ]
    await _queue(session, runtime, "payout_paid", intents)
    await spot_checks.of_payouts(events, session, runtime)


async def payment_captured(
    events: Sequence[Received[PaymentCaptured]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell that something left a wallet."""
    await debits.captured(session, runtime.state, events)


async def wallet_corrected(
    events: Sequence[Received[WalletCorrected]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell that a wrong credit was taken back."""
    await debits.corrected(session, runtime.state, events)


async def outlet_contact_changed(
    events: Sequence[Received[OutletContactChanged]], session: AsyncSession, runtime: Runtime
) -> None:
    """Learn how outlets are reached."""
    await _learn_places(session, runtime, [(e.data.outlet_id, e) for e in events])


async def provider_contact_changed(
    events: Sequence[Received[ProviderContactChanged]], session: AsyncSession, runtime: Runtime
) -> None:
    """Learn how providers of care are reached."""
    await _learn_places(session, runtime, [(e.data.provider_id, e) for e in events])


async def terminal_key_replaced(
    events: Sequence[Received[TerminalKeyReplaced]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell whoever keeps the outlet or clinic that its terminal works with another key from now on."""
    numbers = await places.reached(session, [e.data.outlet_id for e in events], runtime.state.vault)
    intents = [
        Intent(
            event_id=e.id,
            facts=TerminalFacts(terminal_id=e.data.terminal_id, happened_at=e.time),
            subject=e.data.terminal_id,
            number=numbers[e.data.outlet_id].number,
            language=numbers[e.data.outlet_id].language,
        )
        for e in events
        if e.data.outlet_id in numbers
    ]
    for e in events:
        if e.data.outlet_id not in numbers:
            log.warning("a terminal has another key, and its place cannot be told", place=str(e.data.outlet_id))
            metrics.UNREACHABLE_PLACES.inc()
    await _queue(session, runtime, "terminal_key_replaced", intents)


async def redeemed(events: Sequence[Received[Redeemed]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell the card's holder of each draw."""
    holders = await contacts.holders(session, [e.data.card_id for e in events])
    intents = [
        Intent(
            event_id=e.id,
            facts=DrawFacts(lines=e.data.lines, remaining=e.data.remaining, flour=e.data.flour_remaining),
            citizen_id=holders[e.data.card_id],
            household_id=e.data.household_id,
            subject=e.data.redemption_id,
        )
        for e in events
        if e.data.card_id in holders
    ]
    await _queue(session, runtime, "draw_alert", intents)


async def _died(session: AsyncSession, dead: Sequence[tuple[UUID, date]]) -> None:
    if dead:
        citizens = [citizen_id for citizen_id, _ in dead]
        await contacts.died(session, citizens, [day for _, day in dead])
        await messages.cancel_of_the_dead(session, citizens)


async def _learn_places(session: AsyncSession, runtime: Runtime, told: Sequence[tuple[UUID, Received[Any]]]) -> None:
    said = [places.Told(place_id, e.data.sealed, e.data.language, e.time) for place_id, e in told]
    await places.learn(session, said, runtime.state.vault, runtime.state.settings.place_vault())


async def _queue(session: AsyncSession, runtime: Runtime, template: str, intents: Sequence[Intent]) -> None:
    await service.queue(session, runtime.state, template, intents)


async def _remember(
    events: Sequence[Received[CardIssued]] | Sequence[Received[CardActivated]], session: AsyncSession
) -> None:
    await contacts.put_holders(session, [(e.data.card_id, e.data.citizen_id, e.data.household_id) for e in events])
