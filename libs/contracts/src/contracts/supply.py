"""Events of supply-service: policies, outlets, terminals, entitlement pots, redemptions, outlet days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts import restated
from contracts.event import Event
from contracts.privacy import ErasureOutcome
from contracts.records import ChainHead
from contracts.restated import Restated

TOPIC = "supply.events.v1"
# What happens to pots, thousands of times a minute: whoever waits for anything else does not read it.
REDEMPTIONS_TOPIC = "supply.redemptions.v1"
# Telephone numbers, sealed: notify-service alone reads it.
CONTACTS_TOPIC = "supply.contacts.v1"


class Line(BaseModel):
    """One line of a sale: so many units of an item from a programme's pot."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    programme: str  # bread | goods | bread_points
    item: str
    quantity: int
    amount: int  # piastres taken from the pot (for bread: what the citizen pays in cash)


class Remaining(BaseModel):
    """What is left in one pot after the sale."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    programme: str
    unit: Literal["loaf", "piastre"]
    remaining: int
    period: date  # first day of the month the pot belongs to


class Drawn(BaseModel):
    """So many loaves or piastres drawn of a month."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    programme: str  # bread | goods
    period: date  # first day of the month
    quantity: int
    unit: Literal["loaf", "piastre"]


class Tender(BaseModel):
    """A part of a sale that is not taken from a pot: piastres held on the holder's wallet before the sale."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: str  # wallet
    payment_id: UUID
    amount: int


class Component(BaseModel):
    """What a part of a settlement comes to: so many units at a rate in piastres."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: str
    quantity: int
    rate: str  # a decimal number: rates are fractions of a piastre
    amount: int
    sold_on: date | None = None  # the day of the sales, whose policy decides
    legal_reference: str = ""


class PolicyPublished(Event):
    """A dated policy value came into the books."""

    TOPIC = TOPIC
    KEY = "policy_key"

    policy_key: str
    effective_from: date
    effective_to: date | None
    legal_reference: str


class PolicyWithdrawn(Event):
    """A policy that had not begun was taken back; what held before it holds on."""

    TOPIC = TOPIC
    KEY = "policy_key"

    policy_key: str
    effective_from: date


class OutletRegistered(Event):
    """A bakery, grocer, Gameaty outlet or consumer complex may take part."""

    TOPIC = TOPIC
    KEY = "outlet_id"

    outlet_id: UUID
    kind: str
    governorate: str
    district: str


class OutletContactChanged(Event):
    """How whoever keeps an outlet is reached, sealed for notify-service, on a topic that nobody else may read.

    `sealed`: the number under the ring that those who register terminals share with notify-service
    (`chassis.contact`); without a number it is taken away.
    """

    TOPIC = CONTACTS_TOPIC
    KEY = "outlet_id"

    outlet_id: UUID
    sealed: str
    language: str = "ar"
    governorate: str


class TerminalRegistered(Event):
    """A terminal was assigned to an outlet and may be enrolled."""

    TOPIC = TOPIC
    KEY = "terminal_id"

    terminal_id: UUID
    outlet_id: UUID
    kind: str  # the outlet's kind: bakery | grocer | gameaty | complex
    governorate: str
    authority: str | None = None  # who registered it, and alone gives it its code


class TerminalSuspended(Event):
    """The terminal is refused everywhere from now on."""

    TOPIC = TOPIC
    KEY = "terminal_id"

    terminal_id: UUID
    outlet_id: UUID
    reason: str


class TerminalReinstated(Event):
    """A suspended terminal may be used again."""

    TOPIC = TOPIC
    KEY = "terminal_id"

    terminal_id: UUID
    outlet_id: UUID


class PotGranted(Event):
    """A household's pot was opened for a month."""

    TOPIC = REDEMPTIONS_TOPIC
    KEY = "household_id"

    household_id: UUID
    programme: str
    period: date
    granted: int
    unit: Literal["loaf", "piastre"]


class PotCorrected(Event):
    """A pot that was opened already was raised or lowered, since something became known late.

    `paid_back`: the present month's pot makes good another month, `of_month`, that is over. Nobody is left with less
    than was drawn.
    """

    TOPIC = REDEMPTIONS_TOPIC
    KEY = "household_id"

    household_id: UUID
    programme: str
    period: date
    of_month: date  # first day of the month that is made right
    kind: Literal["raised", "lowered", "paid_back"]
    quantity: int
    unit: Literal["loaf", "piastre"]
    granted: int  # of the pot from now on
    remaining: int
    cause: str  # register, legacy_draws


class DrawnAfterDeath(Event):
    """What a household drew in months after the death of one who still counted: a claim for a person to decide upon.

    Nothing is taken from the household for it. `amounts` may be empty: nothing was drawn beyond what the others had.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    change_id: UUID  # of PersonDied
    household_id: UUID
    citizen_id: UUID
    died_on: date
    amounts: list[Drawn]


class Redeemed(Event):
    """A sale of bread or goods was made and is durable."""

    TOPIC = REDEMPTIONS_TOPIC
    KEY = "household_id"

    redemption_id: UUID
    household_id: UUID
    card_id: UUID
    terminal_id: UUID
    outlet_id: UUID
    governorate: str
    business_day: date
    occurred_at: datetime
    offline: bool
    lines: list[Line]
    remaining: list[Remaining]
    tenders: list[Tender] = []


class RedemptionReversed(Event):
    """A sale was taken back whole and the pots have it again."""

    TOPIC = REDEMPTIONS_TOPIC
    KEY = "household_id"

    reversal_id: UUID
    redemption_id: UUID
    household_id: UUID
    card_id: UUID
    terminal_id: UUID
    outlet_id: UUID
    business_day: date
    occurred_at: datetime
    remaining: list[Remaining]
    tenders: list[Tender] = []


class TenderRedeemed(Redeemed):
    """A sale was paid in part by wallets: what was held for it is due to the outlet. Told beside `Redeemed`."""

    TOPIC = TOPIC


class TenderReversed(RedemptionReversed):
    """A sale paid in part by wallets was taken back: the wallets get their part again. Beside `RedemptionReversed`."""

    TOPIC = TOPIC


class BreadPointsCredited(Event):
    """Loaves not drawn last month became points for goods this month."""

    TOPIC = REDEMPTIONS_TOPIC
    KEY = "household_id"

    household_id: UUID
    period: date
    loaves: int
    piastres: int


class OfflineConflictFound(Event):
    """An authentic offline sale did not fit what the household had left; it was booked against the next period."""

    TOPIC = REDEMPTIONS_TOPIC
    KEY = "household_id"

    redemption_id: UUID
    household_id: UUID
    card_id: UUID
    terminal_id: UUID
    outlet_id: UUID
    reason: str
    overdrawn: list[Remaining]


class OutletDayClosed(Event):
    """An outlet closed its business day; the figures are final for settlement."""

    TOPIC = TOPIC
    KEY = "outlet_id"

    outlet_id: UUID
    business_day: date
    redemptions: int
    reversals: int
    loaves: int
    goods_amount: int  # piastres of allowance and points taken for goods
    cash_amount: int  # piastres citizens paid for bread
    wallet_amount: int = 0  # piastres wallets paid for goods beyond the allowance
    closed_at: datetime


class SettlementCalculated(Event):
    """What an outlet's closed day comes to. Below zero the outlet owes it."""

    TOPIC = TOPIC
    KEY = "outlet_id"

    settlement_id: UUID
    outlet_id: UUID
    business_day: date
    amount: int  # piastres
    components: list[Component]


class BalanceStated(Event):
    """The answer of supply-service to a citizen's inquiry."""

    TOPIC = TOPIC
    KEY = "household_id"

    inquiry_id: UUID
    citizen_id: UUID
    household_id: UUID
    remaining: list[Remaining]
    known: bool  # False where the household has no active card for supply


class OutletRestated(Restated):
    """A point of sale as it is now, told again for readers that lack a fact."""

    TOPIC = TOPIC
    KEY = "outlet_id"
    SUBJECT = "outlets"

    outlet_id: UUID
    kind: str
    governorate: str
    district: str


class RestatementEnded(restated.RestatementEnded):
    """All rows of a subject were told again: so many of them."""

    TOPIC = TOPIC


class RestatementWanted(restated.RestatementWanted):
    """A reader lacks a fact and asks its owner to tell its state again."""

    TOPIC = "supply.restatements.v1"


class RecordsChained(ChainHead):
    """Records of who has seen or changed what were chained; for copies of the chain's end that are kept elsewhere."""

    TOPIC = "supply.records.v1"


class DataErased(ErasureOutcome):
    """What was held on a citizen and need not be kept was erased here, as was decided; for the citizen's receipt."""

    TOPIC = "supply.privacy.v1"
