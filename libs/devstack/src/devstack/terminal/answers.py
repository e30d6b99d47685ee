"""What the API answers to a terminal, as far as receipts and books read it."""

from __future__ import annotations

from typing import NotRequired, TypedDict, final


class Line(TypedDict):
    """A line of a sale: `amount` in piastres as the server has priced it."""

    programme: str
    item: str
    quantity: int
    amount: NotRequired[int]


class Pot(TypedDict):
    """What is left of a pot, in its unit: loaves or piastres."""

    programme: str
    period: str
    unit: str
    granted: int
    remaining: int


class Tender(TypedDict):
    """A part of the price that a wallet has paid, piastres."""

    payment_id: str
    amount: int


class SaleAnswer(TypedDict):
    """A sale as the server confirmed it."""

    redemption_id: str
    business_day: str
    occurred_at: str
    lines: list[Line]
    cash_due: int
    tenders: NotRequired[list[Tender]]
    remaining: list[Pot]
    receipt_lines_ar: list[str]


class ReversalAnswer(TypedDict):
    """A sale taken back."""

    redemption_id: str
    remaining: NotRequired[list[Pot]]


@final
class OfflineSale(TypedDict):
    """A sale of the device's own chain; `signature` covers everything else."""

    sequence: int
    previous_hash: str
    sale_id: str
    card_id: str
    credential: str
    price_list: NotRequired[str]
    lines: list[Line]
    notices: NotRequired[list[str]]
    occurred_at: str
    signature: NotRequired[str]


@final
class OfflineReversal(TypedDict):
    """A sale taken back without the network, in the same chain. `lines`: the places of some, absent for all."""

    sequence: int
    previous_hash: str
    reversal_id: str
    reverses: str
    reason: str
    lines: NotRequired[list[int]]
    occurred_at: str
    signature: NotRequired[str]


OfflineItem = OfflineSale | OfflineReversal


class OfflineResult(TypedDict):
    """What became of one uploaded sale or reversal."""

    sequence: int
    status: str
    code: NotRequired[str | None]
    dispute_id: NotRequired[str | None]


class UploadAnswer(TypedDict):
    """What became of an upload; `gap`: runs of numbers the server has not seen, from and to."""

    results: list[OfflineResult]
    gap: NotRequired[list[dict[str, int]] | None]


class Wallet(TypedDict):
    """What a wallet has and what of it is held, piastres."""

    available: int
    held: int


class Reason(TypedDict):
    """Why care is not covered."""

    code: str
    title_ar: str
    detail_ar: str


class ServiceTerms(TypedDict):
    """What a service of care costs the patient: `fixed` piastres, or a `rate` up to what is left of the cap."""

    service: str
    fixed: int | None
    rate: str
    cap: int | None
    cap_left: int | None
    cap_period: str | None


class EligibilityAnswer(TypedDict):
    """Whether care is covered, and what it costs."""

    state: str
    covered: bool
    exempt: bool
    reasons: list[Reason]
    services: list[ServiceTerms]


class ReferralGiven(TypedDict):
    """A referral of a visit."""

    referral_id: str
    service: str
    last_day: str


class VisitAnswer(TypedDict):
    """A visit as it was entered; amounts in piastres."""

    encounter_id: str
    card_id: str | None
    occurred_at: str
    service: str
    total: int
    copayment: int
    copayment_state: str
    insurer_part: int
    failure: str | None
    referrals: list[ReferralGiven]


class Balance(TypedDict):
    """What a household has left."""

    pots: list[Pot]


class TerminalTotals(TypedDict):
    """What one terminal sold on a day; money in piastres."""

    terminal_id: str
    redemptions: int
    reversals: int
    loaves: int
    goods_amount: int
    cash_amount: int
    wallet_amount: int


class OwnSale(TypedDict):
    """A sale of the terminal's own outlet, without the card."""

    redemption_id: str
    terminal_id: str
    occurred_at: str
    offline: bool
    lines: list[Line]
    cash_due: int
    tenders: list[Tender]
    reversal: dict[str, str] | None


class DayClosed(TypedDict):
    """The totals of an outlet's day; money in piastres."""

    redemptions: int
    reversals: int
    loaves: int
    goods_amount: int
    grants_amount: int
    flour: int
    cash_amount: int
    wallet_amount: int
    closed: bool
    closed_by: str | None
    terminals: list[TerminalTotals]
