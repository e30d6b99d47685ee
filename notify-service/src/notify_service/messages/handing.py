"""Handing messages to a provider that may not know our references: noted before, in slices that fit its window."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from notify_service.channels.channel import Channel, Outgoing, Result
from notify_service.context import Runtime
from notify_service.messages import parts
from notify_service.messages.parts import Handed


def slices(messages: Sequence[Outgoing], most_parts: int | None) -> list[Sequence[Outgoing]]:
    """Messages in their order, so many parts at a time; one that alone has more stands alone."""
    if most_parts is None:
        return [messages]
    found: list[list[Outgoing]] = []
    used = most_parts
    for message in messages:
        if used + message.parts > most_parts:
            found.append([])
            used = 0
        found[-1].append(message)
        used += message.parts
    return list(found)


async def note(runtime: Runtime, lease: UUID, channel: Channel, some: Sequence[Outgoing]) -> list[Outgoing]:
    """Write down that messages are about to leave, wait for the provider's pace; returns those that may leave."""
    rate, wait = channel.parts_per_second, 0.0
    async with runtime.sessions() as session, session.begin():
        mine = await parts.hand_over(
            session,
            lease,
            channel.name,
            [(message.reference, message.parts) for message in some],
            knows_references=channel.knows_references,
            lease_seconds=runtime.state.settings.sms_lease_seconds,
        )
        leaving = [message for message in some if message.reference in mine]
        if rate is not None and leaving:
            wait = await parts.charge(session, channel.name, sum(message.parts for message in leaving), rate)
    await asyncio.sleep(wait)
    return leaving


async def undo(runtime: Runtime, lease: UUID, some: Sequence[Outgoing]) -> None:
    """Write down that none of them left after all."""
    async with runtime.sessions() as session, session.begin():
        await parts.note_answers(session, lease, [Handed(message.reference, (), unsure=False) for message in some])


def answers(some: Sequence[Outgoing], results: Mapping[UUID, Result], *, knows_references: bool) -> list[Handed]:
    """What is known of the parts of messages that were handed over; none are kept where receipts have our reference."""
    handed = []
    for message in some:
        result = results.get(message.reference)
        ids = result.part_ids if result and not knows_references else ()
        handed.append(Handed(message.reference, ids, unsure=result is not None and result.status == "unanswered"))
    return handed
