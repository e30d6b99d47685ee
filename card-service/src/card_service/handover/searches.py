"""Finding a citizen's cards at a counter: searches that come while one is under way share the next one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from card_service.context import Runtime
from card_service.handover import reasons, repository
from card_service.handover.models import Found, Search
from card_service.handover.reasons import Reason
from card_service.keys import ADULT_AGE
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """The cards a search found; whom it was about, where anybody; and why no card of these can be handed over here."""

    cards: Sequence[Found] = ()
    citizen_id: UUID | None = None
    reason: Reason | None = None


async def find(runtime: Runtime, caller: Principal, national_id: str) -> Outcome:
    """The caller's of the open cards of the citizen with this national id, or why there are none."""
    deps = runtime.state.dependencies
    try:
        number = parse(national_id, deps.today()).number
    except NationalIdError as fault:
        return Outcome(reason=Reason(fault.code))
    fingerprint = deps.vault.fingerprint(number, NATIONAL_ID)
    # whose turn it is does not depend on whom they look for: the fingerprint spreads them over the lanes
    asked = Search(fingerprint, caller.bound.only_governorate)
    found: list[Found] = await runtime.state.searches.submit(fingerprint[0], asked)
    cards = [card for card in found if caller.bound.covers(card.area)]
    if cards:
        return Outcome(cards, cards[0].citizen_id, reasons.of_found(cards, caller.bound))
    return await _nobody(runtime, caller, number, fingerprint)


async def _nobody(runtime: Runtime, caller: Principal, number: str, fingerprint: bytes) -> Outcome:
    """Why there is no card. Who is not the caller's is as unknown as who is not registered."""
    deps = runtime.state.dependencies
    for one in await repository.known(runtime.pool, fingerprint):
        if caller.bound.covers(one.area):
            return Outcome((), one.citizen_id, reasons.of_known(one, deps.today(), deps.figure(ADULT_AGE)))
    if reasons.suspicious(number):
        return Outcome(reason=Reason(reasons.TYPO))
    hashes = [deps.vault.fingerprint(other, NATIONAL_ID) for other in reasons.near(number)]
    slipped = await repository.any_of(runtime.pool, hashes, caller.bound.only_governorate)
    return Outcome(reason=Reason(reasons.TYPO if slipped else reasons.UNKNOWN))
