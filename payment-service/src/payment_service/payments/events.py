"""Domain events of a payment, made of the transfer as it stands: what the other services hear of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson

from contracts.event import Event
from contracts.payment import PaymentAuthorized, PaymentCaptured, PaymentRefunded, PaymentVoided
from payment_service.ledger.rules import Transfer

PAYMENT = "payment"
COPAYMENT = "copayment"
REFUND = "refund"


@dataclass(frozen=True)
class Parties:
    """Who pays with which card, and whom."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    merchant_id: UUID

    def dump(self) -> str:
        """As it is kept with the transfer."""
        return orjson.dumps(vars(self), default=str).decode()

    @classmethod
    def of(cls, transfer: Transfer) -> Parties:
        """Read back from a transfer of a payment."""
        return cls(**{name: UUID(value) for name, value in orjson.loads(transfer.details or "{}").items()})


def events_of(transfer: Transfer) -> Iterable[Event]:
    """The event of a payment's new state. A transfer that a ministry ordered for itself is no payment: nobody paid."""
    if transfer.details is None:
        return
    parties = Parties.of(transfer)
    if transfer.kind == REFUND:
        yield PaymentRefunded(
            refund_id=transfer.transfer_id,
            payment_id=transfer.refund_of or transfer.transfer_id,
            wallet_id=transfer.credit_account_id,
            household_id=parties.household_id,
            citizen_id=parties.citizen_id,
            amount=transfer.posted,
            reference=transfer.reference,
        )
    elif transfer.state == "pending" and transfer.expires_at is not None:
        yield PaymentAuthorized(
            payment_id=transfer.transfer_id,
            wallet_id=transfer.debit_account_id,
            amount=transfer.amount,
            reference=transfer.reference,
            expires_at=transfer.expires_at,
            **vars(parties),
        )
    elif transfer.state == "posted":
        yield PaymentCaptured(
            payment_id=transfer.transfer_id,
            wallet_id=transfer.debit_account_id,
            amount=transfer.posted,
            reference=transfer.reference,
            **vars(parties),
        )
    else:
        yield PaymentVoided(
            payment_id=transfer.transfer_id,
            household_id=parties.household_id,
            amount=transfer.amount,
            reason=transfer.state,
        )
