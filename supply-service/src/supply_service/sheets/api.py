"""Routes of paper sheets."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import PEOPLE
from chassis.months import Day
from chassis.paging import Paging, by_id
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.outlets.service import OutletUnknown
from supply_service.rules.refusals import PolicyNotInForce
from supply_service.sheets import service
from supply_service.sheets.errors import (
    NotARationCard,
    SheetInFuture,
    SheetKnown,
    SheetsNotTaken,
    SheetTooLate,
    SheetUnknown,
)
from supply_service.sheets.schemas import PaperSheet, PaperSheetPage, PaperSheetRows, SheetRequest, SheetState

routes = router(tags=["paper sheets"])

_SEEN_BY = (Scope.SHEETS_WRITE, Scope.SHEETS_APPROVE, Scope.DISPUTES_WRITE, Scope.DAYS_CLOSE)


@routes.post(
    "/v1/paper-sheets",
    scopes=Scope.SHEETS_WRITE,
    callers=PEOPLE,
    status_code=201,
    purpose="paper_sheet",
    problems=(
        OutletUnknown,
        SheetKnown,
        SheetTooLate,
        SheetsNotTaken,
        SheetInFuture,
        NotARationCard,
        PolicyNotInForce,
    ),
    rows=Rows("paper_sheet", "sheet_id"),
)
async def enter_sheet(runtime: Running, body: SheetRequest, caller: Caller, session: Work) -> PaperSheetRows:
    """Enter what an outlet sold on paper while network or terminal failed; another person decides.

    With the approval each row is judged as a sale uploaded without a network is, by the state at its own moment, and
    booked within the floors. What goes beyond them, repeats a sale of the same household, day, outlet and amount, or
    has no mark of its holder stands in dispute. What is booked counts in the outlet's next close.
    """
    return await service.enter(session, runtime, caller, body)


@routes.get("/v1/paper-sheets", scopes=_SEEN_BY)
async def list_sheets(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    state: SheetState | None = None,
    outlet_id: UUID | None = None,
    day: Day | None = None,
) -> PaperSheetPage:
    """Paper sheets of the caller's area, of an outlet or a day where given; those refused with who and why.

    A terminal sees its own outlet's.
    """
    found: list[PaperSheet] = await service.page(session, caller.bound, page, state, outlet_id, day)
    return PaperSheetPage.of(page, found, lambda sheet: sheet.sheet_id)


@routes.get("/v1/paper-sheets/{sheet_id}", scopes=_SEEN_BY, purpose="paper_sheet", problems=SheetUnknown)
async def read_sheet(sheet_id: UUID, caller: Caller, session: Reading) -> PaperSheetRows:
    """A paper sheet with its rows, and what became of each; a terminal sees its own outlet's."""
    return await service.read(session, caller, sheet_id)
