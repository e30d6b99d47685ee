"""Use cases: a clerk enters a paper sheet, another person decides it, and whoever may looks at what became of it."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from chassis.area import Area, Bound
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.ration_card import normalise
from contracts.scopes import Scope
from supply_service.context import Runtime
from supply_service.offline import repository as chains
from supply_service.offline.chain import canonical
from supply_service.outlets import service as outlets
from supply_service.proposals import PROPOSALS, SHEET
from supply_service.rules.keys import BREAD
from supply_service.rules.sale import figures_on
from supply_service.sheets import booking, repository
from supply_service.sheets.errors import (
    NotARationCard,
    SheetInFuture,
    SheetKnown,
    SheetsNotTaken,
    SheetTooLate,
    SheetUnknown,
)
from supply_service.sheets.repository import Written
from supply_service.sheets.schemas import PaperSheet, PaperSheetRows, SheetRequest, SheetRowRequest


async def enter(session: AsyncSession, runtime: Runtime, caller: Principal, asked: SheetRequest) -> PaperSheetRows:
    """Keep a sheet as it was written, and propose to book it. Raises OutletUnknown or what it refuses."""
    outlet = await outlets.outlet(session, caller, asked.outlet_id)
    now = runtime.clock.now()
    _ensure_in_time(runtime, asked.day, business_day(now))
    await chains.lock(session, asked.outlet_id)
    if (known := await repository.same(session, asked.outlet_id, asked.serial)) is not None:
        raise SheetKnown("Look at the sheet that is entered.", detail_ar="راجع الكشف المسجل.", sheet_id=str(known))
    sheet_id, rows = new_id(), await _written(session, runtime, asked)
    amount = sum(line.amount for row in asked.rows for line in row.lines)
    loaves = sum(line.quantity for row in asked.rows for line in row.lines if line.programme == BREAD)
    of_sheet = asked.model_dump(exclude={"rows"})
    content = of_sheet | {
        "outlet_id": str(asked.outlet_id),
        "day": asked.day.isoformat(),
        "rows": len(rows),
        "loaves": loaves,
        "amount": amount,
        "digest": hashlib.sha256(b"\n".join(row.document for row in rows)).hexdigest(),
    }
    area = Area(outlet["governorate"], outlet["district"], outlet_id=asked.outlet_id)
    proposal = await PROPOSALS.enter(
        session, runtime, caller, PAPER_SHEET, str(sheet_id), content, area=area, amount=amount
    )
    await repository.add(
        session,
        rows,
        sheet_id=sheet_id,
        first_row=await repository.next_row(session, asked.outlet_id),
        loaves=loaves,
        amount=amount,
        proposal_id=proposal.proposal_id,
        entered_by=caller.subject,
        entered_at=now,
        **of_sheet,
    )
    return await read(session, caller, sheet_id)


async def read(session: AsyncSession, caller: Principal, sheet_id: UUID) -> PaperSheetRows:
    """A sheet with its rows and what became of each. Raises SheetUnknown."""
    found = await repository.find(session, sheet_id)
    if found is None or not caller.bound.covers(_area(found)):
        raise SheetUnknown()
    items = [_row(row) for row in await repository.rows(session, sheet_id)]
    return PaperSheetRows.model_validate(dict(found) | {"items": items})


async def page(
    session: AsyncSession,
    bound: Bound,
    asked: Paging[UUID],
    state: str | None,
    outlet_id: UUID | None,
    day: date | None,
) -> list[PaperSheet]:
    """The next sheets that a caller may see."""
    wanted: dict[str, object] = {"state": state, "outlet_id": outlet_id, "day": day, **asked.bounds}
    return [PaperSheet.model_validate(dict(row)) for row in await repository.page(session, bound, wanted)]


def _ensure_in_time(runtime: Runtime, day: date, today: date) -> None:
    if day > today:
        raise SheetInFuture("Its day has not begun.", detail_ar="لم يبدأ يوم الكشف بعد.")
    days = figures_on(runtime.state.snapshot.figures, today).sheet_days
    if days is None:
        raise SheetsNotTaken()
    if day < today - timedelta(days=days):
        raise SheetTooLate(f"A sheet comes within {days} days.", detail_ar=f"يقدم الكشف خلال {days} يوماً.", days=days)


async def _written(session: AsyncSession, runtime: Runtime, asked: SheetRequest) -> list[Written]:
    """The rows as they are kept: each with its card, and a ration card by its mark alone. Raises NotARationCard."""
    marks = [_mark(runtime, number, row) for number, row in enumerate(asked.rows, 1)]
    sought = [(mark, row.occurred_at) for mark, row in zip(marks, asked.rows, strict=True) if mark is not None]
    found = iter(await repository.cards(session, sought))
    written = []
    for number, (mark, row) in enumerate(zip(marks, asked.rows, strict=True), 1):
        card_id, sale_id = (row.card_id if mark is None else next(found)), new_id()
        document = {
            "outlet_id": str(asked.outlet_id),
            "serial": asked.serial,
            "row": number,
            "sale_id": str(sale_id),
            "card_id": str(card_id) if card_id else None,
            "ration_card_mark": mark,
            "lines": [line.model_dump() for line in row.lines],
            "occurred_at": row.occurred_at.isoformat(),
            "holder_mark": row.holder_mark,
            "price_list": asked.price_list,
        }
        written.append(Written(number, sale_id, card_id, row.occurred_at, row.holder_mark, canonical(document)))
    return written


def _mark(runtime: Runtime, number: int, row: SheetRowRequest) -> str | None:
    if row.ration_card is None:
        return None
    card = normalise(row.ration_card.strip())
    if card is None:
        raise NotARationCard(f"Row {number}.", detail_ar=f"السطر {number}.", row=number)
    return runtime.state.settings.ration_cards().mark(card)


def _row(row: RowMapping) -> dict[str, object]:
    return dict(row) | {"lines": orjson.loads(row["document"])["lines"]}


def _area(found: RowMapping) -> Area:
    return Area(found["governorate"], found["district"], outlet_id=found["outlet_id"])


async def _execute(session: AsyncSession, runtime: Runtime, proposal: Proposal, decider: Principal) -> None:
    """Judge each row of the sheet by its own moment, and book what stands within the floors."""
    found = await repository.find(session, UUID(proposal.subject), lock=True)
    if found is None:
        raise SheetUnknown()
    await booking.book(session, runtime, found)
    reason = proposal.acts[-1].reason
    await repository.end(session, found["sheet_id"], "booked", decider.subject, runtime.clock.now(), reason)


async def _released(session: AsyncSession, runtime: Runtime, proposal: Proposal) -> None:
    """Nothing of it is booked; who said so and why stays with the sheet."""
    act = proposal.acts[-1]
    await repository.end(session, UUID(proposal.subject), str(proposal.state), act.actor.who, act.at, act.reason)


PAPER_SHEET: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(
        name=SHEET,
        enters=Scope.SHEETS_WRITE,
        decides=Scope.SHEETS_APPROVE,
        reads=(Scope.DISPUTES_WRITE,),
        execute=_execute,
        released=_released,
    )
)
