"""A provider reached by SMPP: its line, kept up; batches handed over; receipts and answers handed on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, NamedTuple, Self
from uuid import UUID

from chassis.clock import Clock
from chassis.logging import get_logger
from notify_service import metrics
from notify_service.channels.channel import Arrived, Outgoing, Piece, ProviderDown, Report, Result, Text
from notify_service.channels.smpp import errors, receipts
from notify_service.channels.smpp.brake import Brake
from notify_service.channels.smpp.parts import parts_of
from notify_service.channels.smpp.pdus import Delivered
from notify_service.channels.smpp.session import Broken, Session
from notify_service.settings import Settings, SmppProvider

log = get_logger(__name__)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0

# SMPP 3.4 §5.1.3: ESME_RTHROTTLED, ESME_RMSGQFUL; ESME_RINVDSTADR, ESME_RINVDSTTON, ESME_RINVDSTNPI.
_SLOWER: Final = frozenset({0x58, 0x14})
_WRONG_NUMBER: Final = frozenset({0x0B, 0x50, 0x51})
# Of the window, what batches leave free, so that a code needs not wait for them.
_KEPT_FREE: Final = 4


class _Sent(NamedTuple):
    """What became of a message's parts; `handed_over`: something of it may be under way."""

    part_ids: tuple[str, ...]
    handed_over: bool
    reason: str | None = None


class Smpp:
    """A provider's line, to be used as a context manager; it is bound again whenever it breaks."""

    knows_references: Final = False

    def __init__(
        self, settings: Settings, provider: SmppProvider, clock: Clock, arrived: Arrived, *, at_once: bool
    ) -> None:
        """`at_once`: bind now, not when the first message is to leave."""
        self._provider = provider
        self.name, self.prefixes, self.priority = provider.name, provider.prefixes, provider.priority
        self.parts_per_second: float | None = provider.per_second
        # Each lane fills its share: together, they have no more than the window under way.
        self.most_parts: int | None = max(1, (provider.window - provider.window // _KEPT_FREE) // settings.sms_lanes)
        self._sender, self._patience = settings.sms_sender, settings.sms_timeout_seconds
        self._password = settings.smpp_password(provider.name)
        self._clock, self._arrived, self._at_once = clock, arrived, at_once
        self._reasons = errors.reasons_of(provider.errors)
        self._brake = Brake()
        self._session: Session | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Bind from now on."""
        if self._at_once:
            self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Unbind."""
        if self._session:
            await self._session.close()
        if self._keeper:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper

    def up(self) -> bool:
        """Whether the line is bound."""
        self._start()
        return self._session is not None

    async def send(self, messages: Sequence[Outgoing]) -> dict[UUID, Result]:
        """Hand over a batch. Raises ProviderDown; a message without a result was not handed over."""
        self._start()
        session = self._session
        if session is None:
            raise ProviderDown("not bound")
        results = await asyncio.gather(*(self._one(session, message) for message in messages))
        return {result.reference: result for result in results if result}

    async def _one(self, session: Session, message: Outgoing) -> Result | None:
        sent = await self._parts(session, message)
        if sent.reason:
            status = "rejected"
        elif len(sent.part_ids) == message.parts:
            status = "accepted"
        elif sent.handed_over:
            status = "unanswered"
        else:
            return None
        first = sent.part_ids[0] if sent.part_ids else None
        return Result.model_validate(
            {
                "reference": message.reference, "status": status, "reason": sent.reason,
                "provider_id": first, "part_ids": sent.part_ids,
            }
        )  # fmt: skip

    async def _parts(self, session: Session, message: Outgoing) -> _Sent:
        """Hand over one part after the other; one that the provider wants later is handed over later."""
        ids: list[str] = []
        late = asyncio.get_running_loop().time() + self._patience
        for part in parts_of(message):
            while True:
                await self._brake.wait()
                try:
                    answer = await session.submit(self._sender, part)
                except Broken as error:
                    return _Sent(tuple(ids), handed_over=error.handed_over or bool(ids))
                except TimeoutError:
                    metrics.SMPP_ANSWERS.labels(self.name, "none").inc()
                    return _Sent(tuple(ids), handed_over=True)
                if answer.status not in _SLOWER:
                    break
                metrics.SMPP_ANSWERS.labels(self.name, "slower").inc()
                self._brake.pull()
                if asyncio.get_running_loop().time() > late:
                    return _Sent(tuple(ids), handed_over=bool(ids))
            self._brake.ease()
            if answer.status or not answer.message_id:
                metrics.SMPP_ANSWERS.labels(self.name, "refused").inc()
                return _Sent(tuple(ids), handed_over=bool(ids), reason=_reason(answer.status))
            metrics.SMPP_ANSWERS.labels(self.name, "taken").inc()
            ids.append(receipts.answered(answer.message_id, self._provider.ids))
        return _Sent(tuple(ids), handed_over=True)

    async def _deliver(self, units: Sequence[Delivered]) -> None:
        now = self._clock.now()
        reports, texts = [], []
        for unit in units:
            if unit.is_receipt:
                state = receipts.state_of(unit, self._provider.ids, self._reasons)
                metrics.SMPP_RECEIPTS.labels(self.name, state.status if state else "no_end").inc()
                if state:
                    reports.append(Report(self.name, state.ids, state.status, state.reason, now))
            else:
                texts.append(Text(self.name, unit.source, receipts.words_of(unit), now, _piece(unit)))
        if reports or texts:
            await self._arrived(reports, texts)

    def _start(self) -> None:
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        """Bind, and again when the line ends; wait longer each time, a little differently in every process."""
        failures = 0
        while True:
            try:
                self._session = await Session.open(self._provider, self._password, self._deliver)
                failures = 0
                log.info("bound to a provider", provider=self.name)
                reason = await self._session.run()
            except (OSError, TimeoutError, Broken, asyncio.IncompleteReadError) as error:
                reason = str(error) if isinstance(error, Broken) else type(error).__name__
            finally:
                self._session = None
            failures += 1
            pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(failures - 1, 10))
            pause *= random.uniform(0.8, 1.2)
            log.warning(
                "line to a provider is down", provider=self.name, reason=reason, again_in_seconds=round(pause, 1)
            )
            await asyncio.sleep(pause)


def _piece(unit: Delivered) -> Piece | None:
    """Its place in a long message; a place that there is not makes it a message of its own."""
    several = unit.total > 1 and 1 <= unit.part <= unit.total
    return Piece(unit.reference, unit.part, unit.total) if several else None


def _reason(status: int) -> str:
    return "invalid_number" if status in _WRONG_NUMBER else f"smpp_{status:#x}"
