"""Entering the policy files at the start."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.logging import get_logger
from health_service.policies import repository
from health_service.policies.book import Policy, PolicyBook
from health_service.policies.files import PolicyFileError, read_policies, scope_text
from health_service.rules.figures import read_figures

log = get_logger(__name__)

Ground = tuple[str, str, date]


async def enter_files(session: AsyncSession, folder: Path, today: date) -> tuple[PolicyBook, bool]:
    """Enter the rows that the books do not have; the book, and whether it has changed.

    Raises PolicyFileError where a file contradicts the books or the rules could not work with it: what was in force
    until today stays as it was.
    """
    wanted = read_policies(folder)
    read_figures(PolicyBook.of(wanted), today)
    await repository.lock(session)
    known = {_ground(policy): policy for policy in (await repository.read_book(session)).policies}
    changed = 0
    # Rows that end now go before those that begin, so that two never hold on one day.
    for policy in sorted(wanted, key=lambda p: _ground(p) not in known):
        before = known.get(_ground(policy))
        if before is None:
            await repository.add(session, policy)
        elif before.value != policy.value:
            raise PolicyFileError(f"{policy.key} from {policy.effective_from}: the books hold another value")
        elif before.approved_by != policy.approved_by:
            raise PolicyFileError(f"{policy.key} from {policy.effective_from}: approve it as a row of a later day")
        elif before.effective_to != policy.effective_to:
            await _move_end(session, before, policy, today)
        else:
            continue
        changed += 1
    if changed:
        log.info("policy files entered", rows=changed)
    return await repository.read_book(session), changed > 0


async def _move_end(session: AsyncSession, before: Policy, policy: Policy, today: date) -> None:
    yesterday = today - timedelta(days=1)
    if any(last is not None and last < yesterday for last in (before.effective_to, policy.effective_to)):
        raise PolicyFileError(f"{policy.key} from {policy.effective_from}: it ended on another day")
    await repository.end(session, policy, policy.effective_to)


def _ground(policy: Policy) -> Ground:
    return policy.key, scope_text(policy.scope), policy.effective_from
