"""Events of supply-service: policies, outlets, terminals, entitlement pots, redemptions, outlet days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts import restated
from contracts.event import Event
from contracts.privacy import ErasureOutcome
from contracts.rations import Component as Component
from contracts.rations import DisputedLine as DisputedLine
from contracts.rations import Drawn as Drawn
from contracts.rations import FlourDrawn as FlourDrawn
from contracts.rations import Levy as Levy
from contracts.rations import Line as Line
from contracts.rations import Remaining as Remaining
from contracts.rations import Tender as Tender
from contracts.records import ChainHead
from contracts.restated import Restated

TOPIC = "supply.events.v1"
# What happens to pots, thousands of times a minute: whoever waits for anything else does not read it.
REDEMPTIONS_TOPIC = "supply.redemptions.v1"
# Telephone numbers, sealed: notify-service alone reads it.
CONTACTS_TOPIC = "supply.contacts.v1"


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
    """A bakery, grocer, Gameaty outlet, consumer complex or depot of flour may take part; `trial`: in a trial alone."""

    TOPIC = TOPIC
    KEY = "outlet_id"

    outlet_id: UUID
    kind: str
    governorate: str
    district: str
    trial: bool = False


class OutletSuspended(Event):
    """Sales of the outlet are refused from now on, whichever terminal makes them."""

    TOPIC = TOPIC
    KEY = "outlet_id"

    outlet_id: UUID
    reason: str
    suspended_at: datetime


class OutletReinstated(Event):
    """Sales of a suspended outlet are accepted again."""

    TOPIC = TOPIC
    KEY = "outlet_id"

    outlet_id: UUID
    reinstated_at: datetime


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
    kind: str  # the outlet's kind: bakery | grocer | gameaty | complex | depot
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


class CashSupportDue(Event):
    """Goods or bread of a month are given to a household as cash: so much is due to its head, once.

    Told when the month is opened, and again for what it comes to beyond that where something became known late.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    due_id: UUID
    household_id: UUID
    programme: str  # goods | bread
    period: date
    amount: int  # piastres
    members: int


class FlourChosen(Event):
    """A household is to have flour instead of bread in a month to come: one event for each of its cards in use."""

    TOPIC = TOPIC
    KEY = "household_id"

    choice_id: UUID
    household_id: UUID
    card_id: UUID
    month: date  # its first day


class FlourChoiceWithdrawn(Event):
    """A household that was to have flour in a month has bread after all: one event for each of its cards in use."""

    TOPIC = TOPIC
    KEY = "household_id"

    choice_id: UUID
    household_id: UUID
    card_id: UUID
    month: date  # its first day


class FlourGranted(Event):
    """A household has flour instead of bread in a month: its pot was opened, or granted anew by its size."""

    TOPIC = REDEMPTIONS_TOPIC
    KEY = "household_id"

    household_id: UUID
    period: date
    granted: int  # kilograms
    remaining: int


class DrawnAfterDeath(Event):
    """What a household drew in months after the death of one who still counted: a claim for a person to decide upon.

    Nothing is taken from the household for it. `amounts` and `flour` may be empty: nothing was drawn beyond what the
    others had.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    change_id: UUID  # of PersonDied
    household_id: UUID
    citizen_id: UUID
    died_on: date
    amounts: list[Drawn]
    flour: list[FlourDrawn] = []


class HouseholdUnused(Event):
    """A household that could has drawn nothing for months: the register proposes, and a person decides.

    Told when as many whole months are full as the policy says, and each time as many have passed again.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    household_id: UUID
    unused_since: date  # nothing was drawn from this day on
    month: str  # at whose beginning that was found: 2027-05


class Redeemed(Event):
    """A sale of bread, flour or goods was made and is durable."""

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
    flour_remaining: int | None = None  # kilograms, in a month of flour instead of bread


class RedemptionReversed(Event):
    """A sale was taken back, or some of its lines, and the pots have it again."""

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
    lines: list[int] | None = None  # places of the lines that were, None where all were
    flour_remaining: int | None = None  # kilograms, in a month of flour instead of bread


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


class SaleDisputed(Event):
    """A part of an offline sale, or all of it, is beyond what is booked without anybody looking at it.

    It is neither booked on the household nor paid to the outlet until somebody decides (`DisputeDecided`).
    """

    TOPIC = REDEMPTIONS_TOPIC
    KEY = "household_id"

    dispute_id: UUID
    household_id: UUID
    card_id: UUID
    terminal_id: UUID
    outlet_id: UUID
    governorate: str
    sale_id: UUID  # the terminal's own
    redemption_id: UUID | None  # the part that was booked
    reason: str
    lines: list[DisputedLine]
    business_day: date
    occurred_at: datetime


class DisputeDecided(Event):
    """What was in dispute of an offline sale was decided: owed by the household and paid to the outlet, or neither."""

    TOPIC = REDEMPTIONS_TOPIC
    KEY = "household_id"

    dispute_id: UUID
    household_id: UUID
    outlet_id: UUID
    upheld: bool
    lines: list[DisputedLine]
    sold_on: date
    decided_at: datetime


class DisputeWithdrawn(Event):
    """The outlet took back what stood in dispute of an offline sale, or a part of it: that is claimed no more.

    `left` is what stands in dispute still; where nothing is left, nothing is decided any more.
    """

    TOPIC = REDEMPTIONS_TOPIC
    KEY = "household_id"

    dispute_id: UUID
    household_id: UUID
    outlet_id: UUID
    lines: list[DisputedLine]
    left: list[DisputedLine]
    withdrawn_at: datetime


class OutletDayClosed(Event):
    """An outlet closed its business day; the figures are final for settlement."""

    TOPIC = TOPIC
    KEY = "outlet_id"

    outlet_id: UUID
    business_day: date
    redemptions: int
    reversals: int
    loaves: int
    flour: int = 0  # kilograms drawn instead of bread
    goods_amount: int  # piastres of allowance and points taken for goods
    cash_amount: int  # piastres citizens paid for bread
    wallet_amount: int = 0  # piastres wallets paid for goods beyond the allowance
    grants_amount: int = 0  # piastres grants paid for goods, no part of goods_amount
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
    levies: list[Levy] = []  # paid beside it, no part of the amount


class BalanceStated(Event):
    """The answer of supply-service to a citizen's inquiry."""

    TOPIC = TOPIC
    KEY = "household_id"

    inquiry_id: UUID
    citizen_id: UUID
    household_id: UUID
    remaining: list[Remaining]
    flour_remaining: int | None = None  # kilograms, in a month of flour instead of bread
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
    trial: bool = False


class TerminalRestated(Restated):
    """An outlet's terminal as it is now, told again for readers that lack it.

    `authority`: who registered it; None where that was before it was kept. `suspended_for`: why, while it is refused.
    """

    TOPIC = TOPIC
    KEY = "terminal_id"
    SUBJECT = "terminals"

    terminal_id: UUID
    outlet_id: UUID
    kind: str
    governorate: str
    authority: str | None
    suspended_for: str | None


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
