"""Use cases: entering the policy files at the start, publishing a policy, asking which held when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import business_day
from chassis.logging import get_logger
from chassis.problems import Conflict, InvalidRequest
from chassis.runtime import Resources
from contracts.supply import PolicyPublished
from supply_service.policies import repository
from supply_service.policies.book import Policy, PolicyBook, PolicyInvalid, PolicyMissing
from supply_service.policies.files import PolicyFileError, read_items, read_policies, scope_text
from supply_service.rules.figures import read_figures

log = get_logger(__name__)


class PolicyNotAhead(Conflict):
    """A policy begins tomorrow at the earliest"""

    code = "policy_not_ahead"
    title_ar = "تسري القواعد من الغد على الأقل"


class PolicyOverlaps(Conflict):
    """Another policy begins on that day or later"""

    code = "policy_overlaps"
    title_ar = "توجد قاعدة أخرى تبدأ في هذا اليوم أو بعده"


class PolicyUnusable(InvalidRequest):
    """The rules cannot work with this policy"""

    code = "policy_unusable"
    title_ar = "لا يمكن العمل بهذه القاعدة"


async def enter_files(runtime: Resources, folder: Path) -> int:
    """Enter the rows of the policy files that the books do not have; how many those were.

    Raises PolicyFileError where a file contradicts the books: what was in force stays as it was.
    """
    policies, items = read_policies(folder), read_items(folder)
    async with runtime.sessions() as session, session.begin():
        await repository.lock(session)
        book = await repository.read_book(session)
        known = {(p.key, scope_text(p.scope), p.effective_from): p for p in book.policies}
        missing: list[Policy] = []
        for policy in policies:
            before = known.get((policy.key, scope_text(policy.scope), policy.effective_from))
            if before is None:
                missing.append(policy)
            elif (before.value, before.expression) != (policy.value, policy.expression):
                raise PolicyFileError(f"{policy.key} from {policy.effective_from}: the books hold another value")
        for policy in missing:
            await _enter(session, policy, business_day(runtime.clock.now()))
        if missing or book.items != {item.item: item for item in items}:
            await repository.put_items(session, items)
            await repository.mark_changed(session)
        await outbox.add(session, *(_published(policy) for policy in missing))
    log.info("policy files entered", rows=len(missing))
    return len(missing)


async def _enter(session: AsyncSession, policy: Policy, today: date) -> None:
    """Enter a row of a file beside what was published since; it never changes what was in force until today."""
    later = await repository.next_start(session, policy)
    if later is not None and (policy.effective_to is None or policy.effective_to >= later):
        policy = replace(policy, effective_to=later - timedelta(days=1))
    if await repository.end_before(session, policy) and policy.effective_from <= today:
        raise PolicyFileError(f"{policy.key} from {policy.effective_from}: another value was in force on that day")
    await repository.add(session, policy)


async def publish(session: AsyncSession, runtime: Resources, policy: Policy) -> Policy:
    """Put a policy in force from a day to come; the row before it ends the day before.

    Raises PolicyNotAhead, PolicyOverlaps, or PolicyUnusable where the rules could not work with it.
    """
    today = business_day(runtime.clock.now())
    if policy.effective_from <= today:
        raise PolicyNotAhead(f"What was decided until {today} stays as it was.", detail_ar="لا تتغير القواعد بأثر رجعي")
    await repository.lock(session)
    later = await repository.next_start(session, policy)
    if later is not None and (policy.effective_to is None or policy.effective_to >= later):
        raise PolicyOverlaps(f"Another row begins on {later}.")
    await repository.end_before(session, policy)
    entered = await repository.add(session, policy)
    _try_out(await repository.read_book(session), policy.effective_from)
    await repository.mark_changed(session)
    await outbox.add(session, _published(entered))
    return entered


def _try_out(book: PolicyBook, day: date) -> None:
    try:
        read_figures(book, day)
    except (PolicyMissing, PolicyInvalid) as error:
        raise PolicyUnusable(str(error)) from error


def _published(policy: Policy) -> PolicyPublished:
    return PolicyPublished(
        policy_key=policy.key,
        effective_from=policy.effective_from,
        effective_to=policy.effective_to,
        legal_reference=policy.legal_reference,
    )
