"""Use cases: texts of campaigns are written by one person and approved by another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from chassis.area import Area
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.scopes import Scope
from notify_service.campaigns import repository
from notify_service.campaigns.errors import TextRefused, ValuesRefused
from notify_service.campaigns.models import CampaignText
from notify_service.campaigns.schemas import CampaignTextIn
from notify_service.context import Runtime
from notify_service.proposals import PROPOSALS
from notify_service.templates import linter
from notify_service.templates.linter import FAULTS, Fault
from notify_service.templates.preview import LANGUAGES, Preview, preview
from notify_service.templates.texts import HOTLINE
from notify_service.templates.variables import Values
from notify_service.templates.wording import Language


async def propose(session: AsyncSession, runtime: Runtime, caller: Principal, given: CampaignTextIn) -> Proposal:
    """Propose a text, or the next version of one. Raises TextRefused or ProposalOpen."""
    ensure_sayable(given)
    content = given.model_dump()
    area = Area(caller.bound.only_governorate)
    return await PROPOSALS.enter(session, runtime, caller, TEXT, given.name, content, area=area)


def ensure_sayable(given: CampaignTextIn) -> None:
    """That both texts may be sent and use what they declare. Raises TextRefused."""
    found: list[tuple[str, Fault]] = []
    used: set[str] = set()
    for language, text in (("ar", given.ar), ("en", given.en)):
        found += [(language, fault) for fault in linter.faults(text, {HOTLINE, *given.variables})]
        used |= {name for name in given.variables if f"{{{name}}}" in text}
    unused: Collection[str] = given.variables.keys() - used
    found += [("variables", Fault("variable_unused", name)) for name in sorted(unused)]
    _refuse(found)


def previews(given: CampaignText, values: Values, runtime: Runtime) -> Mapping[Language, Preview]:
    """The text as it reads in each language. Raises ValuesRefused or TextRefused."""
    wrong = {name for name, kind in given.variables.items() if name not in values or values[name].type != kind}
    if wrong := wrong | (values.keys() - given.variables.keys()):
        names = ", ".join(sorted(wrong))
        raise ValuesRefused(
            f"Missing, of another type, or not asked for: {names}.",
            detail_ar=f"قيم ناقصة أو من نوع آخر أو غير مطلوبة: {names}.",
            variables=[*sorted(wrong)],
        )
    hotline = runtime.state.rules.hotline
    made = {
        language: preview(given.ar if language == "ar" else given.en, values, language, hotline, training=False)
        for language in LANGUAGES
    }
    _refuse([(language, fault) for language, one in made.items() for fault in one.faults])
    return made


def _refuse(found: list[tuple[str, Fault]]) -> None:
    if not found:
        return
    errors: list[JsonValue] = [
        {"where": where, "code": fault.code, "found": fault.found, "reason": FAULTS[fault.code][0],
         "reason_ar": FAULTS[fault.code][1]}
        for where, fault in found
    ]  # fmt: skip
    english, arabic = FAULTS[found[0][1].code]
    raise TextRefused(f"{english} ({found[0][1].found})", detail_ar=arabic, errors=errors)


async def _keep(session: AsyncSession, runtime: Runtime, proposal: Proposal, caller: Principal) -> None:
    """Keep what was approved; what was sayable when it was written must be so still. Raises TextRefused."""
    given = CampaignTextIn.model_validate(proposal.content)
    ensure_sayable(given)
    approved = CampaignText(
        text_id=new_id(), version=0, entered_by=proposal.enterer.who, approved_by=caller.actor.who,
        approved_at=runtime.clock.now(), **given.model_dump(),
    )  # fmt: skip
    await repository.add_text(session, approved)


async def find(session: AsyncSession, text_id: UUID) -> CampaignText | None:
    """An approved text, or None."""
    return await repository.find_text(session, text_id)


TEXT: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(name="campaign-text", enters=Scope.CAMPAIGNS_WRITE, decides=Scope.CAMPAIGNS_APPROVE, execute=_keep)
)
