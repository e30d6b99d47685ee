"""How messages are sent on one day: classes and their order, quiet hours, retries, inbound limits, retention. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import get_args

from chassis.clock import CAIRO
from notify_service import keys
from notify_service.keys import ComplaintCategory, MessageClass, QuietHours
from notify_service.words import Topic
from policybook.book import PolicyBook, PolicyInvalid
from policybook.calendar import in_ramadan, is_holiday
from policybook.keys import Scope

_WEEKDAYS = get_args(keys.Weekday)
_EVERY = "(every one)"


@dataclass(frozen=True)
class Retries:
    """When a message is tried again, and which reasons mean that the number itself is wrong, which that it passes."""

    after: Sequence[timedelta]
    wrong_number: frozenset[str]
    passing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ComplaintRules:
    """How complaints are dealt with: categories, how many at a time, and the times of claims, levels and answers."""

    categories: Mapping[str, ComplaintCategory]
    open_at_most: int
    claim: timedelta
    escalated: timedelta
    answer_stands: timedelta
    reopenings: int


@dataclass(frozen=True)
class QuestionRules:
    """When texts that no keyword answers go to a person, how many are kept, and the times of claims and answers."""

    after_texts: int
    within: timedelta
    texts_at_most: int
    claim: timedelta
    answer: timedelta


@dataclass(frozen=True)
class SpotCheckRules:
    """Of which share of payouts and hand-overs it is asked whether they were received, when, how often, and a no's way.

    `apart`: in which nobody is asked twice; `answer`: in which a yes or no answers.
    """

    share: Mapping[str, Decimal]
    wait: Mapping[str, timedelta]
    apart: timedelta
    answer: timedelta
    category: Mapping[str, str]


@dataclass(frozen=True)
class CampaignFigures:
    """How fast campaigns leave that say nothing else, and what a part costs in piastres."""

    parts_per_second: int
    messages_per_week: int
    part_cost: Decimal


@dataclass(frozen=True)
class NoticeRules:
    """What a receipt has room for: letters of a line, lines of a notice, notices at once."""

    letters: int
    lines: int
    at_once: int


@dataclass(frozen=True)
class Rules:
    """The figures of a day, and what follows from them."""

    classes: Mapping[str, MessageClass]
    quiet: Mapping[str, QuietHours]
    retries: Retries
    despite_restriction: frozenset[str]
    retention_days: int
    hotline: str
    replies_per_number_per_day: int
    households_per_number: int
    people_per_number: int
    outlets_told: int
    parts_wait_seconds: int
    answer_within_seconds: int
    question_minutes: int
    keywords: Mapping[Topic, frozenset[str]]
    debits_told_singly: int
    debits_digest_hour: int
    complaints: ComplaintRules
    questions: QuestionRules
    spot_checks: SpotCheckRules
    waits_today: frozenset[str]
    campaigns: CampaignFigures
    notices: NoticeRules

    def open_priorities(self, instant: datetime) -> list[int]:
        """The priorities that may leave at an instant of the day, most urgent first."""
        waiting = self.waits_today | {name for name, hours in self.quiet.items() if _covers(hours, instant)}
        return sorted(kind.priority for name, kind in self.classes.items() if name not in waiting)


def read_rules(book: PolicyBook, day: date) -> Rules:
    """The rules of a day. Raises PolicyMissing, or PolicyInvalid for a class or topic there is none of on any day."""
    classes, quiet = (_named("class_name", key.approved(book)) for key in (keys.MESSAGE_CLASS, keys.QUIET_HOURS))
    if odd := _named("season", keys.QUIET_HOURS.approved(book)) - {keys.RAMADAN, _EVERY}:
        raise PolicyInvalid(f"no season: {', '.join(sorted(odd))}")
    topics = _named("topic", keys.KEYWORDS.approved(book))
    if unknown := (quiet - classes) | (topics - set(keys.KEYWORD_TOPICS)) | (classes & {_EVERY}):
        raise PolicyInvalid(f"no class of messages or topic: {', '.join(sorted(unknown))}")
    pauses = keys.RETRY_AFTER.on(book, day)
    return Rules(
        classes=keys.MESSAGE_CLASS.by("class_name", book, day),
        quiet=_quiet(book, day),
        retries=Retries(
            [timedelta(seconds=pause) for pause in pauses],
            wrong_number=keys.WRONG_NUMBER.on(book, day),
            passing=keys.PASSING.on(book, day),
        ),
        despite_restriction=keys.DESPITE_RESTRICTION.on(book, day),
        retention_days=keys.RETENTION.on(book, day),
        hotline=keys.HOTLINE.on(book, day),
        replies_per_number_per_day=keys.REPLIES.on(book, day),
        households_per_number=keys.HOUSEHOLDS.on(book, day),
        people_per_number=keys.PEOPLE.on(book, day),
        outlets_told=keys.OUTLETS_TOLD.on(book, day),
        parts_wait_seconds=keys.PARTS_WAIT.on(book, day),
        question_minutes=keys.QUESTION_MINUTES.on(book, day),
        answer_within_seconds=keys.ANSWER_WITHIN.on(book, day),
        keywords={topic: keys.KEYWORDS.on(book, day, topic=topic) for topic in keys.KEYWORD_TOPICS},
        debits_told_singly=keys.DEBITS_SINGLY.on(book, day),
        debits_digest_hour=keys.DEBITS_DIGEST_HOUR.on(book, day),
        complaints=_complaints(book, day),
        questions=_questions(book, day),
        spot_checks=_spot_checks(book, day),
        waits_today=keys.HOLIDAY_WAITS.on(book, day) if is_holiday(book, day) else frozenset(),
        campaigns=CampaignFigures(
            parts_per_second=keys.CAMPAIGN_RATE.on(book, day),
            messages_per_week=keys.CAMPAIGN_WEEK.on(book, day),
            part_cost=keys.PART_COST.on(book, day),
        ),
        notices=NoticeRules(
            letters=keys.NOTICE_LETTERS.on(book, day),
            lines=keys.NOTICE_LINES.on(book, day),
            at_once=keys.NOTICES_AT_ONCE.on(book, day),
        ),
    )


def _complaints(book: PolicyBook, day: date) -> ComplaintRules:
    return ComplaintRules(
        categories=keys.COMPLAINT_CATEGORY.by("name", book, day),
        open_at_most=keys.COMPLAINT_OPEN.on(book, day),
        claim=timedelta(minutes=keys.COMPLAINT_CLAIM.on(book, day)),
        escalated=timedelta(hours=keys.COMPLAINT_ESCALATED.on(book, day)),
        answer_stands=timedelta(days=keys.COMPLAINT_STANDS.on(book, day)),
        reopenings=keys.COMPLAINT_REOPENINGS.on(book, day),
    )


def _questions(book: PolicyBook, day: date) -> QuestionRules:
    return QuestionRules(
        after_texts=keys.QUESTION_AFTER.on(book, day),
        within=timedelta(minutes=keys.QUESTION_WITHIN.on(book, day)),
        texts_at_most=keys.QUESTION_TEXTS.on(book, day),
        claim=timedelta(minutes=keys.QUESTION_CLAIM.on(book, day)),
        answer=timedelta(hours=keys.QUESTION_ANSWER.on(book, day)),
    )


def _spot_checks(book: PolicyBook, day: date) -> SpotCheckRules:
    """How it is asked what was received. Raises PolicyInvalid for a category of complaints there is none of."""
    category = keys.SPOT_CHECK_CATEGORY.by("about", book, day)
    if unknown := set(category.values()) - keys.COMPLAINT_CATEGORY.by("name", book, day).keys():
        raise PolicyInvalid(f"no category of complaints: {', '.join(sorted(unknown))}")
    waits = keys.SPOT_CHECK_WAIT.by("about", book, day)
    return SpotCheckRules(
        share=keys.SPOT_CHECK_SHARE.by("about", book, day),
        wait={about: timedelta(hours=hours) for about, hours in waits.items()},
        apart=timedelta(days=keys.SPOT_CHECK_APART.on(book, day)),
        answer=timedelta(days=keys.SPOT_CHECK_ANSWER.on(book, day)),
        category=category,
    )


def _quiet(book: PolicyBook, day: date) -> Mapping[str, QuietHours]:
    """The quiet hours of a day by class: those of the season where there are any, else those of all year."""
    seasons = ({}, {"season": keys.RAMADAN}) if in_ramadan(book, day) else ({},)
    found: dict[str, QuietHours] = {}
    for season in seasons:
        for scope, hours in keys.QUIET_HOURS.each(book, day):
            if {"class_name": scope["class_name"], **season} == dict(scope):
                found[scope["class_name"]] = hours
    return found


def _named(member: str, rows: Iterable[tuple[Scope, object]]) -> set[str]:
    return {scope.get(member, _EVERY) for scope, _ in rows}


def _covers(hours: QuietHours, instant: datetime) -> bool:
    """Whether an instant is quiet. A night whose end is before its beginning passes midnight."""
    local = instant.astimezone(CAIRO)
    if _WEEKDAYS[local.weekday()] in hours.weekdays:
        return True
    if hours.begins <= hours.ends:
        return hours.begins <= local.time() < hours.ends
    return local.time() >= hours.begins or local.time() < hours.ends
