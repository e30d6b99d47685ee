"""The worker that sends: claims the most urgent messages, puts them into words, hands them to providers.

A batch is leased in one transaction, handed over outside any, and written down in another one. A crash in between
leaves the lease to run out. A provider that knows our references then sends once what it is handed twice; to another
one a message is handed over only after that was written down, so that its repetition is marked (`handing.py`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import Row

from chassis.clock import business_day
from chassis.ids import new_id
from chassis.logging import get_logger
from chassis.metrics import ITEMS_FAILED
from chassis.periodic import Periodic
from chassis.sealing import SealBroken
from notify_service import metrics
from notify_service.channels import networks
from notify_service.channels.channel import Channel, Outgoing, ProviderDown, Result
from notify_service.channels.choice import Channels
from notify_service.context import Runtime
from notify_service.messages import handing, lifecycle, naming, parts, repository, service
from notify_service.messages.lifecycle import ACCEPTED, Status, Verdict
from notify_service.messages.naming import Names
from notify_service.messages.repository import OutcomeColumns, Rows
from notify_service.messages.sealed_columns import Contact, Sent, Waiting
from notify_service.templates import texts
from notify_service.templates.encoding import measure
from notify_service.templates.facts import CampaignFacts
from notify_service.templates.wording import Language

log = get_logger(__name__)

Claimed: TypeAlias = Row[Any]
"""A message as `repository.claim` gives it."""

FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 30.0
MAX_IDLE_SECONDS = 0.5


class Rest(NamedTuple):
    """That a provider failed so often, one time after the other, and is left alone for `pause` seconds `until` then."""

    failures: int
    until: float
    pause: float


async def send_messages(runtime: Runtime) -> None:
    """Send for ever, over as many lanes as the settings say. A worker of the service."""
    sender = Sender(runtime, runtime.state.channels)
    # An empty queue is looked at less and less often; half a second is nothing to a message.
    lane = Periodic[Runtime](
        "send_messages", lambda _: sender.run(), runtime.state.settings.sms_poll_seconds, MAX_IDLE_SECONDS
    )
    await asyncio.gather(*(lane(runtime) for _ in range(runtime.state.settings.sms_lanes)))


class Sender:
    """One process's part in the sending. A provider that is away costs no message a try.

    Where there is another one for the number, that is asked; where there is none at all, the lanes stop.
    """

    def __init__(self, runtime: Runtime, channels: Channels) -> None:
        """`channels`: connected."""
        self._runtime = runtime
        self._settings = runtime.state.settings
        self._vault = runtime.state.vault
        self._channels = channels
        self._rests: dict[str, Rest] = {}

    async def run(self) -> float | None:
        """One step; a batch at hand is finished before a cancellation is obeyed."""
        step = asyncio.ensure_future(self.step())
        try:
            return await asyncio.shield(step)
        except asyncio.CancelledError:
            await asyncio.wait([step], timeout=self._settings.sms_timeout_seconds)
            raise

    async def step(self) -> float | None:
        """Send one batch; returns the seconds to wait before the next, None where there was none to send now."""
        lease = new_id()
        batch, names = await self._claim(lease)
        if not batch:
            return None
        ready, outcomes = self._prepare(batch, names)
        rows = {row.id: row for row in batch}
        if outcomes.id:
            await self._finish(lease, rows, [], {}, outcomes)
        return await self._send(lease, rows, ready)

    async def _send(self, lease: UUID, rows: Mapping[UUID, Claimed], ready: Sequence[Outgoing]) -> float:
        """Hand messages to the best provider for each, to the next one where that is down."""
        left, tried = list(ready), self._resting()
        while left:
            chosen: dict[str, tuple[Channel, list[Outgoing]]] = {}
            for message in left:
                if channel := self._channels.best(message.to, tried):
                    chosen.setdefault(channel.name, (channel, []))[1].append(message)
            if not chosen:
                return await self._step_back(lease, left)
            handed = await asyncio.gather(*(self._by(lease, rows, *one) for one in chosen.values()))
            tried |= chosen.keys()
            none = [m for m in left if not any(m in messages for _, messages in chosen.values())]
            left = [*none, *(message for messages in handed for message in messages)]
        return 0.0

    def _resting(self) -> set[str]:
        """Providers that are not asked just now; a single one is: its lanes wait instead."""
        if len(self._channels) == 1:
            return set()
        now = time.monotonic()
        return {name for name, rest in self._rests.items() if rest.until > now}

    async def _by(
        self, lease: UUID, rows: Mapping[UUID, Claimed], channel: Channel, messages: Sequence[Outgoing]
    ) -> Sequence[Outgoing]:
        """Hand messages to a provider and write down what became of them; returns those it was down for."""
        noted = not channel.knows_references or len(self._channels) > 1
        slices = handing.slices(messages, channel.most_parts)
        for place, some in enumerate(slices):
            left = [message for later in slices[place + 1 :] for message in later]
            if noted:
                some = await handing.note(self._runtime, lease, channel, some)
            try:
                results = await channel.send(some) if some else {}
            except ProviderDown as error:
                self._rest(channel.name, error)
                if noted and not error.perhaps_sent:
                    await handing.undo(self._runtime, lease, some)
                return [*some, *left]
            self._rests.pop(channel.name, None)
            await self._finish(lease, rows, some, results, OutcomeColumns(), noted=noted, channel=channel)
        return []

    async def _claim(self, lease: UUID) -> tuple[Rows, Names]:
        """The most urgent messages, and what readers are called who share their number."""
        priorities = self._runtime.state.rules.open_priorities(self._runtime.clock.now())
        async with self._runtime.sessions() as session, session.begin():
            if not await repository.any_due(session, priorities):
                return [], {}
            batch = await repository.claim(
                session,
                priorities=priorities,
                batch=self._channels.batch(self._settings.sms_batch, self._settings.sms_lanes),
                rate=self._settings.sms_per_second,
                lease=lease,
                lease_seconds=self._settings.sms_lease_seconds,
                today=business_day(self._runtime.clock.now()),
            )
            shared = [row.citizen_id for row in batch if row.shared and row.campaign_id is None]
            return batch, await naming.names(session, self._vault, shared) if shared else {}

    def _prepare(self, batch: Rows, names: Names) -> tuple[list[Outgoing], OutcomeColumns]:
        """The messages that can leave, and the outcomes of those that cannot."""
        ready: list[Outgoing] = []
        outcomes = OutcomeColumns()
        for row in batch:
            try:
                prepared = self._word(row, names)
            except SealBroken as error:
                log.error("message cannot be read", message_id=str(row.id), reason=str(error))
                prepared = Verdict(Status.FAILED, "unreadable")
            except Exception as error:  # why: whatever it was, one message must not keep the others of its batch back
                log.error("message cannot be put into words", message_id=str(row.id), exc_info=error)
                ITEMS_FAILED.labels("send_messages").inc()
                prepared = self._refused(row, "not_worded")
            if isinstance(prepared, Verdict):
                _add(outcomes, row.id, prepared)
            else:
                ready.append(prepared)
        return ready, outcomes

    def _word(self, row: Claimed, names: Names) -> Outgoing | Verdict:
        """The message in the reader's language. Raises SealBroken."""
        waiting = self._waiting(row)
        template = texts.load()[row.template]
        contact = Contact(waiting.number, "")
        if row.contact is not None:
            contact = Contact.open(self._vault, row.citizen_id, row.contact)
        if contact.number is None:
            return Verdict(Status.FAILED, "no_number")
        rules = self._runtime.state.rules
        if row.opted_out and not rules.classes[template.class_name].essential:
            return Verdict(Status.CANCELLED, "opted_out")
        if row.restricted and template.class_name not in rules.despite_restriction:
            return Verdict(Status.CANCELLED, "restricted")
        if isinstance(waiting, Sent):
            text = waiting.text
        else:
            name = names.get(row.citizen_id, contact.name)
            text = self._rendered(row, waiting, name, shared=row.citizen_id in names)
        length = measure(text)
        return Outgoing(row.id, contact.number, text, length.encoding, length.parts)

    def _waiting(self, row: Claimed) -> Waiting | Sent:
        """What a message is made of: its own words where it was sent before. Raises SealBroken."""
        if row.campaign_id is not None:  # it has no facts of its own
            return Waiting(CampaignFacts(ar=row.campaign_ar, en=row.campaign_en))
        if row.was_sent:
            return Sent.open(self._vault, row.id, row.content)
        return Waiting.open(self._vault, row.id, row.content)

    def _rendered(self, row: Claimed, waiting: Waiting, name: str, *, shared: bool) -> str:
        language = waiting.language or _language(row)
        day, hotline = business_day(self._runtime.clock.now()), self._runtime.state.rules.hotline
        text = texts.render(texts.load()[row.template], day, language, waiting.facts, name, hotline, shared=shared)
        return texts.marked(text, language) if self._runtime.settings.training else text

    def _refused(self, row: Claimed, reason: str) -> Verdict:
        retries = self._runtime.state.rules.retries
        return lifecycle.refused(reason, row.refusals + 1, timedelta(seconds=row.valid_seconds), retries)

    async def _finish(
        self,
        lease: UUID,
        rows: Mapping[UUID, Claimed],
        ready: Sequence[Outgoing],
        results: Mapping[UUID, Result],
        outcomes: OutcomeColumns,
        *,
        noted: bool = False,
        channel: Channel | None = None,
    ) -> None:
        """Write down outcomes; what was not taken is queued again as it was, what was not answered too."""
        permanent: set[UUID] = set()
        again: list[UUID] = []
        for message in ready:
            row, result = rows[message.reference], results.get(message.reference)
            if result is None or result.status == "unanswered":
                again.append(row.id)
            elif result.status == "accepted":
                sealed = Sent(message.text, message.to).seal(self._vault, row.id)
                way = channel.name if channel else None
                _add(outcomes, row.id, ACCEPTED, message, _language(row), result.provider_id, sealed, way)
            else:
                verdict = self._refused(row, result.reason or "not_taken")
                _add(outcomes, row.id, verdict)
                if verdict.permanent:
                    permanent.add(row.id)
        async with self._runtime.sessions() as session, session.begin():
            if noted:
                knows = channel is None or channel.knows_references
                await parts.note_answers(session, lease, handing.answers(ready, results, knows_references=knows))
            if again:
                await repository.put_back(session, lease, again, None)
            written = await repository.finish(session, lease, outcomes) if outcomes.id else []
            ended = [row for row in written if row.status == Status.FAILED and row.was == Status.SENDING]
            await service.announce(session, ended, permanent=permanent)
        for row in written:
            metrics.MESSAGES.labels(row.template, row.status).inc()
        if ended:
            self._runtime.wake_relay()

    def _rest(self, provider: str, error: ProviderDown) -> None:
        """Leave a provider alone, longer each time, a little differently in every process."""
        failures = self._rests[provider].failures + 1 if provider in self._rests else 1
        pause = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 10))
        pause = (error.retry_after or pause) * random.uniform(0.8, 1.2)
        self._rests[provider] = Rest(failures, time.monotonic() + pause, pause)
        metrics.PROVIDER_FAILURES.labels(provider).inc()
        log.warning(
            "provider did not take a batch", provider=provider, reason=str(error), again_in_seconds=round(pause, 1)
        )

    async def _step_back(self, lease: UUID, left: Sequence[Outgoing]) -> float:
        """Put back what no provider takes; with several, the messages wait, and others pass them by."""
        pause = max((rest.pause for rest in self._rests.values()), default=FIRST_PAUSE_SECONDS)
        single = len(self._channels) == 1
        ids = [message.reference for message in left]
        async with self._runtime.sessions() as session, session.begin():
            await repository.put_back(session, lease, ids, None if single else pause)
        return pause if single else 0.0


def _language(row: Claimed) -> Language:
    language: Language = row.language or "ar"
    return language


def _add(
    outcomes: OutcomeColumns,
    message_id: UUID,
    verdict: Verdict,
    message: Outgoing | None = None,
    language: str | None = None,
    provider_id: str | None = None,
    sealed: bytes | None = None,
    provider: str | None = None,
) -> None:
    outcomes.id.append(message_id)
    outcomes.status.append(verdict.status)
    outcomes.content.append(sealed)
    outcomes.language.append(language)
    outcomes.encoding.append(message.encoding if message else None)
    outcomes.parts.append(message.parts if message else None)
    outcomes.provider_id.append(provider_id)
    outcomes.provider.append(provider)
    outcomes.network.append(networks.prefix_of(message.to) if message else None)
    outcomes.reason.append(verdict.reason)
    outcomes.try_after.append(verdict.try_after.total_seconds() if verdict.try_after else None)
