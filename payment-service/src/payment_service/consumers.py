"""Everything payment-service reacts to.

Bookings go through the ledger's lanes, outside the transaction of the inbox; their ids follow from the event, so
that an event handled again finds them done. A handler sends the bookings of all its events off together, and writes
to its own transaction when they are done: from its first event on, what the lanes tell waits for that transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.consumer import Reactions, Received
from chassis.privacy.reactions import follow_privacy
from chassis.refusals import Refusal
from chassis.row_arrays import columns as row_columns
from chassis.row_arrays import transposed
from contracts.card import (
    CardActivated,
    CardBlocked,
    CardClosed,
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
from contracts.health import CopaymentDue, CopaymentReversed, ProviderRegistered, ProviderRestated
from contracts.household import HouseholdState
from contracts.notify import InquiryReceived
from contracts.payment import MerchantPaid, PaymentFailed, WalletOpened, WalletStated
from contracts.supply import (
    CashSupportDue,
    Levy,
    OutletRegistered,
    OutletRestated,
    SettlementCalculated,
    Tender,
    TenderRedeemed,
    TenderReversed,
)
from payment_service.context import Runtime
from payment_service.held import HELD
from payment_service.ledger.accounts import account_id, wallet_id
from payment_service.ledger.refusals import HoldExpired, NotCaptured, TransferUnknown
from payment_service.ledger.rules import Transfer
from payment_service.merchants import repository as merchants
from payment_service.merchants.repository import Booking
from payment_service.payments import service as payments
from payment_service.payments import trials as trial_money
from payment_service.payments.events import COPAYMENT, Parties
from payment_service.payouts import support
from payment_service.wallets import repository as wallets
from payment_service.wallets import trials
from payment_service.wallets.repository import Opening
from terminal_registry.revocations import follow_revocations

reactions: Reactions[Runtime] = Reactions(group="payment-service")
follow_revocations(reactions)
follow_privacy(reactions, HELD)

SETTLEMENT = "settlement"
LEVY = "settlement_levy"
SETTLEMENT_FUND = "supply_subsidy"
BALANCE = "balance"
WALLET = "wallet"
PROVIDER = "provider"
NOTHING_TAKEN = "nothing_was_taken"


@reactions.on(CardActivated)
async def card_activated(events: Sequence[Received[CardActivated]], session: AsyncSession, runtime: Runtime) -> None:
    """Know cards that are active; where payment is on one, it may pay, and its holder's wallet opens."""
    apart = await trials.which(session, [e.data.household_id for e in events])
    await trial_money.give(runtime, sorted({e.data.citizen_id for e in events if e.data.household_id in apart}))
    names = ("card_id", "citizen_id", "household_id", "governorate")
    columns = transposed((e.data for e in events), *names)
    columns["payment"] = [ProgrammeService.PAYMENT in e.data.services for e in events]
    columns["at"] = [e.time for e in events]
    await wallets.put_cards(session, columns)
    await _open(session, [e.data.card_id for e in events])
    known = await wallets.with_wallet(session, [e.data.citizen_id for e in events])
    # Whoever has a wallet already has it where the card is that was activated last.
    again = {e.data.citizen_id: e.data for e in events if e.data.citizen_id in known}
    await wallets.open_for(
        session,
        [Opening(card.card_id, card.citizen_id, card.household_id, card.governorate) for card in again.values()],
    )


@reactions.on(CardServiceEnabled)
async def service_enabled(events: Sequence[Received[CardServiceEnabled]], session: AsyncSession, _: Runtime) -> None:
    """Let a card pay that did not before, and open its holder's wallet."""
    meant = [event for event in events if event.data.service is ProgrammeService.PAYMENT]
    await _switch(meant, session, on=True)
    await _open(session, [event.data.card_id for event in meant])


@reactions.on(CardServiceDisabled)
async def service_disabled(events: Sequence[Received[CardServiceDisabled]], session: AsyncSession, _: Runtime) -> None:
    """Refuse payments with a card; the wallet stays."""
    await _switch([event for event in events if event.data.service is ProgrammeService.PAYMENT], session, on=False)


@reactions.restated(
    CardRestated,
    CardActivated,
    CardServiceEnabled,
    CardServiceDisabled,
    CardBlocked,
    CardUnblocked,
    CardReplaced,
    CardClosed,
)
async def card_restated(events: Sequence[Received[CardRestated]], session: AsyncSession, _: Runtime) -> None:
    """Know the cards that were ever active, which pay, and where their holders' wallets belong, as of now."""
    told = [event for event in events if event.data.activated_at is not None]
    if not told:
        return
    names = ("card_id", "citizen_id", "household_id", "governorate", "state")
    columns = transposed((event.data for event in told), *names)
    columns["payment"] = [ProgrammeService.PAYMENT in event.data.services for event in told]
    columns["at"] = [event.time for event in told]
    await wallets.restate_cards(session, columns)
    known = await wallets.with_wallet(session, [event.data.citizen_id for event in told])
    for in_use in (False, True):
        meant = [
            Opening(card.card_id, card.citizen_id, card.household_id, card.governorate)
            for card in (event.data for event in told)
            if (card.state != "closed") is in_use
            and (card.citizen_id in known or ProgrammeService.PAYMENT in card.services)
        ]
        new = await wallets.restate(session, meant, in_use=in_use)
        await _tell_opened(session, {card.citizen_id: card for card in meant if card.citizen_id in new}.values())


@reactions.on(PersonDied)
async def person_died(events: Sequence[Received[PersonDied]], session: AsyncSession, runtime: Runtime) -> None:
    """Let the wallets of the dead stand still; what is to be paid to them goes back."""
    dead = transposed((event.data for event in events), "citizen_id", "died_on")
    await wallets.died(session, dead, runtime.clock.now())


@reactions.on(HouseholdChangedByMonth)
async def household_changed(
    events: Sequence[Received[HouseholdChangedByMonth]], session: AsyncSession, _: Runtime
) -> None:
    """Know who is the head of a household: what is given as cash goes to the head's wallet."""
    await _know_heads(session, [event.data for event in events])


@reactions.on(CashSupportDue)
async def cash_support_due(events: Sequence[Received[CashSupportDue]], session: AsyncSession, _: Runtime) -> None:
    """Keep what is due as cash until it is gathered into a batch."""
    apart = await trials.which(session, [event.data.household_id for event in events])
    real = [event for event in events if event.data.household_id not in apart]
    await support.hear(session, [(event.data, event.time) for event in real])


@reactions.restated(HouseholdRestated, PersonDied, HouseholdChangedByMonth)
async def household_restated(
    events: Sequence[Received[HouseholdRestated]], session: AsyncSession, runtime: Runtime
) -> None:
    """Know the heads of households, and the dead among those who belonged to them."""
    await _know_heads(session, [event.data.state for event in events if event.data.state])
    dead = [gone for event in events if event.data.state for gone in event.data.state.dead]
    if dead:
        await wallets.died(session, transposed(dead, "citizen_id", "died_on"), runtime.clock.now())


@reactions.on(CardBlocked)
async def card_blocked(events: Sequence[Received[CardBlocked]], session: AsyncSession, _: Runtime) -> None:
    """Refuse payments with the card; the wallet stays."""
    for event in events:
        await wallets.set_card_state(session, event.data.card_id, "blocked")


@reactions.on(CardUnblocked)
async def card_unblocked(events: Sequence[Received[CardUnblocked]], session: AsyncSession, _: Runtime) -> None:
    """Accept the card again."""
    for event in events:
        await wallets.set_card_state(session, event.data.card_id, "active")


@reactions.on(CardReplaced)
async def card_replaced(events: Sequence[Received[CardReplaced]], session: AsyncSession, _: Runtime) -> None:
    """The new card pays from the same wallet."""
    for event in events:
        await wallets.set_card_state(session, event.data.old_card_id, "closed")


@reactions.on(CardClosed)
async def card_closed(events: Sequence[Received[CardClosed]], session: AsyncSession, _: Runtime) -> None:
    """The card pays no more."""
    for event in events:
        await wallets.set_card_state(session, event.data.card_id, "closed")


@reactions.on(OutletRegistered)
async def outlet_registered(events: Sequence[Received[OutletRegistered]], session: AsyncSession, _: Runtime) -> None:
    """Know where an outlet stands."""
    await merchants.put(session, {event.data.outlet_id: (event.data.governorate, event.data.trial) for event in events})


@reactions.restated(OutletRestated, OutletRegistered)
async def outlet_restated(events: Sequence[Received[OutletRestated]], session: AsyncSession, _: Runtime) -> None:
    """Know where an outlet stands, as of now."""
    await merchants.put(session, {event.data.outlet_id: (event.data.governorate, event.data.trial) for event in events})


@reactions.on(ProviderRegistered)
async def provider_registered(
    events: Sequence[Received[ProviderRegistered]], session: AsyncSession, _: Runtime
) -> None:
    """Know where a provider of care stands."""
    await merchants.put(
        session, {event.data.provider_id: (event.data.governorate, event.data.trial) for event in events}
    )


@reactions.restated(ProviderRestated, ProviderRegistered)
async def provider_restated(events: Sequence[Received[ProviderRestated]], session: AsyncSession, _: Runtime) -> None:
    """Know where a provider of care stands, as of now."""
    await merchants.put(
        session, {event.data.provider_id: (event.data.governorate, event.data.trial) for event in events}
    )


@reactions.on(TenderRedeemed)
async def tender_redeemed(events: Sequence[Received[TenderRedeemed]], session: AsyncSession, runtime: Runtime) -> None:
    """Take the wallet's part of sales that were made."""
    due = [(e.data, tender) for e in events for tender in e.data.tenders if tender.kind == WALLET]
    outcomes = await asyncio.gather(
        *(payments.capture_for_sale(runtime, tender.payment_id, tender.amount) for _, tender in due)
    )
    taken = [
        await payments.take_for_sale(runtime, session, tender.payment_id, tender.amount)
        if isinstance(outcome, HoldExpired)
        else outcome
        for (_, tender), outcome in zip(due, outcomes, strict=True)
    ]
    bookings = []
    for (sale, tender), outcome in zip(due, taken, strict=True):
        key = (sale.redemption_id, tender.payment_id)
        if isinstance(outcome, Refusal):
            await _tell_failure(session, sale, tender, f"redemption:{sale.redemption_id}", outcome.code)
            booking = Booking(*key, "sale", sale.outlet_id, sale.business_day, tender.amount, None, outcome.code)
        else:
            booking = Booking(*key, "sale", sale.outlet_id, sale.business_day, tender.amount, outcome.transfer_id)
        bookings.append(booking)
    await merchants.add(session, bookings)


@reactions.on(TenderReversed)
async def tender_reversed(events: Sequence[Received[TenderReversed]], session: AsyncSession, runtime: Runtime) -> None:
    """Send back the wallet's part of sales that were reversed, once.

    What was never taken, or is back already, is told and passed over.
    """
    due = [(e.data, tender) for e in events for tender in e.data.tenders if tender.kind == WALLET]
    never_taken = await merchants.failed_sales(session, [tender.payment_id for _, tender in due])

    async def refund(reversed_: TenderReversed, tender: Tender) -> Transfer | Refusal | None:
        if tender.payment_id in never_taken:
            return None
        return await payments.refund_for_reversal(runtime, reversed_.reversal_id, tender.payment_id, tender.amount)

    outcomes = await asyncio.gather(*(refund(*each) for each in due))
    bookings = []
    for (reversed_, tender), outcome in zip(due, outcomes, strict=True):
        booking = Booking(
            reversed_.reversal_id, tender.payment_id, "reversal", reversed_.outlet_id, reversed_.business_day,
            -tender.amount, None,
        )  # fmt: skip
        if outcome is None:
            booking = replace(booking, problem=NOTHING_TAKEN)
        elif isinstance(outcome, Refusal):
            await _tell_failure(session, reversed_, tender, f"reversal:{reversed_.reversal_id}", outcome.code)
            booking = replace(booking, problem=outcome.code)
        else:
            booking = replace(booking, transfer_id=outcome.transfer_id)
        bookings.append(booking)
    await merchants.add(session, bookings)


@reactions.on(SettlementCalculated)
async def settlement_calculated(
    events: Sequence[Received[SettlementCalculated]], session: AsyncSession, runtime: Runtime
) -> None:
    """Pay merchants what their day comes to, a bakery that owes is debited; pay others what is due beside it."""
    settled = [event.data for event in events]
    levies = [(due, levy) for due in settled for levy in due.levies if levy.amount]
    outcomes = await asyncio.gather(
        *(_pay(runtime, due) for due in settled if due.amount), *(_pay_beside(runtime, *levy) for levy in levies)
    )
    for outcome in outcomes:
        if isinstance(outcome, Refusal):
            raise outcome
    paid = {outcome.transfer_id for outcome in outcomes if isinstance(outcome, Transfer)}
    await merchants.add(
        session,
        [
            Booking(
                due.settlement_id, due.settlement_id, "settlement", due.outlet_id, due.business_day, due.amount,
                due.settlement_id if due.settlement_id in paid else None,
            )
            for due in settled
        ],
    )  # fmt: skip
    await outbox.add(
        session,
        *(MerchantPaid(settlement_id=d.settlement_id, merchant_id=d.outlet_id, amount=d.amount) for d in settled),
    )


@reactions.on(CopaymentDue)
async def copayment_due(events: Sequence[Received[CopaymentDue]], session: AsyncSession, runtime: Runtime) -> None:
    """Take the citizen's part of encounters from the wallets, or say that it could not be taken."""
    asked = [event.data for event in events]
    await runtime.state.accounts.many(PROVIDER, [str(due.provider_id) for due in asked])
    outcomes = await asyncio.gather(*(payments.take_copayment(runtime, due, _copayment(due)) for due in asked))
    failed = [
        PaymentFailed(
            payment_id=due.copayment_id,
            household_id=due.household_id,
            card_id=due.card_id,
            amount=due.amount,
            reference=f"{COPAYMENT}:{due.copayment_id}",
            reason=outcome.code,
        )
        for due, outcome in zip(asked, outcomes, strict=True)
        if isinstance(outcome, Refusal)
    ]
    await outbox.add(session, *failed)


@reactions.on(CopaymentReversed)
async def copayment_reversed(
    events: Sequence[Received[CopaymentReversed]], session: AsyncSession, runtime: Runtime
) -> None:
    """Give the citizen's part of visits back that were taken back, once; what was never taken is passed over."""
    outcomes = await asyncio.gather(*(payments.give_back_copayment(runtime, event.data) for event in events))
    for event, outcome in zip(events, outcomes, strict=True):
        if isinstance(outcome, Refusal) and not isinstance(outcome, TransferUnknown | NotCaptured):
            await outbox.add(
                session,
                PaymentFailed(
                    payment_id=event.data.copayment_id,
                    household_id=event.data.household_id,
                    card_id=event.data.card_id,
                    amount=event.data.amount,
                    reference=f"reversal:{event.data.encounter_id}",
                    reason=outcome.code,
                ),
            )


@reactions.on(InquiryReceived)
async def inquiry_received(events: Sequence[Received[InquiryReceived]], session: AsyncSession, _: Runtime) -> None:
    """Answer a citizen who asks what is left."""
    for event in events:
        if event.data.topic == BALANCE:
            await _state_wallet(session, event.data.inquiry_id, event.data.citizen_id, event.data.household_id)


async def _pay(runtime: Runtime, due: SettlementCalculated) -> Transfer | Refusal:
    """Move what a settlement comes to between the subsidy's fund and the merchant, once."""
    accounts = runtime.state.accounts
    fund = await accounts.one("fund", SETTLEMENT_FUND)
    merchant = await accounts.one("merchant", str(due.outlet_id))
    debit, credit = (fund, merchant) if due.amount > 0 else (merchant, fund)
    order = Transfer(
        due.settlement_id, debit, credit, abs(due.amount), "posted", kind=SETTLEMENT,
        reference=f"{due.outlet_id}:{due.business_day}",
    )  # fmt: skip
    return await payments.book(runtime, order)


async def _pay_beside(runtime: Runtime, due: SettlementCalculated, levy: Levy) -> Transfer | Refusal:
    """Move a payment beside a settlement between the subsidy's fund and what is cleared with its payee, once."""
    accounts = runtime.state.accounts
    fund = await accounts.one("fund", SETTLEMENT_FUND)
    payee = await accounts.one("clearing", levy.payee)
    debit, credit = (fund, payee) if levy.amount > 0 else (payee, fund)
    order = Transfer(
        levy.levy_id, debit, credit, abs(levy.amount), "posted", kind=LEVY,
        reference=f"{due.outlet_id}:{due.business_day}",
    )  # fmt: skip
    return await payments.book(runtime, order)


def _copayment(due: CopaymentDue) -> Transfer:
    parties = Parties(due.card_id, due.citizen_id, due.household_id, due.provider_id)
    return Transfer(
        due.copayment_id, wallet_id(due.citizen_id), account_id(PROVIDER, str(due.provider_id)), due.amount, "posted",
        kind=COPAYMENT, reference=f"{COPAYMENT}:{due.copayment_id}", details=parties.dump(),
    )  # fmt: skip


async def _state_wallet(session: AsyncSession, inquiry_id: UUID, citizen_id: UUID, household_id: UUID) -> None:
    found = await wallets.of_citizen(session, citizen_id)
    balance, held = found or (0, 0)
    stated = WalletStated(
        inquiry_id=inquiry_id,
        citizen_id=citizen_id,
        household_id=household_id,
        known=found is not None,
        balance=balance,
        held=held,
    )
    await outbox.add(session, stated)


async def _switch(
    events: Sequence[Received[CardServiceEnabled] | Received[CardServiceDisabled]], session: AsyncSession, *, on: bool
) -> None:
    if events:
        columns: dict[str, list[object]] = {
            "card_id": [event.data.card_id for event in events],
            "household_id": [event.data.household_id for event in events],
            "payment": [on] * len(events),
            "at": [event.time for event in events],
        }
        await wallets.set_payment(session, columns)


async def _open(session: AsyncSession, card_ids: Sequence[UUID]) -> None:
    """Open the wallets that cards which pay lack."""
    lacking = await wallets.without_wallet(session, card_ids)
    new = await wallets.open_for(session, lacking)
    await _tell_opened(session, {card.citizen_id: card for card in lacking if card.citizen_id in new}.values())


async def _tell_opened(session: AsyncSession, cards: Iterable[Opening]) -> None:
    """Tell of the wallets that were opened for the holders of these cards."""
    await outbox.add(
        session,
        *(
            WalletOpened(
                wallet_id=wallet_id(card.citizen_id),
                citizen_id=card.citizen_id,
                household_id=card.household_id,
                card_id=card.card_id,
                governorate=card.governorate,
            )
            for card in cards
        ),
    )


async def _know_heads(session: AsyncSession, states: Sequence[HouseholdState]) -> None:
    await trials.put(session, states)
    heads = [
        (state.household_id, member.citizen_id, state.revision)
        for state in states
        for member in state.members
        if member.role == "head"
    ]
    if heads:
        await wallets.put_heads(session, row_columns(heads, "household_id", "citizen_id", "revision"))


async def _tell_failure(
    session: AsyncSession, sale: TenderRedeemed | TenderReversed, tender: Tender, reference: str, reason: str
) -> None:
    failed = PaymentFailed(
        payment_id=tender.payment_id,
        household_id=sale.household_id,
        card_id=sale.card_id,
        amount=tender.amount,
        reference=reference,
        reason=reason,
    )
    await outbox.add(session, failed)
