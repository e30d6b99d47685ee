"""What citizens hear of requests for changes of the register: reactions to card-service's events about them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import mobiles
from chassis.consumer import Reactions, Received
from chassis.contact import Contact, open_code
from contracts.change_requests import (
    AppealDecided,
    ChangeRequestDecided,
    ChangeRequestEntered,
    ExclusionAnnounced,
    MobileChanging,
    MobileCodeIssued,
)
from notify_service.context import Runtime
from notify_service.messages import service
from notify_service.messages.service import Intent, about
from notify_service.templates.facts import Facts
from notify_service.templates.request_facts import (
    CodeFacts,
    ExclusionFacts,
    ObjectionFacts,
    RefusalFacts,
    RequestDoneFacts,
    RequestFacts,
    RequestRefusedFacts,
)

EXCLUSION = "exclusion"
NEVER_ANNOUNCED = frozenset({"refused", "withdrawn"})  # the family has not heard that it was considered
_NO_REASON = ("Ask at your supply office for the reason.", "راجع مكتب التموين لمعرفة السبب.")


def follow_requests(reactions: Reactions[Runtime]) -> None:
    """Tell citizens what becomes of requests that are about them."""
    reactions.on(ChangeRequestEntered)(request_entered)
    reactions.on(ChangeRequestDecided)(request_decided)
    reactions.on(ExclusionAnnounced)(exclusion_announced)
    reactions.on(AppealDecided)(appeal_decided)
    reactions.on(MobileCodeIssued)(mobile_code_issued)
    reactions.on(MobileChanging)(mobile_changing)


async def request_entered(
    events: Sequence[Received[ChangeRequestEntered]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell that a request was entered, in case somebody else did it; an exclusion is no request of the family's."""
    own = [e for e in events if e.data.request != EXCLUSION]
    told = [about(e, e.data.request_id, RequestFacts(request=e.data.request)) for e in own]
    await service.queue(session, runtime.state, "request_entered", told)


async def request_decided(
    events: Sequence[Received[ChangeRequestDecided]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell what became of a request, why, and until when an appeal is taken. What was only considered is not told."""
    told: dict[str, list[Intent]] = {}
    for e in events:
        if e.data.request == EXCLUSION and e.data.outcome in NEVER_ANNOUNCED:
            continue
        template, facts = decision(e.data)
        told.setdefault(template, []).append(about(e, e.data.request_id, facts))
    for template, intents in told.items():
        await service.queue(session, runtime.state, template, intents)


def decision(decided: ChangeRequestDecided) -> tuple[str, Facts]:
    """The template for an outcome, and what it tells."""
    if decided.outcome == "done" and decided.effective_month is not None:
        return "request_done", RequestDoneFacts(request=decided.request, month=decided.effective_month)
    if decided.outcome == "done":
        return "request_done_at_once", RequestFacts(request=decided.request)
    if decided.outcome == "refused":
        refusal = _refusal(decided)
        if decided.appeal_until is None:
            return "request_refused_for_good", refusal
        return "request_refused", RequestRefusedFacts(refusal=refusal, appeal_until=decided.appeal_until)
    return "request_ended", RequestFacts(request=decided.request)


async def exclusion_announced(
    events: Sequence[Received[ExclusionAnnounced]], session: AsyncSession, runtime: Runtime
) -> None:
    """Tell of an exclusion before it takes effect, and how to appeal."""
    told = [
        about(e, e.data.request_id, ExclusionFacts(**e.data.model_dump(include=set(ExclusionFacts.model_fields))))
        for e in events
    ]
    await service.queue(session, runtime.state, "exclusion_announced", told)


async def appeal_decided(events: Sequence[Received[AppealDecided]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell whether an appeal is granted, and else why not."""
    won = [about(e, e.data.request_id, RequestFacts(request=e.data.request)) for e in events if e.data.won]
    lost = [about(e, e.data.request_id, _refusal(e.data)) for e in events if not e.data.won]
    await service.queue(session, runtime.state, "appeal_won", won)
    await service.queue(session, runtime.state, "appeal_lost", lost)


async def mobile_code_issued(
    events: Sequence[Received[MobileCodeIssued]], session: AsyncSession, runtime: Runtime
) -> None:
    """Send a code to the number whose holder is to be proven. Raises SealBroken."""
    vault, told = runtime.state.settings.contact_vault(), []
    for e in events:
        code = open_code(vault, e.data.citizen_id, e.data.code_sealed)
        told.append(_to_number(e, runtime, CodeFacts(code=code, minutes=e.data.minutes)))
    await service.queue(session, runtime.state, "mobile_code", told)


async def mobile_changing(events: Sequence[Received[MobileChanging]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell the old number, which may object. Raises SealBroken."""
    told = [_to_number(e, runtime, ObjectionFacts(object_until=e.data.object_until)) for e in events]
    await service.queue(session, runtime.state, "mobile_changing", told)


def _refusal(decided: ChangeRequestDecided | AppealDecided) -> RefusalFacts:
    english, arabic = _NO_REASON
    return RefusalFacts(
        request=decided.request, reason_en=decided.reason_en or english, reason_ar=decided.reason_ar or arabic
    )


def _to_number(event: Received[MobileCodeIssued] | Received[MobileChanging], runtime: Runtime, facts: Facts) -> Intent:
    """To the number that the event carries: the citizen's contact has another one, or will have."""
    said = Contact.open(runtime.state.settings.contact_vault(), event.data.citizen_id, event.data.sealed)
    number = mobiles.normalise(said.mobile) if said.mobile else None
    return Intent(
        event.id, facts, subject=event.data.request_id, number=number,
        language="en" if event.data.language == "en" else "ar",
    )  # fmt: skip
