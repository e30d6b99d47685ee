"""Use cases: entering the policy files at the start; what is told when policies are put in force or taken back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import business_day
from chassis.runtime import Resources
from contracts.supply import PolicyPublished, PolicyWithdrawn
from policybook import entry, store
from policybook.book import Policy
from supply_service.policies import catalogue
from supply_service.rules.figures import read_figures
from supply_service.rules.keys import KEYS

READ = partial(read_figures, items={})


async def enter_files(runtime: Resources, folder: Path) -> None:
    """Enter the rows and items of a folder that the book does not have. Raises PolicyFileError."""
    items = catalogue.read_items(folder)
    today = business_day(runtime.clock.now())
    async with runtime.sessions() as session, session.begin():
        changed = await entry.enter_files(session, folder, KEYS, READ, today, beside=frozenset({catalogue.FILE}))
        if await catalogue.items(session) != items:
            await catalogue.put_items(session, items.values())
            await store.mark_changed(session)
        await outbox.add(session, *(_published(policy) for policy in changed))


async def published(session: AsyncSession, _: Resources, policy: Policy) -> None:
    """Tell that a policy was put in force from a day to come."""
    await outbox.add(session, _published(policy))


async def withdrawn(session: AsyncSession, _: Resources, policy: Policy) -> None:
    """Tell that a policy was taken back before it began."""
    told = PolicyWithdrawn(policy_key=policy.key, effective_from=policy.effective_from)
    await outbox.add(session, told)


def _published(policy: Policy) -> PolicyPublished:
    return PolicyPublished(
        policy_key=policy.key,
        effective_from=policy.effective_from,
        effective_to=policy.effective_to,
        legal_reference=policy.legal_reference,
    )
