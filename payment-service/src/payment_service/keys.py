"""The policies that payment-service judges by. Pure."""

from __future__ import annotations

from datetime import date

from policybook import kinds
from policybook.calendar import CALENDAR
from policybook.keys import Keys
from policybook.retention import RETENTION
from policybook.terms import TERMS

KEYS = Keys(date(2023, 8, 1), TERMS, RETENTION, CALENDAR)

HOLD_SECONDS = KEYS.declare(
    "payment.hold_seconds", kinds.positive, "Seconds a hold lasts where the terminal names no time."
)
HOLD_SECONDS_MOST = KEYS.declare(
    "payment.hold_seconds_most", kinds.positive, "The longest hold a terminal may ask for."
)
HOLD_GRACE_SECONDS = KEYS.declare(
    "payment.hold_grace_seconds",
    kinds.whole,
    "Seconds after its end for which a hold is kept for the sale's event to arrive.",
)

TRIAL_MONEY = KEYS.declare("trial.money", kinds.positive, "Piastres a test wallet is given, out of no fund of anybody.")
PAYOUT_MOST = KEYS.declare(
    "payout.line_most", kinds.positive, "The most a single payout may come to, in piastres.", scope=("programme",)
)
PAYOUT_BATCH_MOST = KEYS.declare(
    "payout.batch_most", kinds.positive, "The most a batch of payouts may come to, in piastres.", scope=("programme",)
)
PAYOUT_FUND_MOST = KEYS.declare(
    "payout.fund_month_most",
    kinds.positive,
    "The most that batches of a fund may come to for one month, in piastres.",
    scope=("fund",),
)
PAYDAY = KEYS.declare(
    "payout.payday",
    kinds.positive,
    "The day of the month on which a programme pays; the last where the month is shorter.",
    scope=("programme",),
    needed_for=(),
)
PAYDAY_OVERRIDE = KEYS.declare(
    "payout.payday_override",
    kinds.day,
    "The day on which a programme pays for a month instead, as before a feast; in force for the days of that month.",
    scope=("programme",),
    needed_for=(),
)
AS_IT_IS, BEFORE, AFTER = "as_it_is", "before", "after"
PAYDAY_ON_REST = KEYS.declare(
    "payout.payday_on_rest",
    kinds.one_of(AS_IT_IS, BEFORE, AFTER),
    "Whether a payday on which offices rest is kept, or goes to the last working day before it or the first after it.",
    scope=("programme",),
    needed_for=(),
)
