"""The policies that card-service judges by. Pure."""

from __future__ import annotations

from datetime import date

from policybook import kinds
from policybook.keys import Keys
from policybook.retention import RETENTION
from policybook.terms import TERMS

KEYS = Keys(date(2023, 8, 1), TERMS, RETENTION)

ADULT_AGE = KEYS.declare("holder.adult_age", kinds.positive, "Years from which a citizen is given an own card.")
PIN_TRIES = KEYS.declare("pin.max_tries", kinds.positive, "Wrong PINs after which a PIN is locked.")
CALLER_WRONG_PINS = KEYS.declare(
    "pin.wrong_by_caller", kinds.positive, "Wrong PINs of whatever cards after which a terminal or desk must wait."
)
CALLER_PIN_MINUTES = KEYS.declare(
    "pin.wrong_by_caller_minutes", kinds.positive, "Minutes within which a caller's wrong PINs are counted."
)
APPOINTMENTS = KEYS.declare(
    "pickup.appointments_per_card", kinds.positive, "Appointments a card gets, the first one among them."
)
REBOOKING_DAYS = KEYS.declare(
    "pickup.rebooking_horizon", kinds.positive, "Days from tomorrow in which a missed appointment is booked anew."
)
CHANGE_EFFECTIVE = KEYS.declare(
    "change.effective",
    kinds.one_of("after_both", "of_decision", "of_fact"),
    "From which month on a change of the register counts: the month after fact and decision, or that of one of them.",
    scope=("kind",),
)
MOST_NAMESAKES = KEYS.declare(
    "search.most_namesakes",
    kinds.positive,
    "A search by name is refused as too wide where so many of the governorate have its rarest word.",
)
DUPLICATE_SCORE = KEYS.declare(
    "duplicates.least_score",
    kinds.positive,
    "Two citizens who are so alike (of 100) are shown to a person as likely one, registered twice.",
)
CREDENTIAL_DAYS = KEYS.declare("credential.lifetime", kinds.positive, "Days for which a signed credential is good.")
