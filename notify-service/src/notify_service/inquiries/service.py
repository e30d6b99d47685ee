"""What becomes of a citizen's message: a question for another service, an answer of our own, or nothing.

A balance is asked of supply-service and payment-service by an event; `balances.py` puts their answers together.
A number nobody registered gets a polite answer that tells nothing of anyone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import mobiles, outbox
from chassis.ids import new_id
from contracts.notify import InquiryReceived, LossReported
from notify_service import metrics
from notify_service.complaints.inbound import Heard, behind, hear
from notify_service.contacts import people
from notify_service.contacts import repository as contacts
from notify_service.contacts.people import Person
from notify_service.context import Context
from notify_service.inquiries import repository, whom
from notify_service.inquiries.repository import InboundColumns, InquiryColumns, LastTopic
from notify_service.messages import service
from notify_service.messages.service import Intent
from notify_service.questions import inbound as questions
from notify_service.spot_checks import answers
from notify_service.spot_checks import repository as spot_checks
from notify_service.spot_checks import service as spot_check_service
from notify_service.spot_checks.models import Asked
from notify_service.templates.facts import Facts, NoFacts, PeopleFacts
from notify_service.templates.naming import called
from notify_service.templates.wording import Language
from notify_service.words import CHOICES, Topic, choice_in, topic_of

_ANSWERS = {
    Topic.HELP: "help",
    Topic.LANGUAGE_AR: "language_chosen",
    Topic.LANGUAGE_EN: "language_chosen",
    Topic.OPT_OUT: "opted_out",
    Topic.OPT_IN: "opted_in",
    Topic.DEBITS_DIGEST: "debits_digest",
    Topic.DEBITS_AT_ONCE: "debits_at_once",
    Topic.LOST: "loss_heard",
    Topic.STOP: "stop_which",
    Topic.APPOINTMENT: "choice_of_many",  # a number alone does not say whose hour is meant
}
_UNKNOWN, _ENOUGH, _OF_WHOM, _AT_A_PERSON = "unknown_number", "replies_over", "balance_of_whom", "question_heard"
_JUST_NOW: Final = datetime.max.replace(tzinfo=UTC)  # in the same batch: later than whatever is in the database
_LANGUAGES: Mapping[Topic, Language] = {Topic.LANGUAGE_AR: "ar", Topic.LANGUAGE_EN: "en"}


@dataclass(frozen=True)
class Inbound:
    """A message from a citizen, as the aggregator hands it over."""

    provider_id: str
    sender: str
    text: str


@dataclass(frozen=True)
class _Read:
    """The same, understood."""

    provider_id: str
    number: str | None
    number_hash: bytes | None
    topic: Topic
    text: str


class Desk:
    """Deals with one batch of messages in one transaction."""

    def __init__(self, session: AsyncSession, here: Context, now: datetime) -> None:
        """`now`: business time, the inquiries' own."""
        self._session, self._here, self._rules, self._now = session, here, here.rules, now
        self._intents: dict[str, list[Intent]] = defaultdict(list)
        self._inquiries: list[InquiryReceived] = []
        self._opted: dict[bytes, bool] = {}  # whether whoever has the number wants necessary messages only
        self._digests: dict[bytes, bool] = {}
        self._languages: dict[bytes, Language] = {}
        self._people: dict[bytes, list[Person]] = {}  # everybody each number reaches
        self._lost: dict[UUID, UUID] = {}  # whose cards are lost: citizen, household
        self._complaints: list[Heard] = []
        self._checks: dict[bytes, Asked] = {}  # what each number was asked of late whether it was received
        self._answers: list[tuple[Asked, _Read, bool]] = []  # to that; whether the number gets an answer
        self._unclear: list[tuple[Person, str, bool]] = []  # from whom, the text, whether the number gets an answer
        self._columns = InboundColumns()

    async def deal(self, messages: Sequence[Inbound]) -> int:
        """Handle each new message once; returns how many were new."""
        await repository.take_turn(self._session)
        copies = await repository.known(self._session, [message.provider_id for message in messages])
        new = {m.provider_id: m for m in messages if m.provider_id not in copies}
        read = [self._read(message) for message in new.values()]
        hashes = list({r.number_hash for r in read if r.number_hash})
        self._people = await people.of_numbers(self._session, self._here.vault, hashes)
        await self._understand(read, hashes)
        answered = await repository.replies_today(self._session, hashes)
        for one in read:
            outcome = self._decide(one, answered)
            self._note(one, outcome)
        await self._write()
        return len(new)

    def _read(self, message: Inbound) -> _Read:
        number = mobiles.normalise(message.sender)
        number_hash = self._here.vault.fingerprint(number) if number else None
        return _Read(
            message.provider_id, number, number_hash, topic_of(message.text, self._rules.keywords), message.text
        )

    async def _understand(self, read: list[_Read], hashes: list[bytes]) -> None:
        """Take a bare number, a yes or no for the answer to what its sender was asked last, if that is not long ago."""
        asked = await repository.last_topics(self._session, hashes, self._rules.question_minutes)
        since = self._now - self._rules.spot_checks.answer
        self._checks = await spot_checks.asked_of(self._session, hashes, since)
        for place, one in enumerate(read):
            topic = self._meant(one, asked.get(one.number_hash or b""))
            read[place] = replace(one, topic=topic)
            if one.number_hash:
                asked[one.number_hash] = LastTopic(topic, _JUST_NOW)

    def _meant(self, one: _Read, last: LastTopic | None) -> Topic:
        """What a message means behind what its number wrote last and was asked by us."""
        check = self._checks.get(one.number_hash or b"")
        number = choice_in(one.text) if one.text.strip().isdecimal() else None
        choices = self._choices(one.number_hash, last.topic if last else None)
        wrote_at = last.at if last and choices else None
        if check and (said := answers.by_number(one.text, check.said_at, wrote_at)):
            return said
        if number is not None and number in choices:
            return choices[number]
        if one.topic in answers.ANSWERS:
            return one.topic if check else Topic.UNCLEAR
        if check and one.topic is Topic.UNCLEAR:
            return answers.by_words(one.text, self._rules.keywords) or Topic.UNCLEAR
        return one.topic

    def _choices(self, number: bytes | None, asked: Topic | None) -> Mapping[int, Topic]:
        """What a bare number means behind what was asked last: one of two things, or one of several people."""
        if asked is Topic.BALANCE and number:
            return dict.fromkeys(range(1, len(self._asked_for(number)) + 1), Topic.BALANCE)
        return CHOICES.get(asked, {}) if asked else {}

    def _asked_for(self, number: bytes) -> list[Person]:
        """Those among whom a number chooses; nobody where it is one person's."""
        sharing = self._people.get(number, [])
        return sharing[: self._rules.people_per_number] if len(sharing) > 1 else []

    def _decide(self, one: _Read, answered: dict[bytes, int]) -> str:
        if one.number is None or one.number_hash is None:
            return "ignored"  # a name or a short code: never answered, two machines would talk for ever
        if one.topic in {Topic.DEBITS_DIGEST, Topic.DEBITS_AT_ONCE}:
            self._digests[one.number_hash] = one.topic is Topic.DEBITS_DIGEST  # replies are limited, effects are not
        if one.topic in {Topic.OPT_OUT, Topic.OPT_IN}:
            self._opted[one.number_hash] = one.topic is Topic.OPT_OUT
        if one.topic in _LANGUAGES:
            self._languages[one.number_hash] = _LANGUAGES[one.topic]
        reached = self._people.get(one.number_hash, [])
        if one.topic is Topic.LOST:
            self._lost.update((person.citizen_id, person.household_id) for person in reached)  # everybody of the number
        if one.topic is Topic.COMPLAINT and reached:
            return self._hear_complaint(one, one.number_hash, answered)
        if one.topic in answers.ANSWERS:
            return self._hear_answer(one, one.number_hash, answered)
        if one.topic is Topic.UNCLEAR and reached:
            return self._hear_unclear(one, one.number_hash, one.number, answered)
        most = self._rules.replies_per_number_per_day
        count = answered[one.number_hash] = answered.get(one.number_hash, 0) + 1
        if count > most:
            return self._say_enough(one.number, reached, once=count == most + 1)
        if not reached:
            self._intents[_UNKNOWN].append(Intent(new_id(), NoFacts(), number=one.number))
            return "unknown_number"
        if one.topic is Topic.BALANCE:
            return self._ask_of_balance(one, one.number_hash)
        if one.topic in {Topic.CARD, Topic.APPOINTMENT, Topic.NEAREST}:
            return self._ask_of_each(one, reached)
        self._answer(_ANSWERS[one.topic], reached[0])
        if one.topic is Topic.HELP:
            self._ask(Topic.HELP, reached[0])
        return "answered"

    def _hear_unclear(self, one: _Read, number: bytes, sender: str, answered: dict[bytes, int]) -> str:
        """Keep what is not understood for a person, also when the number gets no more answers that day."""
        reached, most = self._people[number], self._rules.replies_per_number_per_day
        count = answered[number] = answered.get(number, 0) + 1
        self._unclear.append((whom.named_alone(one.text, reached) or reached[0], one.text, count <= most))
        return "answered" if count <= most else self._say_enough(sender, reached, once=count == most + 1)

    def _say_enough(self, number: str, reached: Sequence[Person], *, once: bool) -> str:
        """Tell a number once a day that it gets no more answers."""
        if not once:
            return "ignored"
        language = reached[0].language if reached else None
        self._intents[_ENOUGH].append(Intent(new_id(), NoFacts(), number=number, language=language))
        return "answered"

    def _ask_of_balance(self, one: _Read, number: bytes) -> str:
        """Ask for the balance of the one who is meant; where several share the number, that has to be said."""
        sharing = self._asked_for(number)
        person = whom.meant(one.text, sharing) if sharing else self._people[number][0]
        if person is None:
            names = called((one.citizen_id, one.name) for one in self._people[number])
            asked = PeopleFacts(names=[names[one.citizen_id] for one in sharing])
            self._answer(_OF_WHOM, sharing[0], asked)
            return "answered"
        self._ask(Topic.BALANCE, person)
        return "asked"

    def _hear_complaint(self, one: _Read, number: bytes, answered: dict[bytes, int]) -> str:
        replies = answered.get(number, 0) < self._rules.replies_per_number_per_day
        answered[number] = answered.get(number, 0) + 1
        said = behind(one.text, self._rules.keywords[Topic.COMPLAINT])
        self._complaints.append(Heard([person.citizen_id for person in self._people[number]], said, replies))
        return "answered"

    def _hear_answer(self, one: _Read, number: bytes, answered: dict[bytes, int]) -> str:
        replies = answered.get(number, 0) < self._rules.replies_per_number_per_day
        answered[number] = answered.get(number, 0) + 1
        self._answers.append((self._checks[number], one, replies))
        return "answered"

    def _ask_of_each(self, one: _Read, reached: Sequence[Person]) -> str:
        """Ask for whoever is named, else for all the number reaches, a few at most; an hour is one person's."""
        alone = whom.named_alone(one.text, reached)
        if one.topic is Topic.NEAREST:  # a household lives in one district
            reached = list({person.household_id: person for person in reversed(reached)}.values())[::-1]
        asked = [alone] if alone else reached[: self._rules.households_per_number]
        choice = choice_in(one.text) if one.topic is Topic.APPOINTMENT else None
        if choice is not None and len(asked) > 1:
            self._answer(_ANSWERS[Topic.APPOINTMENT], reached[0])
            return "answered"
        for person in asked:
            self._ask(one.topic, person, choice)
        return "asked"

    def _ask(self, topic: Topic, person: Person, choice: int | None = None) -> None:
        self._inquiries.append(
            InquiryReceived(
                inquiry_id=new_id(),
                citizen_id=person.citizen_id,
                household_id=person.household_id,
                topic=topic,
                received_at=self._now,
                choice=choice,
            )
        )

    def _answer(self, template: str, person: Person, facts: Facts | None = None) -> None:
        self._intents[template].append(
            Intent(
                new_id(),
                facts or NoFacts(),
                citizen_id=person.citizen_id,
                household_id=person.household_id,
                subject=new_id(),
            )
        )

    def _losses(self) -> list[LossReported]:
        return [
            LossReported(report_id=new_id(), citizen_id=citizen, household_id=household, reported_at=self._now)
            for citizen, household in self._lost.items()
        ]

    def _note(self, one: _Read, outcome: str) -> None:
        self._columns.provider_id.append(one.provider_id)
        self._columns.number_hash.append(one.number_hash)
        self._columns.topic.append(one.topic)
        self._columns.outcome.append(outcome)
        metrics.INBOUND.labels(outcome).inc()

    async def _hear_question(self, person: Person, text: str, *, replies: bool) -> None:
        """Help the first time; that a person has it now is told once, whatever was answered that day."""
        became = await questions.hear(self._session, self._here, person.citizen_id, text, self._now)
        if became is questions.Heard.OPENED:
            self._answer(_AT_A_PERSON, person)
        elif became is questions.Heard.HELP and replies:
            self._answer(_ANSWERS[Topic.HELP], person)
            self._ask(Topic.HELP, person)

    async def _write(self) -> None:
        for person, text, replies in self._unclear:
            await self._hear_question(person, text, replies=replies)
        for template, intents in self._intents.items():
            await service.queue(self._session, self._here, template, intents)
        for heard in self._complaints:
            await hear(self._session, self._here, heard, self._now)
        for check, one, replies in self._answers:
            await spot_check_service.answer(
                self._session, self._here, check.check_id, one.topic, one.text, self._now, replies=replies
            )
        for out, at in ((True, self._now), (False, None)):
            hashes = [number for number, wish in self._opted.items() if wish is out]
            if hashes:
                await contacts.set_opt_out(self._session, hashes, at)
        for number, language in self._languages.items():
            await contacts.set_language(self._session, [number], language)
        for on in (True, False):
            hashes = [number for number, wish in self._digests.items() if wish is on]
            if hashes:
                await contacts.set_digest(self._session, hashes, on=on)
        await outbox.add(self._session, *self._inquiries, *self._losses())
        asked = InquiryColumns()
        for inquiry in self._inquiries:
            if inquiry.topic == Topic.BALANCE:
                asked.inquiry_id.append(inquiry.inquiry_id)
                asked.citizen_id.append(inquiry.citizen_id)
                asked.household_id.append(inquiry.household_id)
        if asked.inquiry_id:
            await repository.ask(self._session, asked, self._rules.answer_within_seconds)
        await repository.take(self._session, self._columns)


async def take_inbound(session: AsyncSession, here: Context, messages: Sequence[Inbound], now: datetime) -> int:
    """Deal with messages from citizens; returns how many were not known before."""
    return await Desk(session, here, now).deal(messages)
