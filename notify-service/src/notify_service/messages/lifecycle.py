"""The life of a message and what may become of an attempt to send it. Pure.

    queued → sending → sent → delivered | failed | expired          queued → cancelled | expired
                       sent → queued, where the network says what passes

Expired is what was not sent within the time of its class, or what the network gave up for that reason.

A receipt may overtake the reply to the request that sent the message, so it is believed from `queued`
(put back after an outage) and `sending` as well. Whatever came first of the ends stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from notify_service.rules import Retries


class Status(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


UNDELIVERED = frozenset({Status.FAILED, Status.EXPIRED})
ENDED = frozenset({Status.DELIVERED, Status.CANCELLED, *UNDELIVERED})
OPEN_TO_RECEIPTS = frozenset({Status.QUEUED, Status.SENDING, Status.SENT})


@dataclass(frozen=True)
class Verdict:
    """What an attempt led to; `try_after` only where the message goes back to the queue."""

    status: Status
    reason: str | None = None
    permanent: bool = False
    try_after: timedelta | None = None


ACCEPTED = Verdict(Status.SENT)


def refused(reason: str, attempts: int, valid_for: timedelta, retries: Retries) -> Verdict:
    """The verdict on a message the provider did not take at its `attempts`-th try; `valid_for`: what is left."""
    if reason in retries.wrong_number:
        return Verdict(Status.FAILED, reason, permanent=True)
    if attempts > len(retries.after):
        return Verdict(Status.FAILED, reason)
    try_after = retries.after[attempts - 1]
    if try_after >= valid_for:
        return Verdict(Status.FAILED, reason)
    return Verdict(Status.QUEUED, reason, try_after=try_after)


def returned(reason: str | None, failures: int, valid_for: timedelta, retries: Retries) -> Verdict:
    """The verdict on a message whose `failures`-th delivery failed, of a provider that can be handed it again."""
    if reason is None or reason not in retries.passing:
        return receipt(Status.FAILED, reason, retries)
    return refused(reason, failures, valid_for, retries)


def receipt(status: str, reason: str | None, retries: Retries) -> Verdict:
    """The verdict of the network on a message that was sent."""
    if status == Status.DELIVERED:
        return Verdict(Status.DELIVERED)
    if Status.EXPIRED in {status, reason}:
        return Verdict(Status.EXPIRED, reason or "expired")
    return Verdict(Status.FAILED, reason or "undelivered", permanent=reason in retries.wrong_number)
