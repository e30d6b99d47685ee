"""Revocation: who is suspended elsewhere is refused in this service too, tokens already issued included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.reactions import Handler, R, Reactions, Received
from chassis.runtime import Resources
from contracts.event import Event


def revocation_reactions(
    reactions: Reactions[R], suspended: Mapping[type[Event], str], reinstated: Mapping[type[Event], str]
) -> None:
    """Let suspensions reach this service, and what ends them.

    Each event with the form of its subject, its fields in braces: `{client_id}`, `person:{person_id}`. One that
    suspends has a field `reason` too.
    """
    for event, subject in suspended.items():
        reactions.on(event)(_suspending(subject))
    for event, subject in reinstated.items():
        reactions.on(event)(_reinstating(subject))


def _suspending(subject: str) -> Handler[Resources]:
    async def suspend(events: Sequence[Received[Event]], session: AsyncSession, runtime: Resources) -> None:
        for event in events:
            told = event.data.model_dump()
            await runtime.revocations.suspend(session, subject.format_map(told), told["reason"])

    return suspend


def _reinstating(subject: str) -> Handler[Resources]:
    async def reinstate(events: Sequence[Received[Event]], session: AsyncSession, runtime: Resources) -> None:
        for event in events:
            await runtime.revocations.reinstate(session, subject.format_map(event.data.model_dump()))

    return reinstate
