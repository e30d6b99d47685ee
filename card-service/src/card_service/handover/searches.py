"""Finding a citizen's cards at a counter: searches that come while one is under way share the next one."""

from __future__ import annotations

from collections.abc import Sequence

from card_service.context import Runtime
from card_service.handover import repository
from card_service.handover.models import Found, Search
from card_service.sealing import NATIONAL_ID
from card_service.settings import Settings
from chassis.group_commit import GroupCommit
from chassis.national_id import NationalIdError, parse
from chassis.principal import Principal
from chassis.runtime import Resources


def lanes_of(resources: Resources, settings: Settings) -> GroupCommit[Search, list[Found]]:
    """The lanes of searches: those that come while one is under way make up the next, with one commit."""

    async def run(_: int, searches: Sequence[Search]) -> list[list[Found]]:
        return await repository.find_by_national_ids(resources.pool, searches)

    return GroupCommit(run, lanes=settings.card_handover_lanes, max_batch=settings.card_handover_batch)


async def find(runtime: Runtime, caller: Principal, national_id: str) -> list[Found]:
    """The caller's of the open cards of the citizen with this national id; none for a number that cannot be one."""
    deps = runtime.state.dependencies
    try:
        number = parse(national_id, deps.today()).number
    except NationalIdError:
        return []
    fingerprint = deps.vault.fingerprint(number, NATIONAL_ID)
    # whose turn it is does not depend on whom they look for: the fingerprint spreads them over the lanes
    asked = Search(fingerprint, caller.bound.only_governorate)
    found: list[Found] = await runtime.state.searches.submit(fingerprint[0], asked)
    return [card for card in found if caller.bound.covers(card.area)]
