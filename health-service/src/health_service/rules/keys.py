"""The policies that health-service's rules read. A row of any other key is kept for the record only."""

from __future__ import annotations

from datetime import date

from policybook import kinds
from policybook.calendar import CALENDAR
from policybook.keys import Keys
from policybook.retention import RETENTION
from policybook.terms import TERMS

CASE = "case"
EACH_TIME = "each_time"
MONTH = "month"
YEAR = "year"
VISIT = "visit"
CONTRIBUTION = "contribution"
EMERGENCY = "emergency"
INSURED_WAGE = "insured_wage"
DECLARED_INCOME = "declared_income"
HIGHEST_WAGE = "highest_insured_wage"
PROVIDER = ("provider_kind",)

KEYS = Keys(date.fromisoformat("2019-07-01"), TERMS, RETENTION, CALENDAR)

COPAYMENT_RATE = KEYS.declare(
    "health.copayment_rate",
    kinds.share,
    "Share of a service's price that a patient pays.",
    scope=("service",),
    needed_for=(),
)
COPAYMENT_FIXED = KEYS.declare(
    "health.copayment_fixed", kinds.whole, "Piastres a patient pays for a service.", scope=("service",), needed_for=()
)
COPAYMENT_CAP = KEYS.declare(
    "health.copayment_cap", kinds.whole, "Most piastres a patient pays in a period.", scope=("service",), needed_for=()
)
COPAYMENT_CAP_PERIOD = KEYS.declare(
    "health.copayment_cap_period",
    kinds.one_of(CASE, EACH_TIME, MONTH, YEAR),
    "The period a cap counts over.",
    scope=("service",),
    needed_for=(),
)
PRICE_CEILING = KEYS.declare(
    "health.price_ceiling",
    kinds.positive,
    "Most piastres that are booked for one thing of a service.",
    scope=("service",),
    needed_for=(),
)
QUANTITY_MOST = KEYS.declare(
    "health.quantity_most",
    kinds.positive,
    "How many of one thing are booked at most in a visit.",
    scope=("service",),
    needed_for=(),
)
CASE_CEILING = KEYS.declare(
    "health.case_ceiling",
    kinds.positive,
    "Most piastres that are booked of a service in a case, whatever its visits; in one visit, where it has no case.",
    scope=("service",),
    needed_for=(),
)
CONTRIBUTION_RATE = KEYS.declare(
    "health.contribution_rate",
    kinds.share,
    "Share of the insured wage that a part of the family costs each month.",
    scope=("category", "part"),
    needed_for=(),
)
CONTRIBUTION_FAMILY_CAP = KEYS.declare(
    "health.contribution_family_cap",
    kinds.share,
    "Most a family pays each month, as a share of the insured wage.",
    scope=("category",),
    needed_for=(),
)
GO_LIVE = KEYS.declare(
    "health.go_live", kinds.day, "The day the system begins in a governorate.", scope=("governorate",), needed_for=()
)
COMPULSORY_FROM = KEYS.declare(
    "health.compulsory_from",
    kinds.day,
    "The day from which the system is compulsory in a governorate.",
    scope=("governorate",),
    needed_for=(),
)
GRACE_MONTHS = KEYS.declare(
    "health.grace_months",
    kinds.whole,
    "Months from the compulsory day on in which a family that pays nothing keeps its non-emergency care.",
    scope=("governorate",),
)
GRACE_AFTER_LAUNCH = KEYS.declare(
    "health.grace_months_after_launch",
    kinds.whole,
    "Months from the first unpaid one on in which it keeps it, once the launch is over.",
    scope=("governorate",),
)
INSURED_WAGE_LEAST = KEYS.declare(
    "health.insured_wage_least",
    kinds.positive,
    "Least insured wage, piastres a month.",
    scope=("category",),
    needed_for=(),
)
INSURED_WAGE_MOST = KEYS.declare(
    "health.insured_wage_most",
    kinds.positive,
    "Highest insured wage, piastres a month.",
    scope=("category",),
    needed_for=(),
)
CONTRIBUTION_LARGEST_OF = KEYS.declare(
    "health.contribution_largest_of",
    kinds.words,
    "The amounts whose largest a category pays on, where it is not the insured wage alone.",
    scope=("category",),
    needed_for=(),
)
MONTHS_AHEAD = KEYS.declare(
    "health.contribution_months_ahead", kinds.whole, "Months after the present one that may be paid for."
)
REVERSAL_ALONE_DAYS = KEYS.declare(
    "health.reversal_alone_days",
    kinds.whole,
    "Days after its entry in which an entry is taken back by whoever entered it, without another person.",
    scope=("of",),
    needed_for=({"of": "visit"}, {"of": "contribution"}),
)
EXEMPT_FROM_CONTRIBUTION = KEYS.declare(
    "health.exempt_from_contribution",
    kinds.truth,
    "Exemptions that pay no contribution.",
    scope=("kind",),
    needed_for=(),
)
EXEMPT_FROM_COPAYMENT = KEYS.declare(
    "health.exempt_from_copayment", kinds.truth, "Exemptions that pay no co-payment.", scope=("kind",), needed_for=()
)
EXEMPT_ONLY_RELATED = KEYS.declare(
    "health.exempt_only_related",
    kinds.truth,
    "Exemptions that free from what is related to their ground alone.",
    scope=("kind",),
    needed_for=(),
)
UNABLE_LEGAL_BASES = KEYS.declare(
    "health.unable_legal_bases",
    kinds.words,
    "Legal bases in the register that make a household unable to pay.",
    needed_for=(),
)
UNABLE_REVIEW_YEARS = KEYS.declare(
    "health.unable_review_years",
    kinds.whole,
    "Years after which a family's inability is looked at again.",
    needed_for=(),
)
SERVICES_OFFERED = KEYS.declare(
    "health.services_offered", kinds.words, "Services that a kind of provider offers.", scope=PROVIDER, needed_for=()
)
REFERRAL_NEEDED = KEYS.declare(
    "health.referral_needed", kinds.truth, "Whether a kind of provider needs a referral.", scope=PROVIDER, needed_for=()
)
REFERRING_KINDS = KEYS.declare("health.referring_kinds", kinds.words, "Kinds of providers that may refer.")
REFERRAL_DAYS = KEYS.declare("health.referral_days", kinds.whole, "Days for which a referral holds.")
LATE_DAYS = KEYS.declare("health.late_days", kinds.whole, "Days after a visit on which it is still taken.")
CLOCK_SKEW = KEYS.declare(
    "health.clock_skew_seconds", kinds.whole, "Seconds a terminal's clock may be ahead before a visit is refused."
)
REVIEW_DAYS = KEYS.declare(
    "health.review_days",
    kinds.whole,
    "Days after its entry in which a visit must be looked at for the insurer's part to be paid.",
    scope=("of",),
    needed_for=({"of": EMERGENCY},),
)
WORKING_DAYS = "working_days"
REVIEW_COUNTS = KEYS.declare(
    "health.review_counts",
    kinds.one_of(WORKING_DAYS, "calendar_days"),
    "Which days `health.review_days` counts.",
    scope=("of",),
    needed_for=({"of": EMERGENCY},),
)
EMERGENCY_CASE_DAYS = KEYS.declare(
    "health.emergency_case_days",
    kinds.whole,
    "Days from its first visit in which a patient's emergencies of a service at one provider are one case.",
)
HOLDER_PROOF = KEYS.declare(
    "health.holder_proof_needed",
    kinds.truth,
    "Whether the card's holder has to prove being there: for a visit, for an emergency.",
    scope=("of",),
    needed_for=({"of": VISIT}, {"of": EMERGENCY}),
)
