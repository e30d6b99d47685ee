"""What is told of a request and kept beside it: its acts, its events, its content as two persons see it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.keys import REQUEST_EVIDENCE
from card_service.registry import repository as register
from card_service.registry.changes.decided import Decided
from card_service.registry.requests import details as contents
from card_service.registry.requests import evidence_repository, repository
from card_service.registry.requests.details import Details, Exclusion
from card_service.registry.requests.kinds import Did, RequestKind
from card_service.registry.requests.models import Act, ChangeRequest, Evidence
from card_service.sealing import EVIDENCE, REQUEST, REQUEST_NOTE
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.months import first_day
from chassis.principal import Actor

BY_ITSELF = Actor("service:card")


def details_of(deps: Dependencies, request: ChangeRequest) -> Details:
    """What a request asks for, opened."""
    return contents.parse(deps.vault.open(request.request_id, request.details, REQUEST))


async def act(
    session: AsyncSession,
    deps: Dependencies,
    request_id: UUID,
    did: Did,
    actor: Actor,
    at: datetime,
    reason_code: str | None = None,
    note: str | None = None,
) -> None:
    """Append an act; its words are sealed."""
    sealed = deps.vault.seal(request_id, note.encode(), REQUEST_NOTE) if note else None
    await repository.act(session, request_id, Act(did, actor, at, reason_code), sealed)


async def acts(session: AsyncSession, deps: Dependencies, request_id: UUID) -> list[Act]:
    """The acts on a request with their words."""
    return [
        Act(
            one.did,
            one.actor,
            one.at,
            one.reason_code,
            deps.vault.open(request_id, sealed, REQUEST_NOTE).decode() if sealed else None,
        )
        for one, sealed in await repository.acts(session, request_id)
    ]


async def content_of(session: AsyncSession, deps: Dependencies, request: ChangeRequest) -> JsonValue:
    """What two persons decide about: nothing personal stands in it, what is asked for and its documents as digests."""
    print_ = deps.vault.fingerprint(contents.dump(details_of(deps, request)).decode(), REQUEST)
    marks = [one.mark.hex() for one in await evidence_repository.of_request(session, request.request_id)]
    return {
        "request_id": str(request.request_id),
        "kind": request.kind.value,
        "household_id": str(request.household_id),
        "details": print_.hex(),
        "fact_on": request.fact_on.isoformat(),
        "evidence": list(marks),
    }


async def told(session: AsyncSession, request: ChangeRequest, founded: UUID | None = None) -> UUID | None:
    """Who is told of a request: the living one it is about, else the head of the household, else nobody."""
    if request.citizen_id is not None:
        citizen = await register.find_citizen(session, request.citizen_id)
        if citizen is not None and citizen.household_id is not None and citizen.mobile_usable:
            return citizen.citizen_id
    people = await register.members(session, request.household_id)
    if not people and founded is not None:
        people = await register.members(session, founded)
    return people[0].citizen_id if people else request.citizen_id


def decided_of(details: Details, at: datetime, who: str, request_id: UUID | None = None) -> Decided:
    """The decision that a request's changes are kept with."""
    month = first_day(details.effective_month) if details.effective_month else None
    fact_on = min(details.fact_on, business_day(at)) if isinstance(details, Exclusion) else details.fact_on
    evidence = f"request:{request_id}" if request_id else None
    return Decided(fact_on, at, who, reason=details.kind, evidence=evidence, effective_month=month)


def reference(deps: Dependencies, request_id: UUID, who: str, archive_reference: str) -> Evidence:
    """A document that an outside archive keeps."""
    mark = deps.vault.fingerprint(archive_reference, EVIDENCE)
    return Evidence(new_id(), request_id, None, None, archive_reference, who, deps.now(), mark)


def evidence_needed(deps: Dependencies, request: ChangeRequest) -> int:
    """How many documents a request needs before it is approved, by the policy of the day it was entered on."""
    if request.kind is RequestKind.MOBILE and not request.checked:
        return 0  # the codes are the proof
    by = "client" if request.by_client else "person"
    return REQUEST_EVIDENCE.on(deps.policies.book, business_day(request.entered_at), kind=request.kind, by=by)
