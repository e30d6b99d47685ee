"""The policies that payment-service judges by. Pure."""

from __future__ import annotations

from datetime import date

from policybook import kinds
from policybook.keys import Keys
from policybook.terms import TERMS

KEYS = Keys(date(2023, 8, 1), TERMS)

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
