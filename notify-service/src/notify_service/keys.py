"""The policies that notify-service judges by. Pure."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from notify_service import templates
from notify_service.words import Topic
from policybook import kinds
from policybook.keys import Keys
from policybook.retention import RETENTION as BY_CLASS
from policybook.terms import TERMS

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
KEYWORD_TOPICS = (Topic.BALANCE, Topic.OPT_OUT, Topic.OPT_IN)


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


KEYS = Keys(date(2023, 8, 1), TERMS, BY_CLASS)

MESSAGE_CLASS = KEYS.declare(
    "message.class",
    kinds.mapping(MessageClass),
    "In which order messages of a class leave, to whom, and how long they are worth sending.",
    scope=["class_name"],
    needed_for=[{"class_name": template.class_name} for template in templates.load().values()],
)
QUIET_HOURS = KEYS.declare(
    "message.quiet_hours", kinds.mapping(QuietHours), "When a class waits.", scope=["class_name"], needed_for=()
)
DESPITE_RESTRICTION = KEYS.declare(
    "message.despite_restriction",
    kinds.words,
    "Classes of messages that go to citizens whose data are otherwise held without being used.",
)
RETRY_AFTER = KEYS.declare("message.retry_after_seconds", kinds.numbers, "Pauses before each further try.")
WRONG_NUMBER = KEYS.declare("message.wrong_number_reasons", kinds.words, "The provider's reasons for a wrong number.")
RETENTION = KEYS.declare("message.retention_days", kinds.positive, "Days after which a message's words are erased.")
HOTLINE = KEYS.declare("message.hotline", kinds.text, "The number citizens are told to call for help.")
REPLIES = KEYS.declare("inbound.replies_per_number_per_day", kinds.positive, "Answers a number gets in a day.")
HOUSEHOLDS = KEYS.declare("inbound.households_per_number", kinds.positive, "Households a number is told of.")
ANSWER_WITHIN = KEYS.declare("inbound.answer_within_seconds", kinds.positive, "Seconds a balance waits for a part.")
KEYWORDS = KEYS.declare(
    "inbound.keywords",
    kinds.words,
    "Words by which a citizen's message is understood.",
    scope=["topic"],
    needed_for=[{"topic": topic} for topic in KEYWORD_TOPICS],
)
