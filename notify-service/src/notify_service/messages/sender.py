"""The worker that sends: claims the most urgent messages, puts them into words, hands them to the aggregator.

A batch is leased in one transaction, sent outside any, and written down in a second one. A crash in between
leaves the lease to run out; the batch is sent again under the same references and the aggregator sends it once.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from chassis.clock import business_day
from chassis.ids import new_id
from chassis.logging import get_logger
from chassis.metrics import ITEMS_FAILED
from chassis.periodic import Periodic
from chassis.sealing import SealBroken
from notify_service import metrics
from notify_service.channels.aggregator import Aggregator, Outgoing, ProviderDown, Result
from notify_service.context import Runtime
from notify_service.messages import lifecycle, repository, service
from notify_service.messages.lifecycle import ACCEPTED, Status, Verdict
from notify_service.messages.repository import OutcomeColumns, Rows
from notify_service.messages.sealed_columns import Contact, Sent, Waiting
from notify_service.templates import texts
from notify_service.templates.encoding import measure
from notify_service.templates.wording import Language

log = get_logger(__name__)

FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 30.0
MAX_IDLE_SECONDS = 0.5


async def send_messages(runtime: Runtime) -> None:
    """Send for ever, over as many lanes as the settings say. A worker of the service."""
    async with Aggregator(runtime.state.settings) as aggregator:
        sender = Sender(runtime, aggregator)
        # An empty queue is looked at less and less often; half a second is nothing to a message.
        lane = Periodic[Runtime](
            "send_messages", lambda _: sender.run(), runtime.state.settings.sms_poll_seconds, MAX_IDLE_SECONDS
        )
        await asyncio.gather(*(lane(runtime) for _ in range(runtime.state.settings.sms_lanes)))


class Sender:
    """One process's part in the sending. An aggregator that is away stops all lanes, costing no message a try."""

    def __init__(self, runtime: Runtime, aggregator: Aggregator) -> None:
        """`aggregator`: connected."""
        self._runtime = runtime
        self._settings = runtime.state.settings
        self._vault = runtime.state.vault
        self._aggregator = aggregator
        self._failures = 0

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
        batch = await self._claim(lease)
        if not batch:
            return None
        ready, outcomes = self._prepare(batch)
        try:
            results = await self._aggregator.send(ready) if ready else {}
        except ProviderDown as error:
            return await self._step_back(lease, error)
        self._failures = 0
        await self._finish(lease, batch, ready, results, outcomes)
        return 0.0

    async def _claim(self, lease: UUID) -> Rows:
        priorities = self._runtime.state.rules.open_priorities(self._runtime.clock.now())
        async with self._runtime.sessions() as session, session.begin():
            if not await repository.any_due(session, priorities):
                return []
            return await repository.claim(
                session,
                priorities=priorities,
                batch=self._settings.sms_batch,
                rate=self._settings.sms_per_second,
                lease=lease,
                lease_seconds=self._settings.sms_lease_seconds,
                today=business_day(self._runtime.clock.now()),
            )

    def _prepare(self, batch: Rows) -> tuple[list[Outgoing], OutcomeColumns]:
        """The messages that can leave, and the outcomes of those that cannot."""
        ready: list[Outgoing] = []
        outcomes = OutcomeColumns()
        for row in batch:
            try:
                prepared = self._word(row)
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

    def _word(self, row: Row[Any]) -> Outgoing | Verdict:
        """The message in the reader's language. Raises SealBroken."""
        waiting = Waiting.open(self._vault, row.id, row.content)
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
        day = business_day(self._runtime.clock.now())
        language = waiting.language or _language(row)
        text = texts.render(template, day, language, waiting.facts, contact.name, rules.hotline)
        if self._runtime.settings.training:
            text = texts.marked(text, language)
        length = measure(text)
        return Outgoing(row.id, contact.number, text, length.encoding, length.parts)

    def _refused(self, row: Row[Any], reason: str) -> Verdict:
        retries = self._runtime.state.rules.retries
        return lifecycle.refused(reason, row.refusals + 1, timedelta(seconds=row.valid_seconds), retries)

    async def _finish(
        self,
        lease: UUID,
        batch: Rows,
        ready: Sequence[Outgoing],
        results: dict[UUID, Result],
        outcomes: OutcomeColumns,
    ) -> None:
        rows = {row.id: row for row in batch}
        permanent: set[UUID] = set()
        for message in ready:
            row, result = rows[message.reference], results.get(message.reference)
            if result and result.status == "accepted":
                sealed = Sent(message.text, message.to).seal(self._vault, row.id)
                _add(outcomes, row.id, ACCEPTED, message, _language(row), result.provider_id, sealed)
                continue
            verdict = self._refused(row, (result.reason if result else None) or "not_taken")
            _add(outcomes, row.id, verdict)
            if verdict.permanent:
                permanent.add(row.id)
        async with self._runtime.sessions() as session, session.begin():
            written = await repository.finish(session, lease, outcomes)
            ended = [row for row in written if row.status == Status.FAILED and row.was == Status.SENDING]
            await service.announce(session, ended, permanent=permanent)
        for row in written:
            metrics.MESSAGES.labels(row.template, row.status).inc()
        if ended:
            self._runtime.wake_relay()

    async def _step_back(self, lease: UUID, error: ProviderDown) -> float:
        """Put the batch back; wait longer each time, a little differently in every process."""
        async with self._runtime.sessions() as session, session.begin():
            await repository.put_back(session, lease)
        self._failures += 1
        metrics.PROVIDER_FAILURES.inc()
        pause = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(self._failures - 1, 10))
        pause = (error.retry_after or pause) * random.uniform(0.8, 1.2)
        log.warning("provider did not take a batch", reason=str(error), again_in_seconds=round(pause, 1))
        return pause


def _language(row: Row[Any]) -> Language:
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
) -> None:
    outcomes.id.append(message_id)
    outcomes.status.append(verdict.status)
    outcomes.content.append(sealed)
    outcomes.language.append(language)
    outcomes.encoding.append(message.encoding if message else None)
    outcomes.parts.append(message.parts if message else None)
    outcomes.provider_id.append(provider_id)
    outcomes.reason.append(verdict.reason)
    outcomes.try_after.append(verdict.try_after.total_seconds() if verdict.try_after else None)
