"""Events of payment-service: wallets, holds, captures, refunds, payouts, merchants' payments."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from contracts import restated
from contracts.event import Event
from contracts.privacy import ErasureOutcome
from contracts.records import ChainHead

TOPIC = "payment.events.v1"
# A hundred thousand on one morning, which only those who tell citizens want to read.
PAYOUTS_TOPIC = "payment.payouts.v1"


class WalletOpened(Event):
    """A household member's wallet may be paid into and from."""

    TOPIC = TOPIC
    KEY = "household_id"

    wallet_id: UUID
    citizen_id: UUID
    household_id: UUID
    card_id: UUID
    governorate: str


class PaymentAuthorized(Event):
    """An amount is held on a wallet for one merchant until it is captured, voided or runs out."""

    TOPIC = TOPIC
    KEY = "household_id"

    payment_id: UUID
    wallet_id: UUID
    citizen_id: UUID
    household_id: UUID
    card_id: UUID
    merchant_id: UUID  # outlet or provider
    amount: int  # piastres
    currency: str = "EGP"
    reference: str
    expires_at: datetime


class PaymentCaptured(Event):
    """A held or due amount left the wallet for the merchant."""

    TOPIC = TOPIC
    KEY = "household_id"

    payment_id: UUID
    wallet_id: UUID
    citizen_id: UUID
    household_id: UUID
    card_id: UUID
    merchant_id: UUID
    amount: int
    currency: str = "EGP"
    reference: str  # e.g. redemption:<id>, encounter:<id>


class PaymentVoided(Event):
    """A hold was given up or ran out; the amount is free again."""

    TOPIC = TOPIC
    KEY = "household_id"

    payment_id: UUID
    household_id: UUID
    amount: int
    reason: str  # voided | expired


class PaymentFailed(Event):
    """An amount due could not be taken from the wallet."""

    TOPIC = TOPIC
    KEY = "household_id"

    payment_id: UUID
    household_id: UUID
    card_id: UUID
    amount: int
    reference: str
    reason: str


class PaymentRefunded(Event):
    """A captured amount, or part of it, went back to the wallet."""

    TOPIC = TOPIC
    KEY = "household_id"

    refund_id: UUID
    payment_id: UUID
    wallet_id: UUID
    household_id: UUID
    citizen_id: UUID
    amount: int
    reference: str


class HouseholdsPaid(Event):
    """Households that paid a merchant by their card on a day that is over: only that, so many at a time.

    What was sold or treated is told by the services that did so.
    """

    TOPIC = TOPIC
    KEY = "business_day"

    business_day: date
    household_ids: list[UUID]


class PayoutBatchAccepted(Event):
    """A batch of payouts was approved by a second person."""

    TOPIC = TOPIC
    KEY = "batch_id"

    batch_id: UUID
    programme: str
    count: int
    total: int


class PayoutBatchCompleted(Event):
    """Every payout of a batch is paid or failed."""

    TOPIC = TOPIC
    KEY = "batch_id"

    batch_id: UUID
    programme: str
    paid: int
    paid_total: int
    failed: int
    failed_total: int


class PayoutPaid(Event):
    """A pension or other payout was booked into a citizen's wallet."""

    TOPIC = PAYOUTS_TOPIC
    KEY = "household_id"

    payout_id: UUID
    batch_id: UUID
    programme: str  # pension | takaful_karama | ...
    citizen_id: UUID
    household_id: UUID
    wallet_id: UUID
    amount: int
    balance: int


class PayoutFailed(Event):
    """A payout could not be booked; the amount stays with the authority."""

    TOPIC = PAYOUTS_TOPIC
    KEY = "batch_id"

    payout_id: UUID
    batch_id: UUID
    programme: str
    amount: int
    reason: str


class WalletCorrected(Event):
    """Two persons decided that a credit was wrong: `amount` of it left the wallet, `owed` of it was not there."""

    TOPIC = TOPIC
    KEY = "household_id"

    proposal_id: UUID
    credit_id: UUID
    wallet_id: UUID
    citizen_id: UUID
    household_id: UUID
    amount: int
    owed: int


class MerchantPaid(Event):
    """A settlement was booked to a merchant, or from one where the amount is negative."""

    TOPIC = TOPIC
    KEY = "merchant_id"

    settlement_id: UUID
    merchant_id: UUID
    amount: int


class WalletStated(Event):
    """The wallet's part of the answer to a citizen's inquiry."""

    TOPIC = TOPIC
    KEY = "household_id"

    inquiry_id: UUID
    citizen_id: UUID
    household_id: UUID
    known: bool
    balance: int
    held: int


class RestatementWanted(restated.RestatementWanted):
    """A reader lacks a fact and asks its owner to tell its state again."""

    TOPIC = "payment.restatements.v1"


class RecordsChained(ChainHead):
    """Records of who has seen or changed what were chained; for copies of the chain's end that are kept elsewhere."""

    TOPIC = "payment.records.v1"


class DataErased(ErasureOutcome):
    """What was held on a citizen and need not be kept was erased here, as was decided; for the citizen's receipt."""

    TOPIC = "payment.privacy.v1"
