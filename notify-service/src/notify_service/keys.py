"""The policies that notify-service judges by. Pure."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from notify_service.templates import texts
from notify_service.words import Topic
from policybook import kinds
from policybook.book import PolicyInvalid, Value
from policybook.calendar import CALENDAR
from policybook.keys import Keys
from policybook.retention import RETENTION as BY_CLASS
from policybook.terms import TERMS

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
KEYWORD_TOPICS = (
    Topic.BALANCE,
    Topic.OPT_OUT,
    Topic.OPT_IN,
    Topic.DEBITS_DIGEST,
    Topic.DEBITS_AT_ONCE,
    Topic.LOST,
    Topic.COMPLAINT,
    Topic.NEAREST,
    Topic.CARD,
    Topic.APPOINTMENT,
    Topic.STOP,
    Topic.LANGUAGE_AR,
    Topic.LANGUAGE_EN,
    Topic.HELP,
    Topic.RECEIVED,
    Topic.NOT_RECEIVED,
)
LAST_HOUR = 23


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MessageClass(_Value):
    """What messages of a kind have in common; a lower priority number leaves first."""

    priority: int = Field(ge=0)
    essential: bool
    valid_hours: int = Field(gt=0)


class QuietHours(_Value):
    """Hours of the day and weekdays, in Cairo, in which a class waits."""

    begins: Annotated[time, Field(alias="from")]
    ends: Annotated[time, Field(alias="to")]
    weekdays: list[Weekday]


class ComplaintCategory(_Value):
    """What a category of complaints is called, and the hours in which an answer is owed."""

    en: str = Field(min_length=2)
    ar: str = Field(min_length=2)
    answer_hours: int = Field(gt=0)


def _hour(value: Value, what: str) -> int:
    """An hour of the day."""
    hour = kinds.whole(value, what)
    if hour > LAST_HOUR:
        raise PolicyInvalid(f"{what}: an hour from 0 to {LAST_HOUR} is needed")
    return hour


RAMADAN: Final = "ramadan"
KEYS = Keys(date(2023, 8, 1), TERMS, BY_CLASS, CALENDAR)

MESSAGE_CLASS = KEYS.declare(
    "message.class",
    kinds.mapping(MessageClass),
    "In which order messages of a class leave, to whom, and how long they are worth sending.",
    scope=["class_name"],
    needed_for=[{"class_name": template.class_name} for template in texts.load().values()],
)
QUIET_HOURS = KEYS.declare(
    "message.quiet_hours",
    kinds.mapping(QuietHours),
    "When a class waits; with `season: ramadan` in the days of Ramadan, in the place of the other row.",
    scope=["class_name", "season"],
    needed_for=(),
)
HOLIDAY_WAITS = KEYS.declare(
    "message.waits_on_holidays", kinds.words, "Classes of messages that wait on public holidays."
)
CAMPAIGN_RATE = KEYS.declare(
    "campaign.parts_per_second", kinds.positive, "SMS parts a second of a campaign that says nothing else."
)
CAMPAIGN_WEEK = KEYS.declare(
    "campaign.messages_per_week", kinds.positive, "Messages in seven days of a campaign that says nothing else."
)
PART_COST = KEYS.declare("campaign.part_cost", kinds.decimal, "What an SMS part costs, in piastres.")
DESPITE_RESTRICTION = KEYS.declare(
    "message.despite_restriction",
    kinds.words,
    "Classes of messages that go to citizens whose data are otherwise held without being used.",
)
RETRY_AFTER = KEYS.declare("message.retry_after_seconds", kinds.numbers, "Pauses before each further try.")
WRONG_NUMBER = KEYS.declare("message.wrong_number_reasons", kinds.words, "The provider's reasons for a wrong number.")
PASSING = KEYS.declare(
    "message.passing_reasons", kinds.words, "Reasons of a receipt that pass, so that the message is sent again."
)
COMPLAINT_CATEGORY = KEYS.declare(
    "complaint.category",
    kinds.mapping(ComplaintCategory),
    "A category of complaints: its words, and within how many hours an answer is owed.",
    scope=["name"],
    needed_for=[{"name": "other"}],
)
COMPLAINT_OPEN = KEYS.declare("complaint.open_at_most", kinds.positive, "Complaints a citizen may have open at a time.")
COMPLAINT_CLAIM = KEYS.declare("complaint.claim_minutes", kinds.positive, "Minutes for which a claim keeps others off.")
COMPLAINT_ESCALATED = KEYS.declare(
    "complaint.escalated_hours", kinds.positive, "Hours in which the nation's team owes an answer."
)
COMPLAINT_STANDS = KEYS.declare(
    "complaint.answer_stands_days", kinds.positive, "Days after which an answer nobody contests closes a complaint."
)
COMPLAINT_REOPENINGS = KEYS.declare(
    "complaint.reopenings", kinds.whole, "How often a citizen may say that an answer does not settle it."
)
NOTICE_LETTERS = KEYS.declare("notice.line_letters", kinds.positive, "Letters of a line of a notice on a receipt.")
NOTICE_LINES = KEYS.declare("notice.lines_most", kinds.positive, "Lines of a notice on a receipt, in each language.")
NOTICES_AT_ONCE = KEYS.declare(
    "notice.at_once", kinds.positive, "Notices that stand on receipts of a programme in one place on a day."
)
QUESTION_AFTER = KEYS.declare(
    "question.after_texts", kinds.positive, "Texts that no keyword answers after which a person gets them."
)
QUESTION_WITHIN = KEYS.declare(
    "question.within_minutes", kinds.positive, "Minutes within which they are written; then they are forgotten."
)
QUESTION_TEXTS = KEYS.declare("question.texts_at_most", kinds.positive, "Texts that are kept of an open question.")
QUESTION_CLAIM = KEYS.declare("question.claim_minutes", kinds.positive, "Minutes for which a claim keeps others off.")
QUESTION_ANSWER = KEYS.declare("question.answer_hours", kinds.positive, "Hours within which an answer is owed.")
_ABOUT: Final = ("payout", "handover")
SPOT_CHECK_SHARE = KEYS.declare(
    "spot_check.share",
    kinds.share,
    "The share of payouts or hand-overs after which the citizen is asked whether they were received.",
    scope=["about"],
    needed_for=[{"about": about} for about in _ABOUT],
)
SPOT_CHECK_WAIT = KEYS.declare(
    "spot_check.wait_hours",
    kinds.positive,
    "Hours after which it is asked.",
    scope=["about"],
    needed_for=[{"about": about} for about in _ABOUT],
)
SPOT_CHECK_APART = KEYS.declare(
    "spot_check.apart_days", kinds.positive, "Days in which no citizen, and no number, is asked a second time."
)
SPOT_CHECK_ANSWER = KEYS.declare("spot_check.answer_days", kinds.positive, "Days in which a yes or no answers it.")
SPOT_CHECK_CATEGORY = KEYS.declare(
    "spot_check.complaint_category",
    kinds.text,
    "The category of the complaint that a no opens.",
    scope=["about"],
    needed_for=[{"about": about} for about in _ABOUT],
)
RETENTION = KEYS.declare("message.retention_days", kinds.positive, "Days after which a message's words are erased.")
DEBITS_SINGLY = KEYS.declare(
    "message.debits_told_singly",
    kinds.whole,
    "Debits of a wallet in a day that are told one by one; the rest in one message, to those who asked for it.",
)
DEBITS_DIGEST_HOUR = KEYS.declare(
    "message.debits_digest_hour", _hour, "The hour in Cairo from which the rest of the day's debits are told."
)
HOTLINE = KEYS.declare("message.hotline", kinds.text, "The number citizens are told to call for help.")
REPLIES = KEYS.declare("inbound.replies_per_number_per_day", kinds.positive, "Answers a number gets in a day.")
HOUSEHOLDS = KEYS.declare("inbound.households_per_number", kinds.positive, "Households a number is told of.")
PARTS_WAIT = KEYS.declare(
    "inbound.parts_wait_seconds", kinds.positive, "Seconds a long message waits for its parts, then it is read without."
)
OUTLETS_TOLD = KEYS.declare(
    "inbound.outlets_told", kinds.positive, "Outlets of bread, and as many of goods, that a citizen is told of."
)
PEOPLE = KEYS.declare(
    "inbound.people_per_number", kinds.positive, "People a question names of those who share a number."
)
QUESTION_MINUTES = KEYS.declare(
    "inbound.question_minutes", kinds.positive, "Minutes in which a bare number answers the question we asked."
)
ANSWER_WITHIN = KEYS.declare("inbound.answer_within_seconds", kinds.positive, "Seconds a balance waits for a part.")
KEYWORDS = KEYS.declare(
    "inbound.keywords",
    kinds.words,
    "Words by which a citizen's message is understood.",
    scope=["topic"],
    needed_for=[{"topic": topic} for topic in KEYWORD_TOPICS],
)
