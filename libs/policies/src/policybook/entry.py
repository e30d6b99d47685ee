"""Use cases: entering the policy files at the start, and putting a policy in force from a day to come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.logging import get_logger
from chassis.problems import Conflict, InvalidRequest, NotFound
from policybook import corrections, store
from policybook.book import Policy, PolicyBook, PolicyInvalid, PolicyMissing
from policybook.files import PolicyFileError, read_policies
from policybook.keys import Keys, changes

log = get_logger(__name__)

Read = Callable[[PolicyBook, date], object]


class PolicyNotAhead(Conflict):
    """A policy begins tomorrow at the earliest"""

    code = "policy_not_ahead"
    title_ar = "تسري القواعد من الغد على الأقل"


class PolicyOverlaps(Conflict):
    """Another policy begins on that day or later"""

    code = "policy_overlaps"
    title_ar = "توجد قاعدة أخرى تبدأ في هذا اليوم أو بعده"


class PolicyUnknown(NotFound):
    """No such policy is in the book"""

    code = "policy_unknown"
    title_ar = "القاعدة غير موجودة"


class PolicyBegun(Conflict):
    """The policy is in force already"""

    code = "policy_begun"
    title_ar = "القاعدة سارية بالفعل"


class PolicyOfFile(Conflict):
    """The policy stands in the service's own files"""

    code = "policy_of_file"
    title_ar = "القاعدة مأخوذة من ملفات النظام"


class PolicyUnusable(InvalidRequest):
    """The rules cannot work with this policy"""

    code = "policy_unusable"
    title_ar = "لا يمكن العمل بهذه القاعدة"


async def enter_files(
    session: AsyncSession, folder: Path, keys: Keys, read: Read, today: date, *, beside: frozenset[str] = frozenset()
) -> list[Policy]:
    """Bring what a folder's files have of new rows and new last days into the book; the rows that changed.

    A row is known by key, scope and first day; files named `beside` are no policies. What was in force until today
    stays as it was, but for rows that the files name as wrong (`policybook.corrections`). Raises PolicyFileError where
    a file contradicts the book beyond that or the rules could not work with it today.
    """
    wanted = read_policies(folder, keys, beside=beside)
    wrong = corrections.read_corrections(folder, beside=beside)
    try:
        read(PolicyBook.of(wanted), today)
    except (PolicyMissing, PolicyInvalid) as error:
        raise PolicyFileError(str(error)) from error
    await store.lock(session)
    known = {_place(policy): policy for policy in (await store.read_book(session)).policies}
    entered = list(await corrections.carry_out(session, wrong, known, _as_they_would_hold(wanted, known)))
    known = corrections.without(known, entered)
    everything = {_place(policy): policy for policy in wanted} | known
    # Rows that end now go before those that begin, so that two never hold on one day.
    for policy in sorted(wanted, key=lambda p: _place(p) not in known):
        clipped = _clip(policy, _next_start(list(everything.values()), policy))
        before = known.get(_place(policy))
        if before is None:
            if await store.end_before(session, policy) and policy.effective_from <= today:
                raise PolicyFileError(f"{policy.key} from {policy.effective_from}: another value was in force then")
            entered.append(await store.add(session, clipped))
        elif await _amend(session, before, clipped, today):
            entered.append(clipped)
    if entered:
        await store.mark_changed(session)
        log.info("policy files entered", rows=len(entered))
    return entered


def _as_they_would_hold(
    wanted: Sequence[Policy], known: dict[corrections.Place, Policy]
) -> dict[corrections.Place, Policy]:
    """The files' rows, each ending where the next one of its ground begins, the book's own among them."""
    everything = list(({_place(policy): policy for policy in wanted} | known).values())
    return {_place(policy): _clip(policy, _next_start(everything, policy)) for policy in wanted}


async def _amend(session: AsyncSession, before: Policy, policy: Policy, today: date) -> bool:
    """Move the last day of a row that is in the book already; whether it moved. Nothing else of it may differ."""
    where = f"{policy.key} from {policy.effective_from}"
    if (before.value, before.expression) != (policy.value, policy.expression):
        raise PolicyFileError(f"{where}: the book holds another value")
    if (before.approved_by is None) != (policy.approved_by is None):
        raise PolicyFileError(f"{where}: give or take approval with a row of a later day")
    if before.effective_to == policy.effective_to:
        return False
    yesterday = today - timedelta(days=1)
    if any(last is not None and last < yesterday for last in (before.effective_to, policy.effective_to)):
        raise PolicyFileError(f"{where}: it ended on another day")
    await store.move_end(session, before, policy.effective_to)
    return True


async def publish(session: AsyncSession, keys: Keys, read: Read, policy: Policy, today: date) -> Policy:
    """Put a row in force from a day to come; the row before it ends the day before.

    Raises PolicyNotAhead, PolicyOverlaps, or PolicyUnusable where the rules could not work with it on some day.
    """
    if policy.effective_from <= today:
        raise PolicyNotAhead(f"What was decided until {today} stays as it was.", detail_ar="لا تتغير القواعد بأثر رجعي")
    await store.lock(session)
    later = _next_start((await store.read_book(session)).policies, policy, itself=True)
    if later is not None and (policy.effective_to is None or policy.effective_to >= later):
        raise PolicyOverlaps(f"Another row begins on {later}.", detail_ar=f"توجد قاعدة أخرى تبدأ في {later}.")
    before = await store.predecessor(session, policy)
    await store.end_before(session, policy)
    entered = await store.add(session, policy)
    if before is not None and entered.policy_id is not None:
        await store.remember_ended(session, entered.policy_id, before)
    _try_out(await store.read_book(session), keys, read, policy.effective_from)
    await store.mark_changed(session)
    return entered


async def try_out(session: AsyncSession, keys: Keys, read: Read, policies: Iterable[Policy], today: date) -> None:
    """Put rows in force as if they were approved and take that back, to hear what is wrong with them.

    Raises what `publish` does.
    """
    tried = await session.begin_nested()
    for policy in policies:
        await publish(session, keys, read, replace(policy, approved_by=policy.entered_by), today)
    await tried.rollback()


async def find_ahead(session: AsyncSession, policy_id: UUID, today: date) -> Policy:
    """A row that has not begun. Raises PolicyUnknown or PolicyBegun."""
    found = await store.find(session, policy_id)
    if found is None:
        raise PolicyUnknown
    if found.effective_from <= today:
        raise PolicyBegun(
            f"It has held since {found.effective_from}; give it a successor.", detail_ar="أضف قاعدة جديدة تحل محلها."
        )
    return found


async def withdraw(session: AsyncSession, keys: Keys, read: Read, policy_id: UUID, today: date) -> Policy:
    """Take a row that has not begun out of the book; the row it would have ended holds on, as it did before.

    Raises PolicyUnknown, PolicyBegun, or PolicyUnusable where the rules could not work without it.
    """
    await store.lock(session)
    policy = await find_ahead(session, policy_id, today)
    ended_id, last_day = await store.take_out(session, policy_id)
    before = None if ended_id is None else await store.find(session, ended_id)
    if before is not None:
        freed = replace(before, effective_to=last_day)
        clipped = _clip(freed, _next_start((await store.read_book(session)).policies, freed))
        await store.move_end(session, before, clipped.effective_to)
    _try_out(await store.read_book(session), keys, read, policy.effective_from)
    await store.mark_changed(session)
    return policy


def _try_out(book: PolicyBook, keys: Keys, read: Read, since: date) -> None:
    if missing := next(keys.gaps(book, since), None):
        raise PolicyUnusable(missing)
    try:
        for day in changes(book.policies, since):
            read(book, day)
    except (PolicyMissing, PolicyInvalid) as error:
        raise PolicyUnusable(str(error)) from error


def _next_start(policies: Sequence[Policy], policy: Policy, *, itself: bool = False) -> date | None:
    """The first day of the next row of the same ground; with `itself` a row of the same day counts too."""
    # The key first: a new book asks this of each of its rows, and few are of one key.
    same = (other for other in policies if other.key == policy.key and other.ground == policy.ground)
    starts = (other.effective_from for other in same)
    return min(
        (day for day in starts if day > policy.effective_from or (itself and day == policy.effective_from)),
        default=None,
    )


def _clip(policy: Policy, later: date | None) -> Policy:
    if later is None or (policy.effective_to is not None and policy.effective_to < later):
        return policy
    return replace(policy, effective_to=later - timedelta(days=1))


def _place(policy: Policy) -> tuple[str, str, date]:
    return *policy.ground, policy.effective_from
