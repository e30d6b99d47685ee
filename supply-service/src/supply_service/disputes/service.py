"""Use cases: looking at what is in dispute, and deciding it: an inspector finds, another person decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from chassis import outbox
from chassis.area import Area, Bound
from chassis.clock import month_start
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.problems import Conflict, NotFound
from chassis.row_arrays import transposed
from contracts.scopes import Scope
from contracts.supply import DisputeDecided, DisputedLine
from supply_service.cards import pots
from supply_service.cards import repository as cards
from supply_service.context import Runtime
from supply_service.days import claims
from supply_service.disputes import repository
from supply_service.disputes.schemas import Dispute, DisputeEvidence, Finding, HeldAgainst
from supply_service.offline.chain import signature_holds
from supply_service.offline.taken_back import lock_dispute
from supply_service.proposals import PROPOSALS
from supply_service.rules.floors import Disputed, uphold
from supply_service.rules.keys import BREAD, FLOUR, GOODS, POINTS, is_grant
from supply_service.rules.sale import figures_on
from supply_service.sales import entries


class DisputeUnknown(NotFound):
    """There is no such dispute, or it is not yours"""

    code = "dispute_unknown"
    title_ar = "المطالبة غير معروفة"


class DisputeDecidedAlready(Conflict):
    """The dispute was decided already"""

    code = "dispute_decided"
    title_ar = "سبق البت في هذه المطالبة"


class DisputeWithdrawnAlready(Conflict):
    """The outlet took the sale back, or the part of it that is to be decided"""

    code = "dispute_withdrawn"
    title_ar = "سحب المنفذ هذه المطالبة أو جزءاً منها"


class DisputedSaleReversed(Conflict):
    """The part of the sale that was booked was taken back"""

    code = "disputed_sale_reversed"
    title_ar = "تم إلغاء عملية الصرف محل المطالبة"


async def page(session: AsyncSession, bound: Bound, listed: repository.Listed, asked: Paging[UUID]) -> list[Dispute]:
    """The next disputes that a caller may see; a terminal sees its own outlet's."""
    rows = await repository.page(session, bound, listed, asked.bounds)
    return [Dispute.model_validate(_members(row)) for row in rows]


async def read(session: AsyncSession, caller: Principal, dispute_id: UUID) -> DisputeEvidence:
    """A dispute with its evidence. Raises DisputeUnknown."""
    found = await _known(session, caller, dispute_id)
    evidence = await repository.evidence(session, dispute_id)
    key = evidence["public_key"]
    holds = None if key is None else signature_holds(key, orjson.loads(evidence["document"]))
    around = await repository.around(session, found["household_id"], found["business_day"])
    sales = [HeldAgainst.model_validate(dict(row)) for row in around if row["redemption_id"] != found["redemption_id"]]
    return DisputeEvidence.model_validate(_members(found) | dict(evidence) | {"signature_holds": holds, "sales": sales})


async def find(session: AsyncSession, runtime: Runtime, caller: Principal, dispute_id: UUID, finding: Finding) -> UUID:
    """Propose what becomes of a dispute. Raises what it refuses."""
    found = await _known(session, caller, dispute_id)
    if found["state"] == "withdrawn":
        raise DisputeWithdrawnAlready()
    if found["state"] != "open":
        raise DisputeDecidedAlready()
    content = {
        "upheld": finding.upheld,
        "reason": finding.reason,
        "loaves": found["loaves"],
        "amount": found["amount"],
        "business_day": found["business_day"].isoformat(),
    }
    area = Area(found["governorate"], found["district"], outlet_id=found["outlet_id"])
    made = await PROPOSALS.enter(
        session, runtime, caller, DISPUTE, str(dispute_id), content, area=area, amount=found["amount"]
    )
    return made.proposal_id


async def _known(session: AsyncSession, caller: Principal, dispute_id: UUID) -> RowMapping:
    found = await repository.find(session, dispute_id)
    if found is None or not caller.bound.covers(
        Area(found["governorate"], found["district"], outlet_id=found["outlet_id"])
    ):
        raise DisputeUnknown()
    return found


def _members(row: RowMapping) -> dict[str, object]:
    return dict(row) | {"lines": orjson.loads(row["lines"])}


async def _execute(session: AsyncSession, runtime: Runtime, proposal: Proposal, decider: Principal) -> None:
    """What was upheld the household owes and the outlet is paid with its next close; what was refused is neither."""
    said: Any = proposal.content
    dispute_id, now = UUID(proposal.subject), runtime.clock.now()
    await lock_dispute(session, dispute_id)
    found = await repository.find(session, dispute_id)
    if found is None:
        raise DisputeUnknown()
    if found["state"] == "withdrawn" or (found["loaves"], found["amount"]) != (said["loaves"], said["amount"]):
        raise DisputeWithdrawnAlready()
    await cards.lock(session, [found["household_id"]])
    booked = found["redemption_id"]
    if said["upheld"] and booked is not None and await repository.is_reversed(session, booked):
        raise DisputedSaleReversed(
            "What was booked of the sale was taken back; the rest of it was too.",
            detail_ar="تم إلغاء ما قيد من عملية الصرف وباقيها كذلك.",
        )
    entered = await repository.decide(
        session,
        dispute_id=dispute_id,
        upheld=said["upheld"],
        reason=said["reason"],
        proposed_by=proposal.acts[0].actor.who,
        decided_by=decider.subject,
        decided_at=now,
    )
    if not entered:
        raise DisputeDecidedAlready()
    lines = [Disputed(**line) for line in orjson.loads(found["lines"])]
    if said["upheld"]:
        await _book(session, runtime, found, lines)
    event = DisputeDecided(
        dispute_id=dispute_id,
        household_id=found["household_id"],
        outlet_id=found["outlet_id"],
        upheld=said["upheld"],
        lines=[DisputedLine(**line._asdict()) for line in lines],
        sold_on=found["business_day"],
        decided_at=now,
    )
    await outbox.add(session, event)


async def _book(session: AsyncSession, runtime: Runtime, found: RowMapping, lines: Sequence[Disputed]) -> None:
    then = figures_on(runtime.state.snapshot.figures, found["business_day"])
    made, owed = uphold(month_start(found["business_day"]), lines, then.loaf_price)
    columns = transposed(made, "period", "programme", "line", "kind", "quantity")
    columns["household_id"] = [found["household_id"]] * len(made)
    columns["source_id"] = [found["dispute_id"]] * len(made)
    await entries.enter(session, columns)
    await pots.owe(
        session, found["household_id"], {programme: owed.get(programme, 0) for programme in (BREAD, GOODS, POINTS)}
    )
    await claims.allow(
        session,
        found["dispute_id"],
        found["outlet_id"],
        found["business_day"],
        loaves=found["loaves"],
        goods_amount=sum(line.amount for line in lines if line.programme in (GOODS, POINTS)),
        grants_amount=sum(line.amount for line in lines if is_grant(line.programme)),
        flour=sum(line.quantity for line in lines if line.programme == FLOUR),
        at=runtime.clock.now(),
    )


DISPUTE: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(name="dispute", enters=Scope.DISPUTES_WRITE, decides=Scope.DISPUTES_APPROVE, execute=_execute)
)
