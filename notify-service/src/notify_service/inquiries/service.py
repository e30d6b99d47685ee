"""What becomes of a citizen's message: a question for another service, an answer of our own, or nothing.

A balance is asked of supply-service and payment-service by an event; `balances.py` puts their answers together.
A number nobody registered gets a polite answer that tells nothing of anyone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import mobiles, outbox
from chassis.ids import new_id
from contracts.notify import InquiryReceived, LossReported
from notify_service import metrics
from notify_service.complaints.inbound import Heard, behind, hear
from notify_service.contacts import repository as contacts
from notify_service.context import Context
from notify_service.inquiries import repository
from notify_service.inquiries.repository import InboundColumns, InquiryColumns
from notify_service.messages import service
from notify_service.messages.service import Intent
from notify_service.templates.facts import NoFacts
from notify_service.words import CHOICES, Topic, choice_in, topic_of

_ANSWERS = {
    Topic.HELP: "help",
    Topic.OPT_OUT: "opted_out",
    Topic.OPT_IN: "opted_in",
    Topic.DEBITS_DIGEST: "debits_digest",
    Topic.DEBITS_AT_ONCE: "debits_at_once",
    Topic.LOST: "loss_heard",
    Topic.STOP: "stop_which",
    Topic.APPOINTMENT: "choice_of_many",  # a number alone does not say whose hour is meant
}
_UNKNOWN, _ENOUGH = "unknown_number", "replies_over"


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
        self._reached: dict[bytes, list[tuple[UUID, UUID]]] = defaultdict(list)  # everybody: citizen, household
        self._lost: dict[UUID, UUID] = {}  # whose cards are lost: citizen, household
        self._complaints: list[Heard] = []
        self._columns = InboundColumns()

    async def deal(self, messages: Sequence[Inbound]) -> int:
        """Handle each new message once; returns how many were new."""
        await repository.take_turn(self._session)
        copies = await repository.known(self._session, [message.provider_id for message in messages])
        new = {m.provider_id: m for m in messages if m.provider_id not in copies}
        read = [self._read(message) for message in new.values()]
        hashes = list({r.number_hash for r in read if r.number_hash})
        await self._understand(read, hashes)
        homes = await self._homes(hashes)
        answered = await repository.replies_today(self._session, hashes)
        for one in read:
            outcome = self._decide(one, homes, answered)
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
        """Take a bare number for the answer to what its sender was asked last, if that was a while ago at most."""
        asked = await repository.last_topics(self._session, hashes, self._rules.question_minutes)
        for place, one in enumerate(read):
            number = choice_in(one.text) if one.text.strip().isdecimal() else None
            choices = CHOICES.get(asked.get(one.number_hash or b"", Topic.HELP), {})
            if number in choices:
                read[place] = replace(one, topic=choices[number])
            if one.number_hash:
                asked[one.number_hash] = read[place].topic

    async def _homes(self, hashes: list[bytes]) -> dict[bytes, list[tuple[UUID, UUID]]]:
        """Who is reached by each number: (household, its longest-known citizen), a few households at most."""
        found: dict[bytes, dict[UUID, UUID]] = defaultdict(dict)
        for row in await contacts.contacts_of_numbers(self._session, hashes):
            found[bytes(row.number_hash)].setdefault(row.household_id, row.citizen_id)
            self._reached[bytes(row.number_hash)].append((row.citizen_id, row.household_id))
        most = self._rules.households_per_number
        return {number: list(homes.items())[:most] for number, homes in found.items()}

    def _decide(self, one: _Read, homes: dict[bytes, list[tuple[UUID, UUID]]], answered: dict[bytes, int]) -> str:
        if one.number is None or one.number_hash is None:
            return "ignored"  # a name or a short code: never answered, two machines would talk for ever
        if one.topic in {Topic.DEBITS_DIGEST, Topic.DEBITS_AT_ONCE}:
            self._digests[one.number_hash] = one.topic is Topic.DEBITS_DIGEST  # replies are limited, effects are not
        if one.topic in {Topic.OPT_OUT, Topic.OPT_IN}:
            self._opted[one.number_hash] = one.topic is Topic.OPT_OUT
        if one.topic is Topic.LOST:
            self._lost.update(self._reached[one.number_hash])  # of everybody whose number it is
        if one.topic is Topic.COMPLAINT and self._reached[one.number_hash]:
            return self._hear_complaint(one, one.number_hash, answered)
        most = self._rules.replies_per_number_per_day
        count = answered[one.number_hash] = answered.get(one.number_hash, 0) + 1
        if count > most:
            return self._say_enough(one.number, once=count == most + 1)
        reached = homes.get(one.number_hash)
        if not reached:
            self._intents[_UNKNOWN].append(Intent(new_id(), NoFacts(), number=one.number))
            return "unknown_number"
        if one.topic is Topic.BALANCE:
            for household, citizen in reached:
                self._ask(new_id(), one.topic, household, citizen)
            return "asked"
        if one.topic in {Topic.CARD, Topic.APPOINTMENT}:
            return self._ask_of_cards(one, one.number_hash)
        self._answer(one.topic, *reached[0])
        return "answered"

    def _say_enough(self, number: str, *, once: bool) -> str:
        """Tell a number once a day that it gets no more answers."""
        if not once:
            return "ignored"
        self._intents[_ENOUGH].append(Intent(new_id(), NoFacts(), number=number))
        return "answered"

    def _hear_complaint(self, one: _Read, number: bytes, answered: dict[bytes, int]) -> str:
        replies = answered.get(number, 0) < self._rules.replies_per_number_per_day
        answered[number] = answered.get(number, 0) + 1
        said = behind(one.text, self._rules.keywords[Topic.COMPLAINT])
        self._complaints.append(Heard([citizen for citizen, _ in self._reached[number]], said, replies))
        return "answered"

    def _ask_of_cards(self, one: _Read, number: bytes) -> str:
        """Ask for everybody the number reaches, a few at most; an hour is chosen where that is one person."""
        citizens = self._reached[number][: self._rules.households_per_number]
        choice = choice_in(one.text) if one.topic is Topic.APPOINTMENT else None
        if choice is not None and len(citizens) > 1:
            self._answer(Topic.APPOINTMENT, citizens[0][1], citizens[0][0])
            return "answered"
        for citizen, household in citizens:
            self._ask(new_id(), one.topic, household, citizen, choice)
        return "asked"

    def _ask(self, inquiry: UUID, topic: Topic, household: UUID, citizen: UUID, choice: int | None = None) -> None:
        self._inquiries.append(
            InquiryReceived(
                inquiry_id=inquiry,
                citizen_id=citizen,
                household_id=household,
                topic=topic,
                received_at=self._now,
                choice=choice,
            )
        )

    def _answer(self, topic: Topic, household: UUID, citizen: UUID) -> None:
        inquiry = new_id()
        intent = Intent(inquiry, NoFacts(), citizen_id=citizen, household_id=household, subject=inquiry)
        self._intents[_ANSWERS[topic]].append(intent)
        if topic is Topic.HELP:
            self._ask(inquiry, topic, household, citizen)

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

    async def _write(self) -> None:
        for template, intents in self._intents.items():
            await service.queue(self._session, self._here, template, intents)
        for heard in self._complaints:
            await hear(self._session, self._here, heard, self._now)
        for out, at in ((True, self._now), (False, None)):
            hashes = [number for number, wish in self._opted.items() if wish is out]
            if hashes:
                await contacts.set_opt_out(self._session, hashes, at)
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
