"""The policies that card-service judges by. Pure."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policybook import kinds
from policybook.calendar import CALENDAR
from policybook.keys import Keys
from policybook.retention import RETENTION
from policybook.terms import TERMS


class OfficeHours(BaseModel):
    """From when to when offices are open, by the clock in Cairo."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    opens: Annotated[time, Field(alias="from")]
    closes: Annotated[time, Field(alias="to")]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("it closes after it opens")
        return self


KEYS = Keys(date(2023, 8, 1), TERMS, RETENTION, CALENDAR)

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
NEW_HEAD_DAYS = KEYS.declare(
    "pickup.new_head_days",
    kinds.whole,
    "Days from tomorrow in which a new head of household is invited; 0: new heads wait for the next plan.",
)
RAMADAN_HOURS = KEYS.declare(
    "pickup.ramadan_hours",
    kinds.mapping(OfficeHours),
    "Hours between which pick-up sites are open in Ramadan; a site's own hours hold within them.",
)
INVITED_A_WEEK = KEYS.declare(
    "pickup.invited_a_week",
    kinds.positive,
    "Citizens of a governorate who are expected in a week at most when plans invite, whatever plan they are of.",
)
ELDERLY_AGE = KEYS.declare("pickup.elderly_age", kinds.positive, "Years from which on quiet hours are a citizen's.")
QUIET_HOURS = KEYS.declare(
    "pickup.quiet_hours", kinds.mapping(OfficeHours), "Hours of a day at which sites are quiet, kept for the elderly."
)
REMINDER_DAYS = KEYS.declare(
    "pickup.reminder_days", kinds.positive, "Days before an appointment on which its citizen is reminded."
)
SLOT_WEEKS = KEYS.declare(
    "pickup.slot_weeks", kinds.positive, "Weeks ahead, today's days among them, for which sites' slots are made."
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
CREDENTIAL_MONTHS = KEYS.declare(
    "credential.months", kinds.positive, "Months, this one among them, whose sizes a credential says; then it is over."
)
CARD_YEARS = KEYS.declare(
    "card.validity_years", kinds.positive, "Years for which a card is good, by the day on which it was made."
)
BATCH_MOST = KEYS.declare("production.batch_most", kinds.positive, "Cards that a batch for a bureau has at most.")
HOT_LIST_HOURS = KEYS.declare(
    "hot_list.good_hours", kinds.positive, "Hours for which a terminal may sell without a network by its hot list."
)
HOT_LIST_DAYS = KEYS.declare(
    "hot_list.closed_days",
    kinds.positive,
    "Days for which a card that is closed, or of another governorate now, stays on the hot list.",
)

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
UPLOAD_DAYS = KEYS.declare(
    "import.upload_days", kinds.positive, "Days after which an upload that nobody has completed is given up."
)
UPDATE_PROGRAMMES = KEYS.declare(
    "update.programmes",
    kinds.words,
    "Programmes that who is abroad, or earns above the limit, is kept out of, by the content of the update file.",
    scope=("content",),
    needed_for=({"content": "travel"}, {"content": "income"}),
)
PRIVACY_DAYS = KEYS.declare(
    "privacy.decision_days", kinds.positive, "Working days within which a citizen's request about data is decided."
)
EVIDENCE_BYTES = KEYS.declare("evidence.max_bytes", kinds.positive, "Bytes a document of a change request may have.")
EVIDENCE_MOST = KEYS.declare("evidence.most", kinds.positive, "Documents a change request may have.")
NOTICE_DAYS = KEYS.declare(
    "exclusion.notice_days", kinds.positive, "Days before it takes effect that an exclusion is announced."
)
UNUSED_MONTHS = KEYS.declare(
    "exclusion.unused_months", kinds.positive, "Whole months without a draw after which `unused` is a ground."
)
MISUSE_TIMES = KEYS.declare(
    "exclusion.misuse_times", kinds.positive, "Days on which a trader was found with the card, for `misuse`."
)
MISUSE_MONTHS = KEYS.declare(
    "exclusion.misuse_months", kinds.positive, "Months within which those days lie, the newest one the last."
)
APPEAL_WITHIN = KEYS.declare("appeal.within_days", kinds.positive, "Days after a decision within which it is appealed.")
APPEAL_DAYS = KEYS.declare("appeal.days", kinds.positive, "Working days within which an appeal is decided.")
NEWBORN_BASES = KEYS.declare("newborn.bases", kinds.words, "Legal bases on which a family adds children.")
NEWBORN_AGE = KEYS.declare("newborn.from_age", kinds.whole, "Years from which on a child is added.")
NEWBORN_MEMBERS = KEYS.declare("newborn.most_members", kinds.positive, "Members a card has at most with the child.")
MOBILE_CODE_MINUTES = KEYS.declare("mobile.code_minutes", kinds.positive, "Minutes a code for another mobile is good.")
MOBILE_CODE_TRIES = KEYS.declare("mobile.code_tries", kinds.positive, "Tries a code for another mobile has.")
MOBILE_CODES = KEYS.declare("mobile.codes", kinds.positive, "Codes that are sent at most for one change of a mobile.")
MOBILE_OWN_CHANGES = KEYS.declare(
    "mobile.own_changes_a_day",
    kinds.positive,
    "Changes of their mobile that citizens may ask for by themselves in a day; each sends two codes.",
)
MOBILE_NEW_HOURS = KEYS.declare(
    "mobile.new_hours", kinds.positive, "Hours for which codes to a new mobile open neither wallet nor PIN."
)
MOBILE_OBJECTION_HOURS = KEYS.declare(
    "mobile.objection_hours", kinds.positive, "Hours in which the holder of the old number objects to another one."
)

ROLLOUT_ORDER = KEYS.declare(
    "rollout.order",
    kinds.positive,
    "A governorate's place in the sequence of the roll-out; several may share one.",
    scope=("governorate",),
    needed_for=(),
)
OPENING_DECIDED = KEYS.declare(
    "rollout.opening_decided",
    kinds.truth,
    "Whether work is ordered in a phase only after an authority's decision has opened it.",
)
GATE = KEYS.declare(
    "rollout.gate",
    kinds.decimal,
    "What an indicator must come to before a phase enters a stage: at least this, or at most where less is better.",
    scope=("gate", "indicator", "governorate"),
    needed_for=(),
)

USE_DAYS = KEYS.declare("rollout.use_days", kinds.positive, "Days within which a card that was drawn on is in use.")
USE_KEPT_DAYS = KEYS.declare(
    "rollout.use_kept_days", kinds.positive, "Days for which sales by outlet and refusals by code are kept for reviews."
)
EXPECTED_REFUSALS = KEYS.declare(
    "rollout.expected_refusals",
    kinds.words,
    "Codes of refused sales that are no fault: the rule said no to what was asked for.",
)

REVIEW_LATE_DAYS = KEYS.declare(
    "review.late_days", kinds.positive, "Days after an appointment from which on a card is collected late."
)
REVIEW_GAP = KEYS.declare("review.least_gap", kinds.share, "Shares apart from which on a part of a phase stands out.")
REVIEW_SIZE = KEYS.declare("review.least_size", kinds.positive, "How many a part counts at least to stand out.")
REVIEW_SCORE = KEYS.declare(
    "review.least_score", kinds.decimal, "Standard errors apart from which on a part of a phase stands out."
)

LEAST_CELL = KEYS.declare(
    "progress.least_cell", kinds.positive, "Households of which a public figure is at least, or none at all."
)

ENVELOPE_SECONDS = KEYS.declare(
    "pin.envelope_seconds", kinds.positive, "Seconds around its own time in which an encrypted PIN is opened."
)
PROOF_SECONDS = KEYS.declare("proof.lifetime_seconds", kinds.positive, "Seconds for which a holder's proof is good.")
PROOF_CODE_MINUTES = KEYS.declare("proof.code_minutes", kinds.positive, "Minutes for which a code by SMS is good.")
PROOF_CODE_TRIES = KEYS.declare("proof.code_tries", kinds.positive, "Tries that a code by SMS has.")
PROOF_CODES = KEYS.declare("proof.codes_an_hour", kinds.positive, "Codes by SMS that are sent for a card in an hour.")
PROOF_BY_CHIP = KEYS.declare(
    "proof.by_chip", kinds.truth, "Whether a chip's answer proves its holder; no card has one."
)
LOST_DAYS = KEYS.declare(
    "lost.lapse_days", kinds.positive, "Working days after which the block of a lost card ends if nobody wants another."
)
BREAD_CODE_DAYS = KEYS.declare("lost.code_days", kinds.positive, "Days for which a bread code is good at most.")
BREAD_CODE_TRIES = KEYS.declare(
    "lost.code_tries", kinds.positive, "Wrong tries after which a bread code is good no more."
)
BREAD_CODES = KEYS.declare("lost.codes_a_day", kinds.positive, "Bread codes that are made for a card in a day.")
MANDATE_DAYS = KEYS.declare("mandate.most_days", kinds.positive, "Days for which a mandate may be given at most.")
MANDATES_OF_ONE = KEYS.declare(
    "mandate.most_for_one_proxy", kinds.positive, "Others for whom one proxy may prove at a time."
)
COLLECTED_MOST = KEYS.declare(
    "pickup.most_by_proxy", kinds.positive, "Cards of others that one proxy may collect within `pickup.by_proxy_days`."
)
COLLECTED_DAYS = KEYS.declare(
    "pickup.by_proxy_days", kinds.positive, "Days within which a proxy's collected cards are counted."
)
HOUSE_CALLS_A_DAY = KEYS.declare(
    "house_call.a_day", kinds.positive, "House calls that are planned in a district for a day."
)
HOUSE_CALL_LEAD = KEYS.declare(
    "house_call.lead_days", kinds.positive, "Working days from the asking on of which the last is the first for a call."
)
HOUSE_CALL_HORIZON = KEYS.declare(
    "house_call.horizon", kinds.positive, "Days from today within which a house call is planned."
)
HOUSE_CALLS_OF_CARD = KEYS.declare(
    "house_call.most_missed", kinds.positive, "House calls at which nobody was met after which there are no more."
)
OFFERED_HOURS = KEYS.declare(
    "pickup.offered_hours", kinds.positive, "Hours that are offered to a holder who asks for another one by SMS."
)
MOST_REBOOKINGS = KEYS.declare(
    "pickup.most_rebookings", kinds.positive, "Times that a holder may choose another hour for one card."
)
TRAVEL_DAYS = KEYS.declare(
    "pickup.travel_days", kinds.positive, "Working days after which a card is at another site of its governorate."
)
WALK_IN_PERCENT = KEYS.declare(
    "pickup.walk_in_percent",
    kinds.whole,
    "Walk-ins that a site takes on a day beside its appointments, in percent of what it offers that day.",
)
KEPT_DAYS = KEYS.declare(
    "pickup.kept_days", kinds.positive, "Days after the last invitation for which a card is kept at its site."
)
PIN_PERMIT_MINUTES = KEYS.declare(
    "pin.permit_minutes",
    kinds.positive,
    "Minutes in which a desk sets a PIN without a code, once another has decided so.",
)
TRAINING_VALID_DAYS = KEYS.declare(
    "training.valid_days", kinds.positive, "Days from a course for which having passed it counts."
)
SEMINAR_INVITATIONS_A_SEAT = KEYS.declare(
    "seminar.invitations_a_seat", kinds.positive, "Households invited to a seminar for each of its seats at most."
)
SEMINAR_AGAIN_DAYS = KEYS.declare(
    "seminar.again_days", kinds.positive, "Days in which a household is invited to one seminar at most."
)
TRIAL_STEPS = KEYS.declare("trial.steps", kinds.words, "What a trial on sample units has to show before distribution.")
TRIAL_TIMES = KEYS.declare("trial.times", kinds.positive, "How often each step of a trial is to be seen to work.")
