"""Events of notify-service: what became of messages, and what citizens ask."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts import restated
from contracts.event import Event
from contracts.privacy import ErasureOutcome
from contracts.records import ChainHead

TOPIC = "notify.events.v1"


class MessageDelivered(Event):
    """The network confirmed that a message reached the handset."""

    TOPIC = TOPIC
    KEY = "citizen_id"

    message_id: UUID
    citizen_id: UUID
    template: str
    delivered_at: datetime


class MessageFailed(Event):
    """A message will not reach its citizen; `permanent` means the number itself is wrong."""

    TOPIC = TOPIC
    KEY = "citizen_id"

    message_id: UUID
    citizen_id: UUID
    template: str
    reason: str
    permanent: bool


class InquiryReceived(Event):
    """A citizen asked something by SMS from a registered number."""

    TOPIC = TOPIC
    KEY = "household_id"

    inquiry_id: UUID
    citizen_id: UUID
    household_id: UUID
    topic: str  # balance | card | appointment | nearest | help
    received_at: datetime
    choice: int | None = None  # the number of an hour that was offered, with the topic appointment


class LossReported(Event):
    """A citizen has said by SMS, from the registered number, that the card is lost."""

    TOPIC = TOPIC
    KEY = "household_id"

    report_id: UUID
    citizen_id: UUID
    household_id: UUID
    reported_at: datetime


class RestatementWanted(restated.RestatementWanted):
    """A reader lacks a fact and asks its owner to tell its state again."""

    TOPIC = "notify.restatements.v1"


class RecordsChained(ChainHead):
    """Records of who has seen or changed what were chained; for copies of the chain's end that are kept elsewhere."""

    TOPIC = "notify.records.v1"


class DataErased(ErasureOutcome):
    """What was held on a citizen and need not be kept was erased here, as was decided; for the citizen's receipt."""

    TOPIC = "notify.privacy.v1"
