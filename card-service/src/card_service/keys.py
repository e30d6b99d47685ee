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

REST_DAYS = KEYS.declare("calendar.rest_days", kinds.numbers, "ISO weekdays on which offices rest: 5 is Friday.")
HOLIDAYS = KEYS.declare("calendar.holidays", kinds.words, "Public holidays: `10-06` each year, `2027-03-10` once.")
REQUEST_CHECKED = KEYS.declare(
    "request.checked",
    kinds.truth,
    "Whether another person decides a change request, by its kind and by who enters it (person, client).",
    scope=("kind", "by"),
)
REQUEST_EVIDENCE = KEYS.declare(
    "request.evidence",
    kinds.whole,
    "Documents a change request needs before it is approved, by its kind and by who enters it (person, client).",
    scope=("kind", "by"),
)
REQUEST_DAYS = KEYS.declare(
    "request.days", kinds.positive, "Working days within which a change request is decided.", scope=("kind",)
)
EVIDENCE_BYTES = KEYS.declare("evidence.max_bytes", kinds.positive, "Bytes a document of a change request may have.")
EVIDENCE_MOST = KEYS.declare("evidence.most", kinds.positive, "Documents a change request may have.")
NOTICE_DAYS = KEYS.declare(
    "exclusion.notice_days", kinds.positive, "Days before it takes effect that an exclusion is announced."
)
APPEAL_WITHIN = KEYS.declare("appeal.within_days", kinds.positive, "Days after a decision within which it is appealed.")
APPEAL_DAYS = KEYS.declare("appeal.days", kinds.positive, "Working days within which an appeal is decided.")
NEWBORN_BASES = KEYS.declare("newborn.bases", kinds.words, "Legal bases on which a family adds children.")
NEWBORN_AGE = KEYS.declare("newborn.from_age", kinds.whole, "Years from which on a child is added.")
NEWBORN_MEMBERS = KEYS.declare("newborn.most_members", kinds.positive, "Members a card has at most with the child.")
MOBILE_CODE_MINUTES = KEYS.declare("mobile.code_minutes", kinds.positive, "Minutes a code for another mobile is good.")
MOBILE_CODE_TRIES = KEYS.declare("mobile.code_tries", kinds.positive, "Tries a code for another mobile has.")
MOBILE_CODES = KEYS.declare("mobile.codes", kinds.positive, "Codes that are sent at most for one change of a mobile.")
MOBILE_NEW_HOURS = KEYS.declare(
    "mobile.new_hours", kinds.positive, "Hours for which codes to a new mobile open neither wallet nor PIN."
)
MOBILE_OBJECTION_HOURS = KEYS.declare(
    "mobile.objection_hours", kinds.positive, "Hours in which the holder of the old number objects to another one."
)
