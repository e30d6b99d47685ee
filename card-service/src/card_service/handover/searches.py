"""Finding a citizen's cards at a counter: searches that come while one is under way share the next one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

from card_service.accesses.service import visit
from card_service.handover import repository
from card_service.handover.models import Found, Search
from card_service.registry.national_id import NationalIdError, parse
from card_service.sealing import NATIONAL_ID
from card_service.tools import tools_of
from chassis.auth import Principal
from chassis.group_commit import GroupCommit
from chassis.runtime import Runtime

_SEARCHES = "card.searches"


@asynccontextmanager
async def searching(runtime: Runtime) -> AsyncIterator[None]:
    """Open the lanes of searches: those that come while one is under way make up the next, with one commit."""
    settings = tools_of(runtime).settings

    async def run(_: int, searches: Sequence[Search]) -> list[list[Found]]:
        return await repository.find_by_national_ids(runtime.pool, searches)

    searches: GroupCommit[Search, list[Found]] = GroupCommit(
        run, lanes=settings.card_handover_lanes, max_batch=settings.card_handover_batch
    )
    runtime.extra[_SEARCHES] = searches
    async with searches.running():
        yield


async def find(runtime: Runtime, caller: Principal, national_id: str) -> list[Found]:
    """The open cards of the citizen with this national id; none for a number that cannot be one."""
    tools = tools_of(runtime)
    try:
        number = parse(national_id, tools.today()).number
    except NationalIdError:
        return []
    seen = visit(caller, tools.now(), "card_found", "hand_over")
    fingerprint = tools.vault.fingerprint(NATIONAL_ID, number)
    searches = cast("GroupCommit[Search, list[Found]]", runtime.extra[_SEARCHES])
    # whose turn it is does not depend on whom they look for: the fingerprint spreads them over the lanes
    return await searches.submit(fingerprint[0], Search(fingerprint, caller.bound.only_governorate, seen))
