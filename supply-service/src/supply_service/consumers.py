"""Everything supply-service reacts to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    CardIssued,
    CardReplaced,
    CardRestated,
    CardServiceDisabled,
    CardServiceEnabled,
    CardUnblocked,
    HouseholdChangedByMonth,
    HouseholdRestated,
    PersonDied,
    ProgrammeService,
)
from contracts.gateway import TerminalEnrolled
from contracts.notify import InquiryReceived
from contracts.payment import PaymentAuthorized, PaymentCaptured, PaymentFailed, PaymentVoided
from contracts.receipt_notices import ReceiptNoticeApproved, ReceiptNoticeWithdrawn
from contracts.supply import OutletRestated
from supply_service.cards import repository as cards
from supply_service.context import Runtime
from supply_service.entitlements import service as entitlements
from supply_service.held import HELD
from supply_service.months import deaths
from supply_service.months import service as months
from supply_service.offline import repository as offline
from supply_service.outlets import near
from supply_service.outlets.service import TERMINALS
from supply_service.receipt_notices import repository as notices
from supply_service.sales import wallet_holds
from terminal_registry.revocations import follow_revocations

# What changes a household's row, or voids what is decided on it.
_CHANGING = (
    HouseholdChangedByMonth,
    PersonDied,
    CardActivated,
    CardServiceEnabled,
    CardServiceDisabled,
    CardBlocked,
    CardUnblocked,
    CardReplaced,
    CardClosed,
    CardRestated,
    HouseholdRestated,
)


async def lock_households(events: Sequence[Received[Any]], session: AsyncSession) -> None:
    """Lock the households that events of any type change in the order of their keys, as the lanes do."""
    await cards.lock(session, [event.data.household_id for event in events if isinstance(event.data, _CHANGING)])


reactions: Reactions[Runtime] = Reactions(group="supply-service", before=lock_households)
follow_revocations(reactions)
follow_wants(reactions, (OutletRestated,), card.RestatementWanted, payment.RestatementWanted)
follow_privacy(reactions, HELD)


@reactions.on(TerminalEnrolled)
async def terminal_enrolled(
    events: Sequence[Received[TerminalEnrolled]], session: AsyncSession, runtime: Runtime
) -> None:
    """Know the keys that terminals sign their offline sales with; one that is replaced holds for what it signed."""
    await TERMINALS.enrolled(events, session, runtime)
    for event in events:
        await offline.add_key(session, event.data.terminal_id, event.data.public_key, event.time)


BALANCE = "balance"
_HOLDER = ("household_id", "citizen_id")
SALE = "redemption:"


@reactions.on(HouseholdChangedByMonth)
async def household_changed(
    events: Sequence[Received[HouseholdChangedByMonth]], session: AsyncSession, runtime: Runtime
) -> None:
    """Keep the sizes and residence of households, and bring months that are open already to them."""
    await months.hear(session, runtime, [event.data for event in events])


@reactions.on(PersonDied)
async def person_died(events: Sequence[Received[PersonDied]], session: AsyncSession, runtime: Runtime) -> None:
    """Sell nothing more on the card of whoever died; what was drawn since is a claim for a person to decide."""
    await cards.touch(session, [event.data.household_id for event in events])
    await cards.close_of(session, transposed((e.data for e in events), *_HOLDER))
    await deaths.enter(session, [(event.data, event.time) for event in events])
    await deaths.reckon(session, runtime, [event.data.household_id for event in events])


@reactions.on(CardIssued)
async def card_issued(events: Sequence[Received[CardIssued]], session: AsyncSession, _: Runtime) -> None:
    """Know a card before it is active, so that a terminal hears why it is refused."""
    names = ("card_id", "household_id", "citizen_id")
    await cards.issue(session, transposed((e.data for e in events), *names))


@reactions.on(CardActivated)
async def card_activated(events: Sequence[Received[CardActivated]], session: AsyncSession, _: Runtime) -> None:
    """Let cards draw, and their households have pots from that day on."""
    names = ("card_id", "household_id", "citizen_id", "governorate", "district", "members", "activated_at")
    columns = transposed((e.data for e in events), *names)
    columns["district"] = [as_listed(e.data.governorate, e.data.district) for e in events]
    supply = [ProgrammeService.SUPPLY in e.data.services for e in events]
    columns["supply"] = [*supply]
    columns["activated_on"] = [
        business_day(e.data.activated_at) if on else None for e, on in zip(events, supply, strict=True)
    ]
    await cards.activate(session, columns)


@reactions.restated(
    CardRestated,
    CardIssued,
    CardActivated,
    CardServiceEnabled,
    CardServiceDisabled,
    CardBlocked,
    CardUnblocked,
    CardReplaced,
    CardClosed,
    edition=2,
)
async def card_restated(events: Sequence[Received[CardRestated]], session: AsyncSession, _: Runtime) -> None:
    """Know cards as they are."""
    names = (
        "card_id", "household_id", "citizen_id", "governorate", "district", "members", "activated_at", "blocked_at",
        "replaced_by", "closed_at",
    )  # fmt: skip
    told = [event.data for event in events]
    columns = {name: [getattr(card, name) for card in told] for name in names}
    columns["district"] = [as_listed(card.governorate, card.district) for card in told]
    columns["supply"] = [ProgrammeService.SUPPLY in card.services for card in told]
    columns["state"] = [_state(card) for card in told]
    columns["activated_on"] = [
        business_day(card.activated_at) if card.activated_at and ProgrammeService.SUPPLY in card.services else None
        for card in told
    ]
    await cards.restate(session, columns)


@reactions.restated(HouseholdRestated, HouseholdChangedByMonth, edition=2)
async def household_restated(
    events: Sequence[Received[HouseholdRestated]], session: AsyncSession, runtime: Runtime
) -> None:
    """Know the sizes and residence of households as they are; a register of before tells the number of members."""
    names = ("household_id", "governorate", "district", "members", "revision")
    before = [event.data for event in events if event.data.state is None]
    columns = {name: [getattr(one, name) for one in before] for name in names}
    columns["district"] = [as_listed(one.governorate, one.district) for one in before]
    await cards.put_households(session, columns)
    await months.hear(session, runtime, [event.data.state for event in events if event.data.state is not None])


@reactions.on(CardServiceEnabled)
async def service_enabled(events: Sequence[Received[CardServiceEnabled]], session: AsyncSession, _: Runtime) -> None:
    """Let a card draw supply."""
    await _supply(session, events, on=True)


@reactions.on(CardServiceDisabled)
async def service_disabled(events: Sequence[Received[CardServiceDisabled]], session: AsyncSession, _: Runtime) -> None:
    """Refuse supply on a card."""
    await _supply(session, events, on=False)


@reactions.on(CardBlocked)
async def card_blocked(events: Sequence[Received[CardBlocked]], session: AsyncSession, _: Runtime) -> None:
    """Refuse a card everywhere."""
    await cards.touch(session, [event.data.household_id for event in events])
    for event in events:
        await cards.block(session, event.data.card_id, event.data.household_id, event.data.blocked_at)


@reactions.on(CardUnblocked)
async def card_unblocked(events: Sequence[Received[CardUnblocked]], session: AsyncSession, _: Runtime) -> None:
    """Accept a card again."""
    await cards.touch(session, [event.data.household_id for event in events])
    for event in events:
        await cards.unblock(session, event.data.card_id, event.data.household_id, event.time)


@reactions.on(CardReplaced)
async def card_replaced(events: Sequence[Received[CardReplaced]], session: AsyncSession, _: Runtime) -> None:
    """Let the new card take the old one's place; the household's pots stay as they are."""
    await cards.touch(session, [event.data.household_id for event in events])
    for event in events:
        data = event.data
        await cards.succeed(
            session,
            old_card_id=data.old_card_id,
            card_id=data.new_card_id,
            household_id=data.household_id,
            citizen_id=data.citizen_id,
            supply=ProgrammeService.SUPPLY in data.services,
            at=data.replaced_at,
        )
        await cards.close(session, data.old_card_id, data.household_id, data.replaced_at, data.new_card_id)


@reactions.on(CardClosed)
async def card_closed(events: Sequence[Received[CardClosed]], session: AsyncSession, _: Runtime) -> None:
    """End a card: what was sold on it before is good, however late it comes."""
    await cards.touch(session, [event.data.household_id for event in events])
    for event in events:
        await cards.close(session, event.data.card_id, event.data.household_id, event.time)


@reactions.on(PaymentAuthorized)
async def payment_authorized(events: Sequence[Received[PaymentAuthorized]], session: AsyncSession, _: Runtime) -> None:
    """Know the holds that a sale may be paid with."""
    names = ("payment_id", "card_id", "merchant_id", "amount", "expires_at")
    await wallet_holds.put(session, transposed((e.data for e in events), *names))


@reactions.on(PaymentVoided)
async def payment_voided(events: Sequence[Received[PaymentVoided]], session: AsyncSession, _: Runtime) -> None:
    """Refuse sales with a hold that was given up."""
    await wallet_holds.set_state(session, [event.data.payment_id for event in events], "voided")


@reactions.on(PaymentCaptured)
async def payment_captured(events: Sequence[Received[PaymentCaptured]], session: AsyncSession, _: Runtime) -> None:
    """Refuse sales with a hold that was taken already."""
    await wallet_holds.set_state(session, [event.data.payment_id for event in events], "captured")


@reactions.on(PaymentFailed)
async def payment_failed(events: Sequence[Received[PaymentFailed]], session: AsyncSession, _: Runtime) -> None:
    """Keep which part of a sale the wallet has not paid after all, for whoever reconciles."""
    for event in events:
        if event.data.reference.startswith(SALE):
            await wallet_holds.unpaid(session, event.data.payment_id, event.data.reason)


@reactions.on(InquiryReceived)
async def inquiry_received(
    events: Sequence[Received[InquiryReceived]], session: AsyncSession, runtime: Runtime
) -> None:
    """Answer a citizen who asks what is left, or for the nearest outlets."""
    asked = [event.data for event in events if event.data.topic == BALANCE]
    await entitlements.state_balances(session, runtime, asked)
    await near.state(session, [event.data for event in events if event.data.topic == near.NEAREST])


@reactions.on(ReceiptNoticeApproved)
async def receipt_notice_approved(
    events: Sequence[Received[ReceiptNoticeApproved]], session: AsyncSession, _: Runtime
) -> None:
    """Know what receipts are to be printed with; terminals have it when they ask next."""
    await notices.put(session, [event.data for event in events])


@reactions.on(ReceiptNoticeWithdrawn)
async def receipt_notice_withdrawn(
    events: Sequence[Received[ReceiptNoticeWithdrawn]], session: AsyncSession, _: Runtime
) -> None:
    """Have it printed no more."""
    for event in events:
        await notices.withdraw(session, [event.data.notice_id], event.time)


def _state(card: CardRestated) -> str:
    """A card's state as this service keeps it, beside since when it is blocked."""
    if card.state == "closed":
        return card.state
    return "issued" if card.activated_at is None else "active"


async def _supply(
    session: AsyncSession,
    events: Sequence[Received[CardServiceEnabled]] | Sequence[Received[CardServiceDisabled]],
    *,
    on: bool,
) -> None:
    meant = [event for event in events if event.data.service is ProgrammeService.SUPPLY]
    await cards.touch(session, [event.data.household_id for event in meant])
    for event in meant:
        data = event.data
        await cards.set_supply(session, data.card_id, data.household_id, on=on, at=event.time)
